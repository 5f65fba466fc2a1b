/** Deciding on several rows at once; each row says what became of it. */
import { expect, test } from "../fixtures/index.js";
import { DEAF, deafen, Queue } from "../pages/queue.js";

test("a reviewer approves two of three at once", { tag: ["@phone", "@postgres"] }, async ({ workspace, reviewer }) => {
  for (const title of ["One", "Two", "Three"]) await workspace.task(title);
  const queue = await Queue.open(reviewer);
  await expect(queue.bulk).toBeHidden();
  await queue.tick("One").check();
  await expect(queue.bulk.getByRole("button", { name: "Approve 1 action" })).toBeVisible();
  await queue.tick("Three").check();
  await queue.bulk.getByRole("button", { name: "Approve 2 actions" }).click();
  await expect(queue.status).toHaveText("2 approved");
  for (const title of ["One", "Three"]) await expect(queue.row(title)).toContainText("Approved");
  await expect(queue.approve("Two")).toBeVisible();
  await expect(queue.bulk).toBeHidden();
  await expect(queue.heading).toBeFocused();
});

test("rejecting in bulk needs one reason, which each agent reads", async ({ workspace, reviewer }) => {
  const approvals = [await workspace.task("One"), await workspace.task("Two")];
  const queue = await Queue.open(reviewer);
  for (const title of ["One", "Two"]) await queue.tick(title).check();
  await queue.bulk.getByRole("button", { name: "Reject 2 actions" }).click();
  await expect(queue.bulk.getByLabel("Reason for rejecting")).toBeFocused();
  await queue.bulk.getByLabel("Reason for rejecting").fill("The campaign is over.");
  await queue.bulk.getByRole("button", { name: "Reject 2 actions" }).click();
  await expect(queue.status).toHaveText("2 rejected");
  for (const { id } of approvals) {
    expect(await workspace.approval(id)).toMatchObject({ status: "rejected", reviewNotes: "The campaign is over." });
  }
});

test("in bulk too, each row says what became of it", async ({ workspace, reviewer, allowProblem }) => {
  allowProblem(DEAF);
  await deafen(reviewer);
  const [gone, voted] = [await workspace.task("Gone"), await workspace.task("Voted", { requiredApprovals: 2 })];
  await workspace.task("Open");
  const queue = await Queue.open(reviewer);
  const alan = await workspace.member("reviewer", "alan");
  await workspace.decide(gone, alan, { approved: false, reviewNotes: "No." });
  for (const title of ["Gone", "Voted", "Open"]) await queue.tick(title).check();
  await queue.bulk.getByRole("button", { name: "Approve 3 actions" }).click();
  await expect(queue.status).toHaveText("1 approved, 1 voted on, 1 already decided");
  await expect(queue.row("Gone")).toContainText("already rejected by Alan");
  await expect(queue.row("Open")).toContainText("Approved");
  await expect(queue.approve("Voted")).toBeVisible();
  // What the bar no longer counts is no longer ticked: it would be sent with the next decision.
  await expect(queue.tick("Voted")).not.toBeChecked();
  expect(await workspace.approval(voted.id)).toMatchObject({ status: "pending", votes: [{ name: "Reviewer" }] });
});

test("bulk decisions work without scripts", { tag: "@only-nojs" }, async ({ workspace, reviewer }) => {
  for (const title of ["One", "Two", "Three"]) await workspace.task(title);
  const queue = await Queue.open(reviewer);
  for (const title of ["One", "Three"]) await queue.tick(title).check();
  await queue.bulk.getByRole("button", { name: "Approve selected" }).click();
  await expect(queue.row("One")).toHaveCount(0);
  await expect(queue.approve("Two")).toBeVisible();
  await queue.tick("Two").check();
  await queue.bulk.getByLabel("Reason for rejecting").fill("Not now.");
  await queue.bulk.getByRole("button", { name: "Reject selected" }).click();
  await queue.says("Two", "Rejected");
  await queue.says("One", "Approved");
});

test("without scripts, a bulk decision says what was not decided", { tag: "@only-nojs" }, async ({ workspace, reviewer }) => {
  const [gone] = [await workspace.task("Gone"), await workspace.task("Open")];
  const queue = await Queue.open(reviewer);
  await workspace.decide(gone, await workspace.member("reviewer", "alan"), { approved: false, reviewNotes: "No." });
  for (const title of ["Gone", "Open"]) await queue.tick(title).check();
  await queue.bulk.getByRole("button", { name: "Approve selected" }).click();
  await expect(reviewer.getByText(/already (decided|rejected)/).first()).toBeVisible();
});
