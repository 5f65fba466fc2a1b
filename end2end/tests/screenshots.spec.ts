/**
 * The pictures of the README, from a small queue that looks like a company's. UPDATE_SCREENSHOTS=1 puts them into docs/;
 * otherwise they stay beside the other results.
 */
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, open, test, Workspace } from "../fixtures/index.js";

const FOLDER = resolve(
  import.meta.dirname,
  process.env["UPDATE_SCREENSHOTS"] === "1" ? "../../docs/screenshots" : "../test-results/screenshots",
);

async function company(workspace: Workspace): Promise<{ quote: string }> {
  const agents = {
    writer: await workspace.agent("Proposal Writer"),
    qualifier: await workspace.agent("Lead Qualifier"),
    responder: await workspace.agent("Response Generator"),
    resources: await workspace.agent("Resource Allocator"),
  };
  const [sales, support, finance] = [
    await workspace.team({ name: "Sales", department: "sales" }),
    await workspace.team({ name: "Support", department: "support" }),
    await workspace.team({ name: "Finance", department: "finance" }),
  ];
  const maria = await workspace.record({ kind: "contact", title: "Maria Lindqvist", data: { status: "contacted", company: "Northwind", jobTitle: "Head of procurement" } });
  const deal = await workspace.record({ kind: "deal", title: "Northwind spectrometers", data: { stage: "proposal", value: "48000.00", currency: "EUR" } });
  const hour = 3600;
  const quote = await workspace.pending(
    {
      actionType: "send_email",
      teamId: sales.id,
      expiresInSeconds: 2 * hour + 600,
      description: "The buyers asked for a revised quote before their meeting on Friday.",
      actionData: {
        to: ["maria@northwind.example", "jon@northwind.example", "li@northwind.example"],
        subject: "Quote Q-2211 for three spectrometers",
        body: "Dear Maria,\n\nplease find our revised quote attached: three HX-40 spectrometers at 16,000 EUR each, delivery in week 7.\n\nBest regards\nHalden Instruments",
      },
    },
    agents.writer,
  );
  await workspace.pending(
    {
      actionType: "financial_transaction",
      teamId: finance.id,
      expiresInSeconds: 40 * 60,
      actionData: { amount: "4000.00", currency: "EUR", counterparty: "Acme Calibration Ltd", memo: "Invoice 2025-118" },
    },
    agents.resources,
  );
  await workspace.pending({ actionType: "update_lead_status", teamId: sales.id, expiresInSeconds: 5 * hour, actionData: { recordId: maria.id, status: "qualified" } }, agents.qualifier);
  await workspace.pending({ actionType: "change_pipeline_stage", teamId: sales.id, expiresInSeconds: 7 * hour, actionData: { recordId: deal.id, stage: "negotiation" } }, agents.writer);
  await workspace.pending(
    {
      actionType: "send_email",
      teamId: support.id,
      expiresInSeconds: 3 * hour,
      actionData: { to: ["lab@contoso.example"], subject: "Your ticket 4417: baseline drift", body: "Dear team,\n\nplease run the dark-current calibration once; the drift is known and fixed in firmware 3.2." },
    },
    agents.responder,
  );
  await workspace.task("Call Contoso about the service contract", { teamId: sales.id, expiresInSeconds: 9 * hour }, agents.qualifier);
  await workspace.pending({ actionType: "retrieve_memory", teamId: support.id, expiresInSeconds: 20 * hour, actionData: { query: "baseline drift HX-40" } }, agents.responder);
  return { quote: quote.id };
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`list and detail, desktop and phone, ${colorScheme}`, async ({ server, browsers, signIn }) => {
    // The workspace's name is in the picture, and one server has one workspace of a name.
    const workspace = await Workspace.create(server, colorScheme === "light" ? "Halden Instruments" : "Halden Instruments AG");
    const { quote } = await company(workspace);
    const signedIn = await signIn(await workspace.member("reviewer", "grace"));
    const storageState = await signedIn.context().storageState();
    await mkdir(FOLDER, { recursive: true });
    const sizes = [
      { device: "desktop", viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, hasTouch: false },
      { device: "phone", viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true },
    ];
    for (const { device, ...screen } of sizes) {
      const page = await browsers({ baseURL: server.url, storageState, colorScheme, reducedMotion: "reduce", ...screen });
      for (const [name, path] of [["approvals", "/approvals"], ["approval", `/approvals/${quote}`]] as const) {
        await open(page, path);
        await expect(page.getByText("just now").first()).toBeAttached();
        await page.screenshot({ path: join(FOLDER, `${name}-${device}-${colorScheme}.png`), animations: "disabled", caret: "hide" });
      }
    }
  });
}
