/** Every step is in the log, can be narrowed down, and taken away as a file. */
import { readFile } from "node:fs/promises";
import { expect, open, test } from "../fixtures/index.js";

test("the log tells the story of an action, with filters in the address", { tag: ["@nojs", "@postgres"] }, async ({ workspace, reviewer }) => {
  const approval = await workspace.pending();
  await workspace.decide(approval, await workspace.member("reviewer", "alan"), { approved: true });
  await expect.poll(async () => (await workspace.approval(approval.id)).outcome.status).toBe("succeeded");
  await open(reviewer, "/audit");
  const rows = reviewer.getByRole("table", { name: "Audit trail" }).getByRole("row");
  for (const text of ["Asked for approval", "Approved:", "Done:"]) await expect(rows.filter({ hasText: text })).toHaveCount(1);
  await expect(rows.filter({ hasText: "Approved:" })).toContainText("Alan");
  await expect(rows.filter({ hasText: "Asked for approval" })).toContainText("Outreach agent");

  const filters = reviewer.getByRole("search", { name: "Audit" });
  await filters.locator("summary").click();
  await filters.getByLabel("Event").fill("approval.approved");
  await filters.getByRole("button", { name: "Apply" }).click();
  await expect(reviewer).toHaveURL(/event=approval\.approved/);
  await expect(rows).toHaveCount(2);
  await expect(rows.last()).toContainText("Approved:");
  await expect(filters.getByLabel("Event")).toHaveValue("approval.approved");

  await rows.last().locator("summary", { hasText: "Details" }).click();
  await expect(rows.last()).toContainText(approval.argsHash);
  await reviewer.getByRole("link", { name: /Remove filter Event/ }).click();
  await expect(rows.filter({ hasText: "Done:" })).toHaveCount(1);
  await rows.filter({ hasText: "Done:" }).getByRole("link", { name: /Your offer/ }).click();
  await expect(reviewer).toHaveURL(new RegExp(`/approvals/${approval.id}$`));
});

test("the CSV holds what the page shows, filters included", async ({ workspace, reviewer }) => {
  const approval = await workspace.pending({ actionData: { to: ["a@example.org"], subject: 'Quote "12", new', body: "x" } });
  await workspace.decide(approval, await workspace.member("reviewer", "alan"), { approved: false, reviewNotes: "No." });
  await open(reviewer, "/audit?event=approval.rejected");
  const download = reviewer.waitForEvent("download");
  await reviewer.getByRole("link", { name: "CSV" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("audit.csv");
  const lines = (await readFile(await file.path(), "utf8")).trim().split(/\r?\n/);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/event/);
  expect(lines[1]).toContain("approval.rejected");
  expect(lines[1]).toContain(`Quote ""12"", new`);
});

test("the page shows the chain, and whether it holds", { tag: ["@nojs", "@postgres"] }, async ({ workspace, signIn }) => {
  const approval = await workspace.pending();
  await workspace.decide(approval, await workspace.member("reviewer", "alan"), { approved: true });
  const page = await signIn(await workspace.member("owner"));
  const chain = page.locator("section", { has: page.getByRole("heading", { name: "Chain" }) });
  await expect(async () => {
    await open(page, "/audit");
    await expect(page.getByRole("row").filter({ hasText: "Approved:" })).toContainText(/#\d+ [0-9a-f]{10}…/, {
      timeout: 500,
    });
  }).toPass();
  await expect(chain).toContainText(/Number \d+, /);
  await expect(chain).toContainText("Press Verify");
  await chain.getByRole("link", { name: "Verify" }).click();
  await expect(page).toHaveURL(/verify=0/);
  await expect(chain.getByRole("status")).toContainText("Holds");
  await chain.getByRole("button", { name: "Sign a checkpoint" }).click();
  await expect(page.getByText("The checkpoint is signed.")).toBeVisible();
  await expect(chain).toContainText(/with key [0-9a-f]{16}/);
});

test("words narrow the log down, and the files keep them", { tag: "@nojs" }, async ({ workspace, reviewer }) => {
  await workspace.pending({ actionData: { to: ["a@example.org"], subject: "Spectrometer quote", body: "x" } });
  await workspace.pending({ actionData: { to: ["a@example.org"], subject: "Another matter", body: "x" } });
  const rows = reviewer.getByRole("table", { name: "Audit trail" }).getByRole("row");
  await expect(async () => {
    await open(reviewer, "/audit?q=spectro");
    await expect(rows).toHaveCount(2, { timeout: 500 });
  }).toPass();
  await expect(rows.last()).toContainText("Spectrometer");
  await expect(reviewer.getByRole("search", { name: "Audit" }).getByLabel("Words")).toHaveValue("spectro");
  const download = reviewer.waitForEvent("download");
  await reviewer.getByRole("link", { name: "NDJSON" }).click();
  const lines = (await readFile(await (await download).path(), "utf8")).trim().split("\n");
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0]!)).toMatchObject({ v: 1, event: "approval.requested" });
});

test("an approval's page gives its evidence as a file", { tag: "@nojs" }, async ({ workspace, reviewer }) => {
  const approval = await workspace.pending();
  await workspace.decide(approval, await workspace.member("reviewer", "alan"), { approved: false, reviewNotes: "No." });
  await open(reviewer, `/approvals/${approval.id}`);
  const download = reviewer.waitForEvent("download");
  await reviewer.getByRole("link", { name: "Download the evidence" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe(`evidence-${approval.id}.json`);
  const bundle = JSON.parse(await readFile(await file.path(), "utf8"));
  expect(bundle).toMatchObject({ format: "countersign.evidence.v1", approval: { id: approval.id, status: "rejected" } });
  expect(bundle.signature).toMatch(/^[0-9a-f]{128}$/);
});

test("audit rows are kept for as long as an admin says", { tag: "@nojs" }, async ({ workspace, signIn, allowProblem }) => {
  allowProblem(/status of 422/);
  const page = await signIn(await workspace.member("owner"));
  await open(page, "/settings/workspace");
  const days = page.getByLabel("Days (optional)", { exact: true });
  await days.fill("12");
  await page.getByRole("button", { name: "Save the days", exact: true }).click();
  await expect(page.getByText("Error: must be between 30 and 36500 days")).toBeVisible();
  await days.fill("365");
  await page.getByRole("button", { name: "Save the days", exact: true }).click();
  await expect(page.getByText("How long audit rows are kept is saved.")).toBeVisible();
  await open(page, "/settings/workspace");
  await expect(days).toHaveValue("365");
});
