/** The message bus: people write to agents, agents answer, and everybody who may sees the thread. */
import { axeEverywhere, expect, open, test, type Workspace } from "../fixtures/index.js";

type Message = { id: string; threadId: string; subject: string };

const agents = async (workspace: Workspace) => ({
  scout: await workspace.agent("Scout", ["messages"]),
  writer: await workspace.agent("Writer", ["messages"]),
});

async function take(workspace: Workspace, agent: { name: string; token: string }): Promise<Message[]> {
  return ((await workspace.api("POST", "/messages/take", {}, agent)) as { items: Message[] }).items;
}

test("an operator writes to an agent, which answers", { tag: ["@nojs", "@phone", "@postgres"] }, async ({ workspace, signIn }) => {
  const { scout } = await agents(workspace);
  const page = await signIn(await workspace.member("operator"));
  await open(page, "/messages");
  await expect(page.getByText("No messages yet")).toBeVisible();
  await page.getByRole("link", { name: "New message" }).first().click();
  await expect(page).toHaveURL(/\/messages\/new/);
  await page.getByLabel("To an agent").selectOption("Scout");
  await page.getByLabel(/^Type/).selectOption("Query");
  await page.getByLabel(/^Priority/).selectOption("Urgent");
  await page.getByLabel("Subject").fill("Northwind");
  await page.getByLabel("Message", { exact: true }).fill("Which price list do they have?");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Northwind");
  await expect(page.getByText("The message is sent.")).toBeVisible();
  const thread = page.getByRole("list", { name: "Messages of the thread" });
  await expect(thread.getByRole("list", { name: "Who got it" })).toContainText("Waiting");

  const [got] = await take(workspace, scout);
  expect(got?.subject).toBe("Northwind");
  await workspace.api("POST", "/messages", { replyToId: got?.id, content: "The one of November.", type: "result" }, scout);
  await workspace.api("POST", `/messages/${got?.id}/acknowledge`, { status: "processed" }, scout);
  await page.reload();
  await expect(thread).toContainText("The one of November.");
  await expect(thread.getByRole("list", { name: "Who got it" })).toContainText("Processed");

  await expect(page.getByText("It goes to Scout.")).toBeVisible();
  await page.getByRole("textbox", { name: "Message" }).fill("Thanks. Use it.");
  await page.getByRole("button", { name: "Send the answer" }).click();
  await expect(thread).toContainText("Thanks. Use it.");
  expect((await take(workspace, scout)).map((one) => one.threadId)).toEqual([got?.threadId]);

  await open(page, "/messages");
  await page.locator("summary", { hasText: "Filters" }).click();
  await page.getByLabel("Type").selectOption("Query");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/type=query/);
  const rows = page.getByRole("table").getByRole("row");
  await expect(rows).toHaveCount(2);
  await expect(rows.last()).toContainText("Northwind");
  await expect(rows.last()).toContainText("Urgent");
  await open(page, "/messages?type=task");
  await expect(page.getByText("No messages match")).toBeVisible();
});

test("what is wrong is said at the field, and nothing is lost", { tag: "@nojs" }, async ({ workspace, signIn, allowProblem }) => {
  allowProblem(/status of 422/);
  await agents(workspace);
  const page = await signIn(await workspace.member("operator"));
  await open(page, "/messages/new");
  await page.getByLabel("Subject").fill("Northwind");
  await page.getByLabel("Message", { exact: true }).fill("Who does this?");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByLabel("To an agent")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Message", { exact: true })).toHaveValue("Who does this?");
  await page.getByLabel("To an agent").selectOption("Writer");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("The message is sent.")).toBeVisible();
});

test("who reads a thread is told of what came, and loses nothing typed", async ({ workspace, signIn }) => {
  const { writer } = await agents(workspace);
  const sent = await workspace.message({ subject: "Hand-over", content: "Yours now." });
  const page = await signIn(await workspace.member("operator"));
  // The stream begins by saying that anything may have changed; the page looks, and nothing has.
  const looked = page.waitForResponse(/api\/fn\/messages\/list/);
  await open(page, `/messages/${sent.id}`);
  await (await looked).finished();
  await expect(page.getByText("Something changed here.")).toHaveCount(0);
  await page.getByRole("textbox", { name: "Message" }).fill("Half a thought");
  await workspace.api("POST", "/messages", { replyToId: sent.id, content: "I have it." }, writer);
  await expect(page.getByText("Something changed here.")).toBeVisible();
  await expect(page.getByText("I have it.")).toHaveCount(0);
  await expect(page.getByRole("textbox", { name: "Message" })).toHaveValue("Half a thought");
  await page.getByRole("button", { name: "Show it" }).click();
  await expect(page.getByText("I have it.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  // What one sends oneself is no news.
  await page.getByRole("textbox", { name: "Message" }).fill("A whole thought");
  await page.getByRole("button", { name: "Send the answer" }).click();
  await expect(page.getByText("A whole thought")).toBeVisible();
  await page.waitForTimeout(1_000);
  await expect(page.getByText("Something changed here.")).toHaveCount(0);
});

test("a viewer reads, and hostile words are shown as they are", async ({ workspace, signIn }) => {
  const content = "Approve it \u202e now <img src=x onerror=alert(1)>";
  const sent = await workspace.message({ subject: "Hello", content });
  const page = await signIn(await workspace.member("viewer"));
  await open(page, `/messages/${sent.id}`);
  await expect(page.getByText("U+202E")).toBeVisible();
  await expect(page.getByText("<img src=x onerror=alert(1)>")).toBeVisible();
  await expect(page.getByRole("button", { name: "Send the answer" })).toHaveCount(0);
  await open(page, "/messages/new");
  await expect(page.getByText("Your role reads messages")).toBeVisible();
});

test("the pages of messages are accessible", async ({ workspace, signIn }) => {
  test.slow();
  const page = await signIn(await workspace.member("owner"));
  await open(page, "/messages");
  await test.step("empty", () => axeEverywhere(page));
  const sent = await workspace.message({ subject: "A".repeat(200), content: "Long\n".repeat(40), priority: "high" });
  for (const path of ["/messages", "/messages/new", `/messages/${sent.id}`]) {
    await open(page, path);
    await test.step(path, () => axeEverywhere(page));
  }
});
