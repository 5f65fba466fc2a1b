/** Notifications: the list and its count, which follow by themselves; what a member chooses; webhooks that are told. */
import type { Page } from "@playwright/test";
import { axeEverywhere, expect, hydrated, open, scripts, test, type Workspace } from "../fixtures/index.js";

const HIGH = { actionType: "publish_content", actionData: { title: "Spring release", body: "It is here.", channel: "blog" } };

const list = (page: Page) => page.getByRole("list", { name: "Notifications" }).locator(":scope > li");
// On a phone the count is at "More".
const count = (page: Page) => page.locator(".frame-side a[href='/notifications'] .count, .frame-bar summary .count").filter({ visible: true });

/** An agent asks for something of high risk, and people are told. */
async function asked(workspace: Workspace, page: Page, text: RegExp = /./): Promise<void> {
  await workspace.submit({ ...HIGH });
  // Notices are gathered for three seconds.
  await expect(async () => {
    await open(page, "/notifications");
    await expect(list(page).first()).toContainText(text, { timeout: 500 });
  }).toPass();
}

test("the list says what needs one, and is read", { tag: ["@nojs", "@phone", "@postgres"] }, async ({ workspace, reviewer }) => {
  await open(reviewer, "/notifications");
  await expect(reviewer.getByText("Nothing to tell you yet")).toBeVisible();
  await asked(workspace, reviewer);
  const row = list(reviewer).first();
  await expect(row.getByRole("link", { name: "An approval needs you" })).toHaveAttribute("href", /^\/approvals\/[0-9a-f-]{36}$/);
  await expect(row).toContainText("Spring release");
  await expect(row.getByText("Unread", { exact: true })).toBeVisible();
  await expect(count(reviewer)).toHaveText(/^1\s*unread$/);

  await row.getByRole("button", { name: /^Mark as read\s*: An approval needs you$/ }).click();
  await expect(row.getByText("Unread", { exact: true })).toHaveCount(0);
  if (scripts()) await expect(row.getByRole("link")).toBeFocused();
  await expect(count(reviewer)).toHaveCount(0);
  await reviewer.getByRole("navigation", { name: "Notifications by state" }).getByRole("link", { name: "Unread" }).click();
  await expect(reviewer).toHaveURL(/\/notifications\?unread=true$/);
  await expect(reviewer.getByText("Everything is read")).toBeVisible();
});

test("opening what it is about reads it", async ({ workspace, reviewer }) => {
  await asked(workspace, reviewer);
  await list(reviewer).first().getByRole("link").click();
  await expect(reviewer).toHaveURL(/\/approvals\/[0-9a-f-]{36}$/);
  await expect(count(reviewer)).toHaveCount(0);
});

test("the count follows by itself, and rows wait for a press", async ({ workspace, reviewer }) => {
  await open(reviewer, "/notifications");
  await workspace.submit({ ...HIGH });
  await expect(count(reviewer)).toHaveText(/^1\s*unread$/);
  await expect(reviewer.getByText("There is something new.")).toBeVisible();
  await expect(list(reviewer), "nothing moves by itself").toHaveCount(0);
  await reviewer.getByRole("button", { name: "Show it" }).press("Enter");
  await expect(list(reviewer)).toHaveCount(1);
  await expect(reviewer.getByRole("heading", { name: "Notifications", level: 1 })).toBeFocused();
  await reviewer.getByRole("button", { name: "Mark all as read" }).press("Enter");
  await expect(count(reviewer)).toHaveCount(0);
  await expect(list(reviewer).getByText("Unread", { exact: true })).toHaveCount(0);
});

