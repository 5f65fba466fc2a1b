/** Records: listed, added, changed, deleted, and changed for real by an approved action. */
import { expect, open, test } from "../fixtures/index.js";
import { Detail } from "../pages/detail.js";

test("an operator adds, changes and deletes a record", { tag: ["@nojs", "@phone"] }, async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("operator"));
  await open(page, "/records?kind=deal");
  await page.getByRole("link", { name: "New deal" }).first().click();
  await expect(page).toHaveURL(/\/records\/new\?kind=deal/);
  await page.getByLabel("Title").fill("Northwind spectrometers");
  await page.getByLabel(/^Value/).fill("9000.00");
  await page.getByLabel(/^Currency/).fill("EUR");
  await page.getByLabel(/^Stage/).selectOption("Proposal");
  await page.getByRole("button", { name: "Add deal" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Northwind spectrometers");
  await expect(page.getByText("The record is added.")).toBeVisible();
  await expect(page.getByLabel(/^Stage/)).toHaveValue("proposal");

  await page.getByLabel(/^Value/).fill("12000.00");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("The changes are saved.")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel(/^Value/)).toHaveValue("12000.00");

  await open(page, "/records?q=northwind");
  const rows = page.getByRole("table").getByRole("row");
  await expect(rows).toHaveCount(2);
  await expect(rows.last()).toContainText("12,000.00 EUR");
  await rows.last().getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Northwind spectrometers");
  await page.locator("summary", { hasText: "Delete this deal" }).click();
  await page.getByRole("button", { name: "Delete this deal for good" }).click();
  await expect(page).toHaveURL(/\/records\?done=deleted/);
  await expect(page.getByText("The record is deleted.")).toBeVisible();
  await expect(page.getByText("Northwind spectrometers")).toHaveCount(0);
});

test("what is wrong is said at the field, and nothing is lost", { tag: "@nojs" }, async ({ workspace, signIn, allowProblem }) => {
  allowProblem(/status of 422/);
  const page = await signIn(await workspace.member("operator"));
  await open(page, "/records/new?kind=deal");
  await page.getByLabel("Title").fill("Northwind");
  await page.getByLabel(/^Value/).fill("a lot");
  await page.getByLabel(/^Currency/).fill("EUR");
  await page.getByRole("button", { name: "Add deal" }).click();
  await expect(page.getByLabel(/^Value/)).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel(/^Value/)).toHaveValue("a lot");
  await expect(page.getByLabel("Title")).toHaveValue("Northwind");
  await page.getByLabel(/^Value/).fill("10.00");
  await page.getByRole("button", { name: "Add deal" }).click();
  await expect(page.getByText("The record is added.")).toBeVisible();
});

test("nobody overwrites what they have not seen", { tag: "@nojs" }, async ({ workspace, signIn, allowProblem }) => {
  allowProblem(/status of 412/);
  const contact = await workspace.record({ kind: "contact", title: "Ada Lovelace", data: { phone: "+44 20 7946 0001" } });
  const page = await signIn(await workspace.member("operator"));
  await open(page, `/records/${contact.id}`);
  await workspace.api("PATCH", `/records/${contact.id}`, { data: { phone: "+44 20 7946 0002" } }, await workspace.person(await workspace.member("owner")));
  await page.getByLabel(/^Job title/).fill("Countess");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("alert").filter({ hasText: /chang/i })).toBeVisible();
  const now = await workspace.api("GET", `/records/${contact.id}`, undefined, await workspace.person(await workspace.member("owner")));
  expect(now).toMatchObject({ data: { phone: "+44 20 7946 0002" } });
  expect(now).not.toMatchObject({ data: { jobTitle: "Countess" } });
});

test("a viewer reads and cannot write", async ({ workspace, signIn }) => {
  const contact = await workspace.record({ kind: "contact", title: "Ada Lovelace", data: { company: "Analytical" } });
  const page = await signIn(await workspace.member("viewer"));
  await open(page, "/records");
  await expect(page.getByRole("link", { name: /^New/ })).toHaveCount(0);
  await open(page, `/records/${contact.id}`);
  await expect(page.getByText("Analytical")).toBeVisible();
  await expect(page.getByRole("textbox")).toHaveCount(0);
  await expect(page.getByRole("button", { name: /Save|Delete/ })).toHaveCount(0);
});

test("an approved action changes the record, as its page had said", { tag: ["@nojs", "@postgres"] }, async ({ workspace, signIn }) => {
  const deal = await workspace.record({
    kind: "deal",
    title: "Northwind",
    data: { stage: "proposal", value: "9000.00", currency: "EUR" },
  });
  const approval = await workspace.pending({
    actionType: "change_pipeline_stage",
    actionData: { recordId: deal.id, stage: "won" },
  });
  const page = await signIn(await workspace.member("operator"));
  const detail = await Detail.open(page, approval);
  await expect(detail.heading).toHaveText("Change the stage of the deal Northwind from proposal to won");
  const change = page.getByRole("table", { name: "What changes in records" }).getByRole("row").filter({ hasText: "Stage" });
  await expect(change).toContainText("proposal");
  await expect(change).toContainText("won");
  await detail.approve.click();
  await expect.poll(async () => (await workspace.approval(approval.id)).outcome.status).toBe("succeeded");
  await open(page, `/records/${deal.id}`);
  await expect(page.getByLabel(/^Stage/)).toHaveValue("won");
});
