/** What reviewers and the agent say to each other about an approval. */
import { expect, scripts, test } from "../fixtures/index.js";
import { Detail } from "../pages/detail.js";
import { Queue } from "../pages/queue.js";

test("a reviewer asks, the agent answers, a colleague warns", { tag: ["@nojs", "@phone", "@postgres"] }, async ({ workspace, reviewer }) => {
  const approval = await workspace.pending();
  const detail = await Detail.open(reviewer, approval);
  const comments = reviewer.getByRole("list", { name: "Comments" });
  await expect(reviewer.getByText("Nobody has said anything yet.")).toBeVisible();

  await detail.comment("Which price list is this from?");
  await expect(comments.getByRole("listitem")).toContainText(["Which price list is this from?"]);
  const path = `/approvals/${approval.id}/comments`;
  await workspace.api("POST", path, { text: "The one of November." });
  if (!scripts()) await reviewer.reload();
  await expect(comments.getByRole("listitem").nth(1)).toContainText(/Outreach agent\s*Agent/);
  await detail.comment("I do not trust this one.", "Colleagues only");
  await expect(comments.getByRole("listitem").nth(2)).toContainText("Colleagues only");

  const read = (await workspace.api("GET", path)) as { items: { text: string }[] };
  expect(read.items.map((comment) => comment.text)).toEqual(["Which price list is this from?", "The one of November."]);
  await detail.approve.click();
  await expect(detail.fact("Decision")).toHaveText("Approved");
});

test("the form is empty after it was sent, and has the focus", async ({ workspace, reviewer }) => {
  const detail = await Detail.open(reviewer, await workspace.pending());
  await detail.comment("First");
  const field = reviewer.getByLabel("Comment", { exact: true });
  await expect(field).toBeFocused();
  await expect(field).toHaveValue("");
  await expect(reviewer.getByRole("status").filter({ hasText: "Your comment is added." })).toBeAttached();
});

test("what was typed survives a refusal, and hostile text is revealed", { tag: "@nojs" }, async ({ workspace, reviewer, allowProblem }) => {
  allowProblem(/status of 422/);
  const approval = await workspace.pending();
  const detail = await Detail.open(reviewer, approval);
  await detail.comment("   ");
  const field = reviewer.getByLabel("Comment", { exact: true });
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(reviewer.getByText("must not be empty").first()).toBeVisible();

  const text = `pay \u202Eevil\u202C <b>now</b>${"\n".repeat(500)}end`;
  await workspace.api("POST", `/approvals/${approval.id}/comments`, { text });
  await Detail.open(reviewer, approval);
  const comment = reviewer.getByRole("list", { name: "Comments" }).getByRole("listitem");
  await expect(comment).toContainText("U+202E");
  await expect(comment).toContainText("<b>now</b>");
  const box = await comment.boundingBox();
  expect(box?.height).toBeLessThan(500);
});

test("the list says how many comments there are", { tag: ["@nojs", "@phone"] }, async ({ workspace, reviewer }) => {
  const approval = await workspace.task("Send the quote");
  for (const text of ["One", "Two"]) await workspace.api("POST", `/approvals/${approval.id}/comments`, { text });
  const queue = await Queue.open(reviewer);
  await expect(queue.row(/Send the quote/)).toContainText("2 comments");
});

test("a viewer reads and does not write", { tag: "@nojs" }, async ({ workspace, signIn }) => {
  const approval = await workspace.pending();
  await workspace.api("POST", `/approvals/${approval.id}/comments`, { text: "For everyone." });
  const page = await signIn(await workspace.member("viewer"));
  await Detail.open(page, approval);
  await expect(page.getByRole("list", { name: "Comments" })).toContainText("For everyone.");
  await expect(page.getByLabel("Comment", { exact: true })).toHaveCount(0);
});

test("talk about an approval disturbs nobody who decides on it", async ({ workspace, reviewer }) => {
  const approval = await workspace.task("Send the quote");
  const queue = await Queue.open(reviewer);
  const row = queue.row("Send the quote");
  await queue.tick("Send the quote").check();
  await queue.rejectOpener("Send the quote").click();
  await queue.sheet.reason.fill("Not before");
  await workspace.api("POST", `/approvals/${approval.id}/comments`, { text: "One more thing." });
  await expect(row).toContainText("1 comment");
  const alan = await workspace.person(await workspace.member("reviewer", "alan"));
  await workspace.api("POST", `/approvals/${approval.id}/attend`, {}, alan);
  await expect(row).toContainText("Alan is on it");
  await expect(queue.sheet.reason).toBeFocused();
  await expect(queue.sheet.reason).toHaveValue("Not before");
  await reviewer.keyboard.press("Escape");
  await expect(queue.tick("Send the quote")).toBeChecked();
});
