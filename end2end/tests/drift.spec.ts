/** A record changes between the request and the decision: the reviewer is told, and asked to look again. */
import { expect, test } from "../fixtures/index.js";
import type { Approval, Workspace } from "../fixtures/workspace.js";
import { Detail } from "../pages/detail.js";
import { Queue } from "../pages/queue.js";

const told = "value from 4,000.00 EUR to 9,000.00 EUR";

/** An agent wants to move a deal of 4,000.00 EUR to another stage. */
async function proposed(workspace: Workspace, action?: { actionType: string; actionData: object }): Promise<{ deal: { id: string }; approval: Approval }> {
  const data = { value: 400_000, currency: "EUR", stage: "proposal" };
  const deal = await workspace.record({ kind: "deal", title: "Northwind renewal", data });
  const { actionType, actionData } = action ?? { actionType: "change_pipeline_stage", actionData: { stage: "negotiation" } };
  return { deal, approval: await workspace.pending({ actionType, actionData: { ...actionData, recordId: deal.id } }) };
}

/** Somebody else works on the deal. */
async function raise(workspace: Workspace, deal: { id: string }): Promise<void> {
  const operator = await workspace.person(await workspace.member("operator"));
  await workspace.api("PATCH", `/records/${deal.id}`, { data: { value: 900_000 } }, operator);
}

test("a changed record is told, and a look at it is enough", { tag: ["@nojs", "@phone", "@postgres"] }, async ({ workspace, reviewer }) => {
  const { deal, approval } = await proposed(workspace);
  await raise(workspace, deal);
  const detail = await Detail.open(reviewer, approval);
  await expect(reviewer.getByRole("status").filter({ hasText: told })).toBeVisible();
  await detail.approve.click();
  await expect(detail.fact("Decision")).toHaveText("Approved");
});

test("a record that changes while somebody looks appears by itself", async ({ workspace, reviewer }) => {
  const { deal, approval } = await proposed(workspace);
  await Detail.open(reviewer, approval);
  await raise(workspace, deal);
  await expect(reviewer.getByRole("status").filter({ hasText: told })).toBeVisible();
});

test("the queue does not approve on old facts: it says what changed", { tag: "@nojs" }, async ({ workspace, reviewer, allowProblem }) => {
  allowProblem(/status of 412/);
  const field = { actionType: "update_crm_field", actionData: { field: "stage", value: "negotiation" } };
  const { deal, approval } = await proposed(workspace, field);
  await raise(workspace, deal);
  const queue = await Queue.open(reviewer);
  await queue.approve(/Northwind renewal/).click();
  await expect(reviewer.getByRole("main").getByText(told).first()).toBeVisible();
  expect(await workspace.approval(approval.id)).toMatchObject({ status: "pending" });
});