test("a member chooses what they get", { tag: "@nojs" }, async ({ workspace, reviewer, allowProblem }) => {
  allowProblem(/422/);
  await open(reviewer, "/settings/notifications");
  const kind = reviewer.getByRole("group", { name: "Approval needed" });
  await expect(kind.getByRole("checkbox", { name: "In the app" })).toBeChecked();
  await kind.getByRole("checkbox", { name: "In the app" }).uncheck();
  await reviewer.getByLabel("From").selectOption("22:00");
  await reviewer.getByRole("button", { name: "Save your choice" }).click();
  await expect(reviewer.getByText("say when the quiet hours end").first()).toBeVisible();
  await reviewer.getByLabel("Until").selectOption("07:00");
  await reviewer.getByLabel("Hour", { exact: true }).selectOption("08:00");
  await reviewer.getByRole("button", { name: "Save your choice" }).click();
  await expect(reviewer.getByText("Your choice is saved.")).toBeVisible();

  await open(reviewer, "/settings/notifications");
  await expect(kind.getByRole("checkbox", { name: "In the app" })).not.toBeChecked();
  await expect(kind.getByRole("checkbox", { name: "E-mail" })).toBeChecked();
  await expect(reviewer.getByLabel("From")).toHaveValue("22");
  await expect(reviewer.getByLabel("Until")).toHaveValue("7");
  await expect(reviewer.getByLabel("Hour", { exact: true })).toHaveValue("8");
  await workspace.submit({ ...HIGH });
  await reviewer.waitForTimeout(5_000);
  await open(reviewer, "/notifications");
  await expect(list(reviewer)).toHaveCount(0);
});

test("a link that is over leads on to the list", { tag: "@nojs" }, async ({ reviewer, allowProblem }) => {
  allowProblem(/410/);
  await open(reviewer, "/n/nothing-of-the-kind");
  await expect(reviewer.getByRole("heading", { name: "This link leads nowhere" })).toBeVisible();
  await reviewer.getByRole("link", { name: "Go to your notifications" }).click();
  await expect(reviewer).toHaveURL(/\/notifications$/);
});

test("an admin says what a webhook is told, and gets a new secret", { tag: "@nojs" }, async ({ workspace, signIn }) => {
  const owner = await signIn(await workspace.member("owner"));
  await open(owner, "/settings/webhooks");
  await owner.locator("summary", { hasText: "Add a webhook" }).click();
  await owner.getByLabel("Name").fill("Chat");
  await owner.getByLabel("Address").fill("https://hooks.example.test/services/T/B/x");
  await owner.getByRole("button", { name: "Make the webhook" }).click();
  await owner.getByRole("link", { name: "Chat" }).click();
  await hydrated(owner);
  await expect(owner.getByText("Nothing was sent yet")).toBeVisible();
  await owner.getByRole("radio", { name: /^For Slack/ }).check();
  await owner.getByRole("checkbox", { name: /^Outcome/ }).check();
  await owner.getByRole("button", { name: "Save the notices" }).click();
  await expect(owner.getByText("The changes are saved.")).toBeVisible();
  await owner.locator("summary", { hasText: "Make a new secret" }).click();
  await owner.getByRole("button", { name: "Make it and show it once" }).click();
  await expect(owner.getByText(/^whsec_/)).toBeVisible();
  await owner.reload();
  await hydrated(owner);
  await expect(owner.getByRole("radio", { name: /^For Slack/ })).toBeChecked();
  await expect(owner.getByRole("checkbox", { name: /^Outcome/ })).toBeChecked();
  await expect(owner.getByText("the old secret signs too until")).toBeVisible();
  await expect(owner.getByText(/^whsec_/)).toHaveCount(0);
});

test("the pages pass axe", async ({ workspace, reviewer, signIn }) => {
  test.slow();
  await asked(workspace, reviewer);
  await test.step("list", () => axeEverywhere(reviewer));
  await open(reviewer, "/settings/notifications");
  await test.step("choice", () => axeEverywhere(reviewer));
  const owner = await signIn(await workspace.member("owner"));
  const webhook = { input: { name: "Chat", url: "https://hooks.example.test/x" } };
  const made = await owner.request.post("/api/fn/webhooks/create", { data: webhook, headers: { origin: workspace.server.url } });
  await open(owner, `/settings/webhooks/${((await made.json()) as { webhook: { id: string } }).webhook.id}`);
  await test.step("webhook", () => axeEverywhere(owner));
});
