/** One approval beside the list, and the sheet over it. */
import { expect, hydrated, open, test } from "../fixtures/index.js";
import { Detail } from "../pages/detail.js";
import { Queue } from "../pages/queue.js";

test("an approval opens beside the list, which goes on working", async ({ workspace, reviewer }) => {
  const [first, second] = [await workspace.task("First", { expiresInSeconds: 3000 }), await workspace.task("Second", { expiresInSeconds: 4000 })];
  const queue = await Queue.open(reviewer, "?riskLevel=medium");
  await queue.link("First").click();
  const detail = new Detail(reviewer);
  await expect(detail.heading).toContainText("First");
  await expect(detail.heading).toBeFocused();
  await expect(reviewer).toHaveURL(new RegExp(`\\?riskLevel=medium&open=${first.id}$`));
  await expect(queue.link("First")).toHaveAttribute("aria-current", "true");

  // The list beside it: other rows are decided and opened.
  await queue.link("Second").click();
  await expect(detail.heading).toContainText("Second");
  await queue.approve("First").click();
  await expect(queue.row("First")).toContainText("Approved");
  await detail.reject("Not now.");
  await expect(detail.fact("Decision")).toHaveText("Rejected");
  await expect(queue.row("Second")).toContainText("Rejected");
  expect(await workspace.approval(second.id)).toMatchObject({ status: "rejected", reviewNotes: "Not now." });

  // The address is the state: a reload shows the same, back and Escape lead out.
  await reviewer.reload();
  await hydrated(reviewer);
  await expect(detail.heading).toContainText("Second");
  await reviewer.getByRole("complementary", { name: "Approval" }).getByRole("link", { name: "Close" }).click();
  await expect(reviewer).toHaveURL(/\?riskLevel=medium$/);
  await expect(detail.heading).toHaveText("Approvals");
});

test("Escape closes it and the focus is back on its row", async ({ workspace, reviewer }) => {
  await workspace.task("First");
  const queue = await Queue.open(reviewer);
  await queue.link("First").press("Enter");
  await expect(reviewer.locator("#panel-title")).toBeFocused();
  await reviewer.keyboard.press("Escape");
  await expect(queue.link("First")).toBeFocused();
  await expect(reviewer).toHaveURL(/\/approvals$/);
});

test("on a phone it is a page", { tag: "@only-phone" }, async ({ workspace, reviewer }) => {
  const approval = await workspace.task("First");
  const queue = await Queue.open(reviewer);
  await queue.link("First").click();
  await expect(reviewer).toHaveURL(new RegExp(`/approvals/${approval.id}$`));
  // A link from a desktop shows the approval, not half of each.
  await open(reviewer, `/approvals?open=${approval.id}`);
  await expect(reviewer.locator("#panel-title")).toBeVisible();
  await expect(queue.list).toBeHidden();
});

test("an address of nothing says so beside the list", { tag: "@nojs" }, async ({ workspace, reviewer, allowProblem }) => {
  allowProblem(/status of 404/);
  await workspace.task("First");
  await reviewer.goto("/approvals?open=01890000-0000-7000-8000-000000000000");
  await expect(reviewer.getByText("This approval could not be loaded")).toBeVisible();
  await expect(new Queue(reviewer).row("First")).toBeVisible();
});

test("the sheet: a note with the approval, a usual reason with the rejection, an edit", { tag: "@phone" }, async ({ workspace, reviewer }) => {
  const [noted, refused, changed] = [
    await workspace.task("Noted", { expiresInSeconds: 3000 }),
    await workspace.task("Refused", { expiresInSeconds: 4000 }),
    await workspace.task("Changed", { expiresInSeconds: 5000 }),
  ];
  const queue = await Queue.open(reviewer);
  const { sheet } = queue;
  await queue.rejectOpener("Noted").click();
  await expect(sheet.reason).toBeFocused();
  await sheet.choose("Approve");
  await sheet.dialog.getByText("Add a note").click();
  await sheet.dialog.getByLabel("Note").fill("Only this once.");
  await sheet.approve.click();
  await expect(queue.row("Noted")).toContainText("Approved");
  expect(await workspace.approval(noted.id)).toMatchObject({ status: "approved", reviewNotes: "Only this once." });

  await queue.rejectOpener("Refused").click();
  await sheet.reason.fill("Please read the contract.");
  await sheet.dialog.getByRole("button", { name: "Not now" }).click();
  await expect(sheet.reason).toHaveValue("Please read the contract.\nNot now");
  await expect(sheet.reason).toBeFocused();
  await sheet.rejectButton.click();
  await expect(queue.row("Refused")).toContainText("Rejected");
  expect(await workspace.approval(refused.id)).toMatchObject({ reviewNotes: "Please read the contract.\nNot now" });

  await queue.rejectOpener("Changed").click();
  await sheet.choose("Edit");
  await sheet.dialog.getByLabel("Title").fill("Changed by hand");
  await sheet.dialog.getByRole("button", { name: "Approve with these changes" }).click();
  await expect(queue.row("Changed by hand")).toContainText("Approved");
  expect(await workspace.approval(changed.id)).toMatchObject({ actionData: { title: "Changed by hand" } });
});

test("the shortcuts a, e and r open the sheet at its answer", async ({ workspace, reviewer }) => {
  await workspace.task("First");
  const queue = await Queue.open(reviewer);
  const { sheet } = queue;
  await queue.link("First").focus();
  for (const [key, place] of [["a", sheet.approve], ["r", sheet.reason], ["e", sheet.dialog.getByLabel("Title")]] as const) {
    await reviewer.keyboard.press(key);
    await expect(place).toBeFocused();
    await reviewer.keyboard.press("Escape");
    await expect(sheet.dialog).toBeHidden();
    await expect(queue.link("First")).toBeFocused();
  }
});

test("a finger pulls a row aside and finds the answers there", { tag: "@only-phone" }, async ({ workspace, reviewer }) => {
  await workspace.task("First");
  const queue = await Queue.open(reviewer);
  const row = queue.row("First");
  await row.evaluate((element) => element.scrollTo({ left: 400 }));
  const uncovered = row.locator(".swipe-more");
  await expect(uncovered).toBeInViewport();
  await uncovered.getByText("Approve").click();
  await expect(queue.sheet.approve).toBeFocused();
  await reviewer.keyboard.press("Enter");
  await expect(row).toContainText("Approved");
});
