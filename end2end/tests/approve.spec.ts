/** The main job from the queue: approve, reject with a reason, undo. */
import { expect, test } from "../fixtures/index.js";
import { Detail } from "../pages/detail.js";
import { Queue } from "../pages/queue.js";

test("a reviewer approves from the queue, and the action runs", { tag: ["@nojs", "@phone", "@postgres"] }, async ({ workspace, reviewer }) => {
  const approval = await workspace.pending();
  const queue = await Queue.open(reviewer);
  await queue.readAndApprove("Your offer");
  await queue.says("Your offer", "Approved", "by Reviewer");
  await expect.poll(async () => (await workspace.approval(approval.id)).outcome.status).toBe("succeeded");
  await queue.says("Your offer", "Succeeded");
});

test("a reviewer rejects from the queue, and the agent reads why", { tag: ["@nojs", "@phone"] }, async ({ workspace, reviewer }) => {
  const approval = await workspace.pending();
  const queue = await Queue.open(reviewer);
  await queue.reject("Your offer", "The price is from last year.");
  await queue.says("Your offer", "Rejected", "by Reviewer");
  expect(await workspace.approval(approval.id)).toMatchObject({
    status: "rejected",
    reviewNotes: "The price is from last year.",
    outcome: { status: "none" },
  });
});

test("a reviewer rejects on the page of the approval", { tag: ["@nojs", "@phone"] }, async ({ workspace, reviewer }) => {
  const approval = await workspace.pending();
  const detail = await Detail.open(reviewer, approval);
  await detail.reject("Not before Friday.");
  await expect(detail.fact("Decision")).toHaveText("Rejected");
  await expect(detail.fact("By")).toHaveText("Reviewer");
  await expect(detail.fact("Reason")).toHaveText("Not before Friday.");
  await expect(detail.decision).toHaveCount(0);
});

test("a rejection without a reason is not sent", { tag: "@nojs" }, async ({ workspace, reviewer }) => {
  const approval = await workspace.pending();
  const detail = await Detail.open(reviewer, approval);
  await detail.reject("");
  await expect(detail.decision.getByLabel("Reason")).toBeFocused();
  expect(await workspace.approval(approval.id)).toMatchObject({ status: "pending" });
});

test("an approval of medium risk is held and can be undone from the strip", { tag: ["@nojs", "@phone", "@postgres"] }, async ({ workspace, reviewer }) => {
  const approval = await workspace.task("Call Northwind");
  const queue = await Queue.open(reviewer);
  await queue.approve("Call Northwind").click();
  await expect(queue.strip).toContainText("Call Northwind");
  await queue.strip.getByRole("button", { name: "Undo" }).click();
  await expect(queue.strip.getByRole("button")).toHaveCount(0);
  await expect(queue.approve("Call Northwind")).toBeVisible();
  expect(await workspace.approval(approval.id)).toMatchObject({ status: "pending", outcome: { status: "none" } });
});

test("an approval is undone on its page", { tag: "@nojs" }, async ({ workspace, reviewer }) => {
  const detail = await Detail.open(reviewer, await workspace.task("Call Northwind"));
  await detail.approve.click();
  await expect(detail.fact("Decision")).toHaveText("Approved");
  await expect(reviewer.getByText("Held ")).toBeVisible();
  await reviewer.getByRole("button", { name: "Undo" }).click();
  await expect(detail.approve).toBeVisible();
  await expect(detail.history).toContainText("Took back the approval");
});
