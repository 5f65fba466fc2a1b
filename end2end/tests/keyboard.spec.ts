/** Everything with Tab, Enter and Space alone, and where focus is afterwards. */
import type { Locator, Page } from "@playwright/test";
import { expect, test } from "../fixtures/index.js";
import { Detail } from "../pages/detail.js";
import { Queue } from "../pages/queue.js";

/** Presses Tab until `target` has focus, as somebody would; it must be within reach. */
async function tabTo(page: Page, target: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  await expect(target).toBeVisible();
  for (let presses = 0; presses < 80; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not reach ${target}`);
}

/** Focus must never be lost: the body is nobody's place. */
async function notOnBody(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe("BODY");
}

const TITLES = ["One", "Two", "Three"];
async function threeTasks(workspace: { task: (title: string, more: object) => Promise<unknown> }): Promise<void> {
  for (const [index, title] of TITLES.entries()) await workspace.task(title, { expiresInSeconds: 3000 + index * 600 });
}

for (const [decided, next] of [["One", "Two"], ["Two", "Three"], ["Three", "Two"]] as const) {
  for (const verb of ["approve", "reject"] as const) {
    test(`after somebody ${verb}s ${decided} of three, focus is on ${next}`, async ({ workspace, reviewer }) => {
      await threeTasks(workspace);
      const queue = await Queue.open(reviewer);
      if (verb === "approve") {
        await queue.approve(decided).press("Enter");
      } else {
        await queue.rejectOpener(decided).press("Enter");
        await queue.sheet.reason.fill("No.");
        await queue.sheet.rejectButton.press("Enter");
      }
      await expect(queue.row(decided)).toContainText(verb === "approve" ? "Approved" : "Rejected");
      await expect(queue.link(next)).toBeFocused();
      await expect(queue.status).toContainText(decided);
    });
  }
}

test("after the only row is decided, focus is on the heading", async ({ workspace, reviewer }) => {
  await workspace.task("Only");
  const queue = await Queue.open(reviewer);
  await queue.approve("Only").press("Enter");
  await expect(queue.heading).toBeFocused();
  await queue.strip.getByRole("button", { name: "Undo" }).press("Enter");
  await expect(queue.link("Only")).toBeFocused();
});

test("after an undo, focus is on the row", async ({ workspace, reviewer }) => {
  await threeTasks(workspace);
  const queue = await Queue.open(reviewer);
  await queue.approve("Two").press("Enter");
  await expect(queue.link("Three")).toBeFocused();
  await queue.strip.getByRole("button", { name: "Undo" }).press("Enter");
  await expect(queue.link("Two")).toBeFocused();
});

test("somebody else's decision does not take focus away", async ({ workspace, reviewer }) => {
  await threeTasks(workspace);
  const two = await workspace.task("Four", { expiresInSeconds: 2000 });
  const queue = await Queue.open(reviewer);
  const alan = await workspace.member("reviewer", "alan");
  await queue.approve("Four").focus();
  await workspace.decide(two, alan, { approved: false, reviewNotes: "No." });
  await expect(queue.row("Four")).toContainText("by Alan");
  await expect(queue.link("Four")).toBeFocused();
});

test("a decision on the page leaves focus on what happened", async ({ workspace, reviewer }) => {
  const detail = await Detail.open(reviewer, await workspace.pending());
  await detail.approve.press("Enter");
  await expect(detail.fact("Decision")).toHaveText("Approved");
  await expect(reviewer.locator("#state-now")).toBeFocused();
  await expect(detail.status).toHaveText("Approved.");
});

test("the whole job with Tab, Enter and Space", async ({ workspace, reviewer }) => {
  await threeTasks(workspace);
  const approval = await workspace.pending({ expiresInSeconds: 2000 });
  const queue = await Queue.open(reviewer);
  const { keyboard } = reviewer;

  await keyboard.press("Tab");
  await expect(reviewer.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await keyboard.press("Enter");
  await expect(reviewer.locator("main")).toBeFocused();

  // Tick two, reject them with a reason.
  for (const title of ["One", "Three"]) {
    await tabTo(reviewer, queue.tick(title));
    await keyboard.press("Space");
    await expect(queue.tick(title)).toBeChecked();
  }
  await tabTo(reviewer, queue.bulk.getByLabel("Reason for rejecting"));
  await keyboard.type("Not this week.");
  await tabTo(reviewer, queue.bulk.getByRole("button", { name: "Reject 2 actions" }));
  await keyboard.press("Enter");
  await expect(queue.status).toHaveText("2 rejected");
  await expect(queue.heading).toBeFocused();

  // Reject one from its row; Escape closes what Enter opened.
  await tabTo(reviewer, queue.rejectOpener("Two"));
  await keyboard.press("Enter");
  await expect(queue.sheet.reason).toBeFocused();
  await keyboard.press("Escape");
  await expect(queue.sheet.dialog).toBeHidden();
  await expect(queue.rejectOpener("Two")).toBeFocused();
  await keyboard.press("Enter");
  await expect(queue.sheet.reason).toBeFocused();
  await keyboard.type("Nor this.");
  await tabTo(reviewer, queue.sheet.rejectButton);
  await keyboard.press("Space");
  await expect(queue.row("Two")).toContainText("Rejected");

  // Open the last one beside the list, and approve it there with other data.
  await expect(queue.link("Your offer")).toBeFocused();
  await keyboard.press("Enter");
  await expect(reviewer).toHaveURL(new RegExp(`/approvals\\?open=${approval.id}$`));
  const detail = new Detail(reviewer);
  await expect(detail.heading).toContainText("Your offer");
  await notOnBody(reviewer);
  await tabTo(reviewer, detail.opener("Edit"));
  await keyboard.press("Enter");
  await tabTo(reviewer, detail.field("Subject"));
  await keyboard.press("ControlOrMeta+a");
  await keyboard.type("Typed");
  await tabTo(reviewer, detail.decision.getByRole("button", { name: "Approve with these changes" }));
  await keyboard.press("Enter");
  await expect(detail.fact("Decision")).toHaveText("Approved");
  await expect(reviewer.locator("#state-now")).toBeFocused();
  expect(await workspace.approval(approval.id)).toMatchObject({ actionData: { subject: "Typed" } });
});

test("a critical action is never the default focus, and can be typed through", async ({ workspace, reviewer }) => {
  const approval = await workspace.pending({
    actionType: "financial_transaction",
    actionData: { amount: "40.00", currency: "EUR", counterparty: "Acme Ltd" },
  });
  const queue = await Queue.open(reviewer);
  await tabTo(reviewer, queue.review("Acme Ltd"));
  await reviewer.keyboard.press("Enter");
  await expect(queue.sheet.about).toBeFocused();
  await reviewer.keyboard.press("End");
  await tabTo(reviewer, queue.sheet.dialog.getByLabel("Type the target to approve"));
  await reviewer.keyboard.type("Acme Ltd");
  await reviewer.keyboard.press("Enter");
  await expect(queue.row("Acme Ltd")).toContainText("Approved");
  expect(await workspace.approval(approval.id)).toMatchObject({ status: "approved" });
});

test("signing in and moving between pages keeps focus in the page", async ({ workspace, page }) => {
  const member = await workspace.member("reviewer");
  await page.goto("/sign-in");
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", "true");
  await tabTo(page, page.getByLabel("Email"));
  await page.keyboard.type(member.email);
  await tabTo(page, page.getByLabel("Password", { exact: true }));
  await page.keyboard.type(member.password);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/approvals$/);
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", "true");
  for (const name of ["Records", "Audit", "Approvals"]) {
    const link = page.getByRole("navigation", { name: "Main" }).first().getByRole("link", { name: new RegExp(`^${name}`) });
    await link.press("Enter");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
    // As after a page load: at the start of the content.
    await expect(page.locator("main")).toBeFocused();
    await expect(link).toHaveAttribute("aria-current", "page");
  }
});
