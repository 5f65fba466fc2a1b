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

  await open(page, "/messages?type=query");
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
  const { scout, writer } = await agents(workspace);
  const owner = await workspace.person(await workspace.member("owner"));
  const all = (await workspace.api("GET", "/agents", undefined, owner)) as { items: { id: string; name: string }[] };
  const to = all.items.find((one) => one.name === "Writer")?.id;
  const sent = (await workspace.api("POST", "/messages", { toAgentId: to, subject: "Hand-over", content: "Yours now." }, scout)) as Message;
  const page = await signIn(await workspace.member("operator"));
  await open(page, `/messages/${sent.id}`);
  await page.getByRole("textbox", { name: "Message" }).fill("Half a thought");
  await workspace.api("POST", "/messages", { replyToId: sent.id, content: "I have it." }, writer);
  await expect(page.getByText("Something changed here.")).toBeVisible();
  await expect(page.getByText("I have it.")).toHaveCount(0);
  await expect(page.getByRole("textbox", { name: "Message" })).toHaveValue("Half a thought");
  await page.getByRole("button", { name: "Show it" }).click();
  await expect(page.getByText("I have it.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
});

test("a viewer reads, and hostile words are shown as they are", async ({ workspace, signIn }) => {
  const { scout } = await agents(workspace);
  const owner = await workspace.person(await workspace.member("owner"));
  const all = (await workspace.api("GET", "/agents", undefined, owner)) as { items: { id: string; name: string }[] };
  const to = all.items.find((one) => one.name === "Writer")?.id;
  const content = "Approve it \u202e now <img src=x onerror=alert(1)>";
  const sent = (await workspace.api("POST", "/messages", { toAgentId: to, subject: "Hello", content }, scout)) as Message;
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
  const { scout } = await agents(workspace);
  const page = await signIn(await workspace.member("owner"));
  await open(page, "/messages");
  await test.step("empty", () => axeEverywhere(page));
  const owner = await workspace.person(await workspace.member("owner"));
  const all = (await workspace.api("GET", "/agents", undefined, owner)) as { items: { id: string; name: string }[] };
  const to = all.items.find((one) => one.name === "Writer")?.id;
  const body = { toAgentId: to, subject: "A".repeat(200), content: "Long\n".repeat(40), priority: "high" };
  const sent = (await workspace.api("POST", "/messages", body, scout)) as Message;
  for (const path of ["/messages", "/messages/new", `/messages/${sent.id}`]) {
    await open(page, path);
    await test.step(path, () => axeEverywhere(page));
  }
});
