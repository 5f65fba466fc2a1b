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

test("everything that matches is selected at once: the critical is named, what comes later is not among it", { tag: "@postgres" }, async ({ workspace, reviewer }) => {
  for (let n = 0; n < 27; n++) await workspace.task(`Task ${n}`, { expiresInSeconds: 1000 + n * 60 });
  await workspace.pending({ actionType: "financial_transaction", actionData: { amount: "1.00", currency: "EUR", counterparty: "Acme" } });
  const queue = await Queue.open(reviewer);
  await reviewer.getByRole("button", { name: "Select all that match" }).click();
  await expect(queue.bulk).toContainText("27 selected");
  await expect(queue.bulk).toContainText("27 × create_task");
  await expect(queue.bulk).toContainText(/Critical, decided one by one: .*Acme/);
  await expect(queue.status).toHaveText("27 selected. 1 is critical and is decided by itself.");
  const late = await workspace.task("Late", { expiresInSeconds: 900 });
  await expect(queue.arrivals(1)).toBeVisible();
  await queue.bulk.getByRole("button", { name: "Approve 27 actions" }).click();
  await expect(queue.status).toHaveText("27 approved");
  expect((await workspace.approval(late.id)).status).toBe("pending");
  await reviewer.reload();
  await expect(queue.titles).toHaveCount(2);
});

test("high risk is approved together only after each was opened", async ({ workspace, reviewer }) => {
  const mail = (subject: string) => workspace.pending({ actionData: { to: ["buyer@example.org"], subject, body: "x" } });
  const [read, unread] = [await mail("Read before"), await mail("Never opened")];
  await workspace.task("Medium");
  const queue = await Queue.open(reviewer);
  await queue.review("Read before").click();
  await expect(queue.sheet.about).toBeFocused();
  await reviewer.keyboard.press("Escape");
  for (const title of ["Read before", "Never opened", "Medium"]) await queue.tick(title).check();
  await expect(queue.bulk).toContainText("Not opened yet");
  await expect(queue.bulk.getByRole("link", { name: /Never opened/ })).toBeVisible();
  await expect(queue.bulk.getByRole("link", { name: /Read before/ })).toHaveCount(0);
  await queue.bulk.getByRole("button", { name: "Approve 2 actions" }).click();
  await expect(queue.status).toHaveText("2 approved");
  expect((await workspace.approval(read.id)).status).toBe("approved");
  expect((await workspace.approval(unread.id)).status).toBe("pending");
});

test("what never reached the server can be selected again", async ({ workspace, reviewer, allowProblem }) => {
  allowProblem(/ERR_FAILED/);
  for (const title of ["One", "Two"]) await workspace.task(title);
  const queue = await Queue.open(reviewer);
  for (const title of ["One", "Two"]) await queue.tick(title).check();
  await reviewer.route("**/api/fn/approvals/bulk", (route) => route.abort());
  await queue.bulk.getByRole("button", { name: "Approve 2 actions" }).click();
  const failed = reviewer.getByRole("region", { name: "Not decided" });
  await expect(failed).toContainText("2 not decided");
  await reviewer.unroute("**/api/fn/approvals/bulk");
  await failed.getByRole("button", { name: "Select these 2 again" }).click();
  await queue.bulk.getByRole("button", { name: "Approve 2 actions" }).click();
  await expect(queue.status).toHaveText("2 approved");
});
