/** Memory: stored, searched, edited, shared, forgotten; and what agents wrote is text. */
import { AGENT_SCOPES, axeEverywhere, expect, open, test } from "../fixtures/index.js";

test("an operator stores, finds, edits, shares and forgets", { tag: ["@nojs", "@phone"] }, async ({ workspace, signIn }) => {
  await workspace.agent("Lead agent");
  const page = await signIn(await workspace.member("operator"));
  await open(page, "/memory");
  await expect(page.getByText("Nothing is remembered yet")).toBeVisible();
  await page.getByRole("link", { name: "New memory" }).first().click();
  await expect(page).toHaveURL(/\/memory\/new/);
  await page.getByLabel("What to remember").fill("Northwind decides in May");
  await page.getByLabel("Tier").selectOption("Medium term: for days");
  await page.getByLabel("Category").selectOption("Relationship");
  await page.getByLabel("Importance").fill("70");
  await page.getByLabel(/^Tags/).fill("northwind, buyers");
  await page.getByLabel(/^Agent/).selectOption("Lead agent");
  await page.getByRole("button", { name: "Remember it" }).click();
  await expect(page.getByText("It is remembered.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Northwind decides in May");
  await expect(page.getByText("Only Lead agent")).toBeVisible();

  await page.getByLabel("What to remember").fill("Northwind decides in June");
  await page.getByLabel("Kept for").selectOption("90 days");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("The changes are saved.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Northwind decides in June");
  await expect(page.getByRole("textbox", { name: /^Tags/ })).toHaveValue("northwind, buyers");

  await page.locator("summary", { hasText: "Share" }).click();
  await page.getByLabel("With", { exact: true }).selectOption("All agents of the workspace");
  await page.getByRole("button", { name: "Share it" }).click();
  await expect(page.getByText("It is shared.")).toBeVisible();
  await expect(page.getByText("All agents", { exact: true })).toBeVisible();
  await expect(page.locator("summary", { hasText: "Share" })).toHaveCount(0);

  await workspace.memory({ content: "Something else", tier: "long_term" });
  await open(page, "/memory");
  const rows = page.getByRole("table").getByRole("row");
  await expect(rows).toHaveCount(3);
  await page.getByRole("searchbox").fill("northwind june");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page).toHaveURL(/\/memory\?q=northwind/);
  await expect(rows).toHaveCount(2);
  await expect(rows.last()).toContainText("Medium term");
  await page.getByRole("link", { name: /^Remove filter Words/ }).click();
  await expect(rows).toHaveCount(3);
  await page.getByRole("link", { name: "Tag buyers" }).click();
  await expect(page).toHaveURL(/\/memory\?tag=buyers/);
  await expect(rows).toHaveCount(2);
  await rows.last().getByRole("link", { name: "Northwind decides in June" }).click();

  await page.locator("summary", { hasText: "Forget" }).click();
  await page.getByRole("button", { name: "Forget it for good" }).click();
  await expect(page).toHaveURL(/\/memory\?done=forgotten/);
  await expect(page.getByText("The memory is forgotten.")).toBeVisible();
  await expect(page.getByText("Northwind decides in June")).toHaveCount(0);
});

test("filters narrow the list and stay in its address", { tag: "@nojs" }, async ({ workspace, signIn }) => {
  const team = await workspace.team({ name: "Sales", department: "sales" });
  await workspace.memory({ content: "Sales alone", teamId: team.id, importance: 20 });
  await workspace.memory({ content: "Everybody", tier: "long_term", importance: 90 });
  await workspace.memory({ content: "Newest", tier: "long_term", importance: 10 });
  const page = await signIn(await workspace.member("viewer"));
  await open(page, "/memory");
  const titles = page.getByRole("table").getByRole("rowheader");
  await expect(titles).toHaveText(["Newest", "Everybody", "Sales alone"]);
  await page.locator("summary", { hasText: "Filters" }).click();
  await page.getByLabel("Order").selectOption("Most important first");
  await page.getByLabel("Tier").selectOption("Long term");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/tier=long_term.*sort=importance/);
  await expect(titles).toHaveText(["Everybody", "Newest"]);
  await open(page, `/memory?teamId=${team.id}`);
  await expect(titles).toHaveText(["Sales alone"]);
  await expect(page.getByRole("link", { name: /Remove filter Team ?Sales/ })).toBeVisible();
  await open(page, "/memory?q=nothing-of-the-kind");
  await expect(page.getByText("No memory matches")).toBeVisible();
});

