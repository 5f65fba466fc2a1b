/** Several votes, critical actions, and two people on one approval. */
import { expect, test } from "../fixtures/index.js";
import { Detail } from "../pages/detail.js";
import { DEAF, deafen, Queue } from "../pages/queue.js";

const payment = {
  actionType: "financial_transaction",
  actionData: { amount: "4000.00", currency: "EUR", counterparty: "Acme Ltd", memo: "Calibration" },
};

test("two votes are needed, and nobody votes twice", { tag: ["@nojs", "@postgres"] }, async ({ workspace, signIn }) => {
  const approval = await workspace.pending({ requiredApprovals: 2 });
  const [grace, alan] = [await workspace.member("reviewer", "grace"), await workspace.member("reviewer", "alan")];
  const first = await Detail.open(await signIn(grace), approval);
  await expect(first.page.getByText("0 of 2 approvals")).toBeVisible();
  await first.decision.getByRole("button", { name: "Vote to approve" }).click();
  await expect(first.page.getByText("1 of 2 approvals: Grace")).toBeVisible();
  expect(await workspace.approval(approval.id)).toMatchObject({ status: "pending" });

  await expect(first.page.getByText("You have voted; others still have to.")).toBeVisible();
  await expect(first.page.getByRole("button", { name: "Vote to approve" })).toHaveCount(0);
  await expect(workspace.decide(approval, grace, { approved: true })).rejects.toThrow(/409.*already voted/);

  const second = await Detail.open(await signIn(alan), approval);
  await second.decision.getByRole("button", { name: "Vote to approve" }).click();
  await expect(second.fact("Decision")).toHaveText("Approved");
  await expect(second.fact("By")).toHaveText("Alan");
});

test("one rejection is enough where two approvals are needed", async ({ workspace, reviewer }) => {
  const approval = await workspace.pending({ requiredApprovals: 2 });
  const detail = await Detail.open(reviewer, approval);
  await detail.reject("No.");
  await expect(detail.fact("Decision")).toHaveText("Rejected");
});

test("an edit lets earlier votes fall", async ({ workspace, reviewer }) => {
  const approval = await workspace.pending({ requiredApprovals: 2 });
  await workspace.decide(approval, await workspace.member("reviewer", "grace"), { approved: true });
  const detail = await Detail.open(reviewer, approval);
  await expect(reviewer.getByText("1 of 2 approvals: Grace")).toBeVisible();
  await detail.opener("Edit").click();
  await detail.field("Subject").fill("Other");
  await detail.decision.getByRole("button", { name: "Approve with these changes" }).click();
  await expect(reviewer.getByText("1 of 2 approvals: Reviewer")).toBeVisible();
  expect(await workspace.approval(approval.id)).toMatchObject({ status: "pending" });
});

test("a critical action asks for its target, typed", { tag: ["@nojs", "@phone", "@postgres"] }, async ({ workspace, reviewer, allowProblem }) => {
  allowProblem(/status of 422/);
  const approval = await workspace.pending(payment);
  const queue = await Queue.open(reviewer);
  const row = queue.row("Move 4,000.00 EUR to Acme Ltd");
  await expect(row).toContainText("Critical");
  await expect(row.getByRole("checkbox")).toHaveCount(0);
  await expect(row.getByRole("button", { name: /approve/i })).toHaveCount(0);
  await expect(queue.review("Acme Ltd")).toBeVisible();

  const detail = await Detail.open(reviewer, approval);
  const target = detail.decision.locator("form#approve").getByLabel("Type the target to approve");
  await expect(target).toHaveAccessibleDescription("Type: Acme Ltd");
  await expect(target).not.toBeFocused();
  await target.fill("Acme");
  await detail.approve.click();
  await expect(target).toHaveAttribute("aria-invalid", "true");
  await expect(target).toHaveAccessibleDescription(/Acme Ltd/);
  await expect(target).toHaveValue("Acme");
  expect(await workspace.approval(approval.id)).toMatchObject({ status: "pending" });

  await target.fill("Acme Ltd");
  await detail.approve.click();
  await expect(detail.fact("Decision")).toHaveText("Approved");
  await expect.poll(async () => (await workspace.approval(approval.id)).outcome.status).toBe("succeeded");
});

