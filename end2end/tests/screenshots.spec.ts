/** The pictures of the README, from a small queue that looks like a company's. Only with UPDATE_SCREENSHOTS=1. */
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, open, test, Workspace } from "../fixtures/index.js";

const FOLDER = resolve(import.meta.dirname, "../../docs/screenshots");

test.skip(process.env["UPDATE_SCREENSHOTS"] !== "1", "the pictures are only taken on request");
test.describe.configure({ mode: "serial" });

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

test("approvals.png, approval.png, approvals-phone.png", async ({ server, browsers, signIn }) => {
  const workspace = await Workspace.create(server, "Halden Instruments");
  const { quote } = await company(workspace);
  const page = await signIn(await workspace.member("reviewer", "grace"));
  await mkdir(FOLDER, { recursive: true });
  const shot = async (name: string, path: string, of = page) => {
    await open(of, path);
    await of.emulateMedia({ reducedMotion: "reduce" });
    await expect(of.getByText("just now").first()).toBeVisible();
    await of.screenshot({ path: join(FOLDER, name), animations: "disabled", caret: "hide" });
  };
  await page.setViewportSize({ width: 1280, height: 800 });
  await shot("approvals.png", "/approvals");
  await shot("approval.png", `/approvals/${quote}`);
  const phone = await browsers({
    baseURL: server.url,
    storageState: await page.context().storageState(),
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    colorScheme: "dark",
    hasTouch: true,
  });
  await shot("approvals-phone.png", "/approvals", phone);
});