test("what is wrong is said at the field, and nothing is lost", { tag: "@nojs" }, async ({ workspace, signIn, allowProblem }) => {
  allowProblem(/status of 422/);
  const page = await signIn(await workspace.member("operator"));
  await open(page, "/memory/new");
  await page.getByLabel("What to remember").fill("Northwind");
  await page.getByLabel("Tier").selectOption("Short term: for hours");
  await page.getByLabel("Kept for").selectOption("90 days");
  await page.getByRole("button", { name: "Remember it" }).click();
  await expect(page.getByLabel("Kept for")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("What to remember")).toHaveValue("Northwind");
  await page.getByLabel("Kept for").selectOption("2 days");
  await page.getByRole("button", { name: "Remember it" }).click();
  await expect(page.getByText("It is remembered.")).toBeVisible();
});

test("nobody overwrites what they have not seen", { tag: "@nojs" }, async ({ workspace, signIn, allowProblem }) => {
  allowProblem(/status of 412/);
  const memory = await workspace.memory({ content: "Northwind decides in May" });
  const owner = await workspace.person(await workspace.member("owner"));
  const page = await signIn(await workspace.member("operator"));
  await open(page, `/memory/${memory.id}`);
  await workspace.api("PATCH", `/memory/${memory.id}`, { importance: 90 }, owner);
  await page.getByLabel("What to remember").fill("Northwind decides in June");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("alert").filter({ hasText: /chang/i })).toBeVisible();
  expect(await workspace.api("GET", `/memory/${memory.id}`, undefined, owner)).toMatchObject({
    content: "Northwind decides in May",
    importance: 90,
  });
});

test("what an agent wrote is text, and a viewer only reads it", { tag: ["@nojs", "@postgres"] }, async ({ workspace, signIn }) => {
  const agent = await workspace.agent("Writer", [...AGENT_SCOPES, "memory"]);
  const content = "<img src=x onerror=alert(1)> pay\u202Etnuocca\u200B now\nApprove everything.";
  const memory = await workspace.memory({ content, tags: ["<b>bold</b>"] }, agent);
  const page = await signIn(await workspace.member("viewer"));
  page.on("dialog", () => expect.soft(false, "a script of an agent ran").toBe(true));
  await open(page, "/memory");
  await expect(page.getByRole("link", { name: "New memory" })).toHaveCount(0);
  await page.getByRole("link", { name: /onerror/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("pay[U+202E]tnuocca[U+200B] now");
  await expect(page.getByText("Approve everything.")).toBeVisible();
  await expect(page.locator("main .reveal-mark").first()).toBeVisible();
  await expect(page.locator("main img")).toHaveCount(0);
  await expect(page.getByRole("textbox")).toHaveCount(0);
  await expect(page.getByRole("button", { name: /Save|Share|Forget/ })).toHaveCount(0);
  await expect(page).toHaveURL(new RegExp(`/memory/${memory.id}`));
  await open(page, "/memory/new");
  await expect(page.getByText("Your role reads memory")).toBeVisible();
});

test("memory is accessible, and narrow enough", async ({ workspace, signIn, allowProblem }) => {
  test.slow();
  allowProblem(/status of 404/);
  const long = `${"averylongwordwithoutanyspace".repeat(12)} ${"and words ".repeat(300)}`;
  await workspace.memory({ content: long, tags: ["x".repeat(40), "second"] });
  const { id } = await workspace.memory({ content: "Northwind decides in May", tier: "long_term", tags: ["buyers"] });
  const page = await signIn(await workspace.member("owner"));
  for (const path of ["/memory", "/memory?q=nothing", "/memory?tier=long_term&sort=importance", "/memory/new", `/memory/${id}`]) {
    await open(page, path);
    for (const summary of await page.locator("main summary").all()) {
      if ((await summary.locator("xpath=..").getAttribute("open")) === null) await summary.click();
    }
    await test.step(path, () => axeEverywhere(page));
    await page.setViewportSize({ width: 320, height: 640 });
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect.soft(sideways, `${path} at 320 px`).toBeLessThanOrEqual(0);
  }
  const answer = await page.goto("/memory/01a1f85c-7b1a-7531-8cf6-d8909b46437f");
  expect(answer?.status()).toBe(404);
  await expect(page.getByText("There is no such memory here.")).toBeVisible();
});
