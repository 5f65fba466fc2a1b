/** Snoozing: a member puts an approval aside for a while, for themselves alone. */
import type { Page } from "@playwright/test";
import { expect, open, test } from "../fixtures/index.js";
import { Detail } from "../pages/detail.js";
import { Queue } from "../pages/queue.js";

const opener = (page: Page) => page.locator("summary", { hasText: "Snooze" });
const aside = (page: Page) => page.getByText(/^Snoozed for you until \d+ \w+ \d+, \d\d:\d\d UTC\.$/);

test("it leaves this member's list alone, and can be brought back", { tag: ["@nojs", "@phone"] }, async ({ workspace, reviewer, signIn }) => {
  const approval = await workspace.task("Send the quote");
  await workspace.task("Call Northwind");
  await Detail.open(reviewer, approval);
  await opener(reviewer).click();
  await reviewer.getByRole("button", { name: "30 minutes", exact: true }).click();
  await expect(aside(reviewer)).toBeVisible();
  await expect(opener(reviewer)).toHaveCount(0);

  const queue = await Queue.open(reviewer);
  await expect(queue.titles).toHaveText([/Northwind/]);
  await reviewer.getByRole("navigation", { name: "Approvals by state" }).getByRole("link", { name: "Snoozed" }).click();
  await expect(reviewer).toHaveURL(/\/approvals\?snoozed=only$/);
  await expect(queue.titles).toHaveText([/Send the quote/]);
  const colleague = await signIn(await workspace.member("reviewer", "alan"));
  await expect((await Queue.open(colleague)).titles).toHaveCount(2);
  await open(colleague, `/approvals/${approval.id}`);
  await expect(opener(colleague), "nobody else's").toBeVisible();
  await expect(aside(colleague)).toHaveCount(0);

  await open(reviewer, `/approvals/${approval.id}`);
  await reviewer.getByRole("button", { name: "Bring it back" }).click();
  await expect(opener(reviewer)).toBeVisible();
  await expect((await Queue.open(reviewer)).titles).toHaveCount(2);
  await expect((await Queue.open(reviewer, "?snoozed=only")).titles).toHaveCount(0);
});

test("only times before the deadline are offered", { tag: "@nojs" }, async ({ workspace, reviewer }) => {
  await Detail.open(reviewer, await workspace.task("Soon", { expiresInSeconds: 2 * 3600 }));
  await opener(reviewer).click();
  await expect(reviewer.locator("form#snooze").getByRole("button")).toHaveText(["30 minutes", "1 hour"]);
});

test("beside the list, the panel closes and focus is on the heading", async ({ workspace, reviewer }) => {
  const approval = await workspace.task("Send the quote");
  await workspace.task("Call Northwind");
  const queue = await Queue.open(reviewer);
  await queue.link("Send the quote").click();
  await expect(reviewer).toHaveURL(new RegExp(`\\?open=${approval.id}$`));
  const panel = reviewer.getByRole("complementary", { name: "Approval" });
  await panel.locator("summary", { hasText: "Snooze" }).click();
  await panel.getByRole("button", { name: "1 hour", exact: true }).click();
  await expect(panel).toHaveCount(0);
  await expect(reviewer).toHaveURL(/\/approvals$/);
  await expect(queue.titles).toHaveText([/Northwind/]);
  await expect(queue.heading).toBeFocused();
  await expect(queue.status).toHaveText(/^Snoozed until .* UTC\.$/);
});
