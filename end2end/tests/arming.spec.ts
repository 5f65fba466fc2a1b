/** What has a high risk is read to its end before it can be approved, however somebody tries. */
import { expect, open, test } from "../fixtures/index.js";
import { Detail } from "../pages/detail.js";
import { Queue } from "../pages/queue.js";

/** A mail whose end is far below its beginning. */
const long = {
  actionType: "send_email",
  actionData: { to: ["buyer@example.org"], subject: "Long offer", body: `Dear buyer,\n${"and so on\n".repeat(200)}and all our money.` },
};

test("the list offers no approval of a high risk, only a look at it", { tag: ["@nojs", "@phone"] }, async ({ workspace, reviewer }) => {
  await workspace.pending();
  await workspace.task("Call Northwind");
  const queue = await Queue.open(reviewer);
  await expect(queue.review("Your offer")).toBeVisible();
  await expect(queue.approve("Your offer")).toHaveCount(0);
  await expect(queue.approve("Call Northwind")).toBeVisible();
  await expect(queue.review("Call Northwind")).toHaveCount(0);
});

test("in the sheet the button waits until the end was on the screen", { tag: "@phone" }, async ({ workspace, reviewer }) => {
  const approval = await workspace.pending(long);
  const queue = await Queue.open(reviewer);
  await queue.review("Long offer").click();
  const { sheet } = queue;
  const waiting = sheet.dialog.getByRole("button", { name: "Read to the end" });
  await expect(sheet.about).toBeFocused();
  await expect(waiting).toBeVisible();
  await waiting.click();
  await expect(sheet.dialog.locator("#sheet-data")).toBeFocused();
  // What scrolls by itself inside the data has an end of its own.
  await sheet.dialog.locator(".data-end").scrollIntoViewIfNeeded();
  await expect(waiting).toBeVisible();
  expect((await workspace.approval(approval.id)).status).toBe("pending");
  await sheet.read();
  await sheet.approve.click();
  await expect(queue.row("Long offer")).toContainText("Approved");
});

test("neither Enter nor Control+Enter sends what was not read", async ({ workspace, reviewer }) => {
  const approval = await workspace.pending(long);
  await open(reviewer, `/approvals/${approval.id}`);
  const detail = new Detail(reviewer);
  const waiting = detail.decision.getByRole("button", { name: "Read to the end" });
  await waiting.focus();
  await reviewer.keyboard.press("Enter");
  await expect(reviewer.locator("#data")).toBeFocused();
  await waiting.focus();
  await reviewer.keyboard.press("Control+Enter");
  await expect(reviewer.locator("#data")).toBeFocused();
  await expect(detail.status).toHaveText("Read the data to its end, then approve.");
  expect((await workspace.approval(approval.id)).status).toBe("pending");
  await detail.read();
  await detail.approve.press("Enter");
  await expect(detail.fact("Decision")).toHaveText("Approved");
});

test("data that changes while somebody looks has to be read again", async ({ workspace, reviewer }) => {
  const approval = await workspace.pending({ ...long, requiredApprovals: 2 });
  const detail = await Detail.open(reviewer, approval);
  await expect(detail.approve).toBeVisible();
  await workspace.decide(approval, await workspace.member("reviewer", "alan"), {
    approved: true,
    editedActionData: { ...long.actionData, subject: "Another offer" },
  });
  await expect(detail.heading).toContainText("Another offer");
  await expect(detail.decision.getByRole("button", { name: "Read to the end" })).toBeVisible();
});