test("a page that is open hears of somebody else's decision", async ({ workspace, signIn }) => {
  const approval = await workspace.pending();
  const [grace, alan] = [await workspace.member("reviewer", "grace"), await workspace.member("reviewer", "alan")];
  const mine = await Detail.open(await signIn(grace), approval);
  const list = await Queue.open(await signIn(grace));
  const theirs = await Detail.open(await signIn(alan), approval);
  await theirs.reject("Wrong buyer.");
  for (const detail of [theirs, mine]) {
    await expect(detail.fact("Decision")).toHaveText("Rejected");
    await expect(detail.fact("By")).toHaveText("Alan");
    await expect(detail.decision).toHaveCount(0);
  }
  await expect(list.row("Your offer")).toContainText("by Alan");
});

test("two browsers on one approval: the loser learns who and when", async ({ workspace, signIn, allowProblem }) => {
  allowProblem(DEAF);
  allowProblem(/status of 409/);
  const approval = await workspace.pending();
  const [grace, alan] = [await workspace.member("reviewer", "grace"), await workspace.member("reviewer", "alan")];
  const [slow, fast] = [await signIn(grace), await signIn(alan)];
  await deafen(slow);
  const loser = await Detail.open(slow, approval);
  const queue = await Queue.open(fast);
  await queue.readAndApprove("Your offer");
  await expect(queue.row("Your offer")).toContainText("Approved");

  await loser.approve.click();
  const late = /This approval was already approved by Alan on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\./;
  await expect(loser.alerts.filter({ hasText: late })).toBeVisible();
  await expect(loser.fact("Decision")).toHaveText("Approved");
  await expect(loser.fact("By")).toHaveText("Alan");
  await expect(loser.decision).toHaveCount(0);
});

test("two browsers on one list: the loser's row says who and when", async ({ workspace, signIn, allowProblem }) => {
  allowProblem(DEAF);
  allowProblem(/status of 409/);
  const [task, mail] = [await workspace.task("Call Northwind"), await workspace.pending()];
  const page = await signIn(await workspace.member("reviewer", "grace"));
  await deafen(page);
  const queue = await Queue.open(page);
  const alan = await workspace.member("reviewer", "alan");
  await workspace.decide(task, alan, { approved: false, reviewNotes: "No." });
  await queue.approve("Call Northwind").click();
  await expect(queue.row("Call Northwind")).toContainText(/already rejected by Alan on .* UTC/);
  await expect(queue.row("Call Northwind")).toContainText("Rejected");
  await expect(queue.status).toContainText("already rejected by Alan");

  // The same while the sheet is open.
  await queue.review("Your offer").click();
  await queue.sheet.read();
  await workspace.decide(mail, alan, { approved: false, reviewNotes: "No." });
  await queue.sheet.approve.click();
  await expect(queue.sheet.dialog).toBeHidden();
  await expect(queue.row("Your offer")).toContainText(/already rejected by Alan on .* UTC/);
});

test("without scripts too, the loser learns who and when", { tag: "@only-nojs" }, async ({ workspace, signIn }) => {
  const approval = await workspace.pending();
  const page = await signIn(await workspace.member("reviewer", "grace"));
  const detail = await Detail.open(page, approval);
  await workspace.decide(approval, await workspace.member("reviewer", "alan"), { approved: false, reviewNotes: "No." });
  await detail.approve.click();
  await expect(page.getByText(/already rejected by Alan on .* UTC/)).toBeVisible();
  await expect(detail.fact("Decision")).toHaveText("Rejected");
});

test("data that changed meanwhile is not approved unseen", async ({ workspace, reviewer, allowProblem }) => {
  allowProblem(DEAF);
  allowProblem(/status of 412/);
  await deafen(reviewer);
  const approval = await workspace.pending({ requiredApprovals: 2 });
  const detail = await Detail.open(reviewer, approval);
  await workspace.decide(approval, await workspace.member("reviewer", "alan"), {
    approved: true,
    editedActionData: { to: ["other@example.org"], subject: "Other", body: "Other" },
  });
  await detail.approve.click();
  await expect(detail.alerts.filter({ hasText: "is not what you saw" })).toBeVisible();
  await expect(detail.data("Action data")).toContainText("other@example.org");
  expect(await workspace.approval(approval.id)).toMatchObject({ status: "pending", votes: [{ name: "Alan" }] });
});
