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
