/** Edit and approve: what runs is what the reviewer wrote, and nothing that was typed is lost. */
import { expect, test } from "../fixtures/index.js";
import { Detail } from "../pages/detail.js";

const field = (detail: Detail) => detail.decision.getByLabel("Action data as JSON");
const send = (detail: Detail) => detail.decision.getByRole("button", { name: "Approve with these changes" });

test("a reviewer changes the data, and the changed data runs", { tag: ["@nojs", "@phone", "@postgres"] }, async ({ workspace, reviewer }) => {
  const approval = await workspace.pending();
  const detail = await Detail.open(reviewer, approval);
  await detail.opener("Edit").click();
  const edited = { to: ["buyer@example.org"], subject: "Your new offer", body: "Ten percent less." };
  await field(detail).fill(JSON.stringify(edited));
  await send(detail).click();
  await expect(detail.fact("Decision")).toHaveText("Approved");
  await expect(detail.data("Action data")).toContainText("Ten percent less.");
  await reviewer.locator("summary", { hasText: "As the agent asked" }).click();
  await expect(detail.data("Data before the edit")).toContainText("here is the offer we spoke of");
  await expect(detail.history).toContainText("Changed the data of");
  await expect.poll(() => workspace.approval(approval.id)).toMatchObject({
    actionData: edited,
    outcome: { status: "succeeded" },
  });
  expect((await workspace.approval(approval.id)).argsHash).not.toBe(approval.argsHash);
});

for (const [fault, typed, says] of [
  ["text that is not JSON", '{"to": ["buyer@example.org"], "subject": ', /JSON/i],
  ["a list instead of an object", '["buyer@example.org"]', /./],
  ["data that the schema refuses", '{"to": [], "subject": "Your offer", "body": "x"}', /to/],
  ["the same key twice", '{"to": ["a@example.org"], "to": ["b@example.org"], "subject": "s", "body": "x"}', /./],
] as const) {
  test(`${fault} is refused at the field and kept`, { tag: "@nojs" }, async ({ workspace, reviewer, allowProblem }) => {
    allowProblem(/status of 4(00|22)/);
    const approval = await workspace.pending();
    const detail = await Detail.open(reviewer, approval);
    await detail.opener("Edit").click();
    await field(detail).fill(typed);
    await send(detail).click();
    await expect(field(detail)).toBeVisible();
    await expect(field(detail)).toHaveValue(typed);
    await expect(field(detail)).toHaveAttribute("aria-invalid", "true");
    await expect(field(detail)).toHaveAccessibleDescription(/Error: /);
    await expect(field(detail)).toHaveAccessibleDescription(says);
    // The summary of the form leads to the field.
    await detail.alerts.getByRole("link").first().click();
    await expect(field(detail)).toBeFocused();
    expect(await workspace.approval(approval.id)).toMatchObject({ status: "pending", argsHash: approval.argsHash });

    await field(detail).fill('{"to": ["buyer@example.org"], "subject": "Your offer", "body": "As agreed."}');
    await send(detail).click();
    await expect(detail.fact("Decision")).toHaveText("Approved");
  });
}

test("what somebody types stays when the page hears of something else", async ({ workspace, reviewer }) => {
  const approval = await workspace.pending();
  const detail = await Detail.open(reviewer, approval);
  await detail.opener("Edit").click();
  await field(detail).fill("half a thought");
  const more = { seconds: 3600 };
  const other = await workspace.member("reviewer", "other");
  await workspace.api("POST", `/approvals/${approval.id}/extend`, more, await workspace.person(other));
  await expect(detail.history).toContainText("Gave more time");
  await expect(field(detail)).toHaveValue("half a thought");
  await expect(field(detail)).toBeFocused();
});
