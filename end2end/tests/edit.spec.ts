/** Edit and approve: what runs is what the reviewer wrote, and nothing that was typed is lost. */
import { expect, test } from "../fixtures/index.js";
import { Detail } from "../pages/detail.js";

const sendFields = (detail: Detail) => detail.decision.getByRole("button", { name: "Approve with these changes" });
const sendJson = (detail: Detail) => detail.decision.getByRole("button", { name: "Approve with this JSON" });

test("a reviewer changes a field, and the changed data runs", { tag: ["@nojs", "@phone", "@postgres"] }, async ({ workspace, reviewer }) => {
  const approval = await workspace.pending();
  const detail = await Detail.open(reviewer, approval);
  await detail.opener("Edit").click();
  await expect(detail.field("To")).toHaveValue("buyer@example.org");
  await detail.field("To").fill("buyer@example.org\nseller@example.org");
  await detail.field("Subject").fill("Your new offer");
  await sendFields(detail).click();
  await expect(detail.fact("Decision")).toHaveText("Approved");
  await expect(detail.data("Action data")).toContainText("Your new offer");
  await expect(await detail.json("Action data")).toContainText('"subject": "Your new offer"');
  await reviewer.locator("summary", { hasText: "As the agent asked" }).click();
  await expect(detail.data("Data before the edit")).toContainText("Your offer");
  await expect(detail.history).toContainText("Changed the data of");
  const edited = {
    to: ["buyer@example.org", "seller@example.org"],
    subject: "Your new offer",
    body: "Dear buyer,\nhere is the offer we spoke of.",
  };
  await expect.poll(() => workspace.approval(approval.id)).toMatchObject({
    actionData: edited,
    outcome: { status: "succeeded" },
  });
  const now = await workspace.approval(approval.id);
  expect(now["actionData"]).toEqual(edited);
  expect(now.argsHash).not.toBe(approval.argsHash);
});

test("fields that nobody touched are no edit", { tag: "@nojs" }, async ({ workspace, reviewer }) => {
  const approval = await workspace.pending({
    actionType: "send_email",
    actionData: { to: ["a@example.org"], subject: " spaced ", body: "\nfirst line blank\r\nand \u202eturned\n" },
  });
  const detail = await Detail.open(reviewer, approval);
  await detail.opener("Edit").click();
  await expect(detail.field("Body")).toHaveAccessibleDescription(/U\+202E/);
  await sendFields(detail).click();
  await expect(detail.fact("Decision")).toHaveText("Approved");
  expect(await workspace.approval(approval.id)).toMatchObject({ argsHash: approval.argsHash, originalData: null });
});

test("a fault is at its field, and what was typed stays", { tag: ["@nojs", "@phone"] }, async ({ workspace, reviewer, allowProblem }) => {
  allowProblem(/status of 422/);
  const approval = await workspace.pending();
  const detail = await Detail.open(reviewer, approval);
  await detail.opener("Edit").click();
  await detail.field("To").fill("buyer@example.org\nnobody");
  await detail.field("Subject").fill("Another offer");
  await sendFields(detail).click();
  await expect(detail.field("To")).toHaveAttribute("aria-invalid", "true");
  await expect(detail.field("To")).toHaveAccessibleDescription(/Error: line 2: .*One on each line/);
  await expect(detail.field("To")).toHaveValue("buyer@example.org\nnobody");
  await expect(detail.field("Subject")).toHaveValue("Another offer");
  await expect(detail.field("Subject")).not.toHaveAttribute("aria-invalid");
  await detail.alerts.getByRole("link").first().click();
  await expect(detail.field("To")).toBeFocused();
  expect(await workspace.approval(approval.id)).toMatchObject({ status: "pending", argsHash: approval.argsHash });
  await detail.field("To").fill("buyer@example.org");
  await sendFields(detail).click();
  await expect(detail.fact("Decision")).toHaveText("Approved");
});

test("a reviewer changes the JSON, and the changed data runs", { tag: ["@nojs", "@postgres"] }, async ({ workspace, reviewer }) => {
  const approval = await workspace.pending();
  const detail = await Detail.open(reviewer, approval);
  const edited = { to: ["buyer@example.org"], subject: "Your new offer", body: "Ten percent less." };
  await (await detail.editJson()).fill(JSON.stringify(edited));
  await sendJson(detail).click();
  await expect(detail.fact("Decision")).toHaveText("Approved");
  await expect(detail.data("Action data")).toContainText("Ten percent less.");
  await expect.poll(() => workspace.approval(approval.id)).toMatchObject({
    actionData: edited,
    outcome: { status: "succeeded" },
  });
});

for (const [fault, typed, says] of [
  ["text that is not JSON", '{"to": ["buyer@example.org"], "subject": ', /JSON/i],
  ["a list instead of an object", '["buyer@example.org"]', /./],
  ["data that the schema refuses", '{"to": [], "subject": "Your offer", "body": "x"}', /to/],
  ["the same key twice", '{"to": ["a@example.org"], "to": ["b@example.org"], "subject": "s", "body": "x"}', /./],
] as const) {
  test(`${fault} is refused at the JSON and kept`, { tag: "@nojs" }, async ({ workspace, reviewer, allowProblem }) => {
    allowProblem(/status of 4(00|22)/);
    const approval = await workspace.pending();
    const detail = await Detail.open(reviewer, approval);
    const json = await detail.editJson();
    await json.fill(typed);
    await sendJson(detail).click();
    await expect(json).toBeVisible();
    await expect(json).toHaveValue(typed);
    await expect(json).toHaveAttribute("aria-invalid", "true");
    await expect(json).toHaveAccessibleDescription(/Error: /);
    await expect(json).toHaveAccessibleDescription(says);
    // The summary of the form leads to the field.
    await detail.alerts.getByRole("link").first().click();
    await expect(json).toBeFocused();
    expect(await workspace.approval(approval.id)).toMatchObject({ status: "pending", argsHash: approval.argsHash });

    await json.fill('{"to": ["buyer@example.org"], "subject": "Your offer", "body": "As agreed."}');
    await sendJson(detail).click();
    await expect(detail.fact("Decision")).toHaveText("Approved");
  });
}

test("data that nobody has described is edited as JSON only", { tag: "@nojs" }, async ({ workspace, reviewer }) => {
  const approval = await workspace.pending({ actionType: "own.unheard", actionData: { note: { deep: [1] } } });
  const detail = await Detail.open(reviewer, approval);
  await detail.opener("Edit").click();
  await detail.decision.getByLabel("Action data as JSON").fill('{"note": {"deep": [2]}}');
  await sendJson(detail).click();
  await expect(detail.fact("Decision")).toHaveText("Approved");
  expect(await workspace.approval(approval.id)).toMatchObject({ actionData: { note: { deep: [2] } } });
});

test("what somebody types stays when the page hears of something else", async ({ workspace, reviewer }) => {
  const approval = await workspace.pending();
  const detail = await Detail.open(reviewer, approval);
  await detail.opener("Edit").click();
  await detail.field("Subject").fill("half a thought");
  const more = { seconds: 3600 };
  const other = await workspace.member("reviewer", "other");
  await workspace.api("POST", `/approvals/${approval.id}/extend`, more, await workspace.person(other));
  await expect(detail.history).toContainText("Gave more time");
  await expect(detail.field("Subject")).toHaveValue("half a thought");
  await expect(detail.field("Subject")).toBeFocused();
});
