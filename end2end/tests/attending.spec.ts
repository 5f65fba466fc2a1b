/** "I am on it": the others see it, may take over, and may decide all the same. */
import { expect, scripts, test } from "../fixtures/index.js";
import { Detail } from "../pages/detail.js";
import { Queue } from "../pages/queue.js";

test("a reviewer says so, another one sees it and takes over", { tag: ["@nojs", "@phone"] }, async ({ workspace, reviewer, signIn }) => {
  const approval = await workspace.task("Send the quote");
  const other = await signIn(await workspace.member("reviewer", "alan"));
  const queue = await Queue.open(other);
  const detail = await Detail.open(reviewer, approval);
  await reviewer.getByRole("button", { name: "I am on it" }).click();
  await expect(reviewer.getByText(/^You are on it until/)).toBeVisible();
  if (!scripts()) await other.reload();
  await expect(queue.row("Send the quote")).toContainText("Reviewer is on it");

  await Detail.open(other, approval);
  await expect(other.getByText(/^Reviewer is on it until/)).toBeVisible();
  await other.getByRole("button", { name: "Take over" }).click();
  await expect(other.getByText(/^You are on it until/)).toBeVisible();
  if (!scripts()) await reviewer.reload();
  await expect(reviewer.getByText(/^Alan is on it until/)).toBeVisible();
  await detail.approve.click();
  await expect(detail.fact("Decision")).toHaveText("Approved");
});

test("who is no longer on it says so", { tag: "@nojs" }, async ({ workspace, reviewer }) => {
  await Detail.open(reviewer, await workspace.pending());
  await reviewer.getByRole("button", { name: "I am on it" }).click();
  await reviewer.getByRole("button", { name: "Not on it any more" }).click();
  await expect(reviewer.getByRole("button", { name: "I am on it" })).toBeVisible();
});
