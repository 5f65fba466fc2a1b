/** Teams at work: made in four steps, run on an objective, followed; and what a viewer sees of them. */
import type { Locator, Page } from "@playwright/test";
import { axeEverywhere, comesTo, expect, hydrated, open, scripts, test } from "../fixtures/index.js";
import { type Execution, Workflows } from "../fixtures/workflows.js";

const heading = (page: Page): Locator => page.getByRole("heading", { level: 1 });
const agents = (page: Page): Locator => page.getByRole("list", { name: "Agents of the team" }).getByRole("listitem");
const planned = (page: Page): Locator => page.getByRole("list", { name: "Agents of the new team" }).getByRole("listitem");
const runs = (page: Page): Locator => page.getByRole("table", { name: "Runs of this team, newest first" }).getByRole("rowheader");
const cards = (page: Page): Locator => page.getByRole("list", { name: "Teams, by name" }).locator(":scope > li");
const nameField = (page: Page): Locator => page.getByLabel("Name", { exact: true });

/** The value beside a term. */
function fact(page: Page, term: string): Locator {
  return page
    .locator("dl > div")
    .filter({ has: page.locator("dt", { hasText: new RegExp(`^${term}$`) }) })
    .locator("dd")
    .first();
}

/** Presses what leads to another step, and is there with the focus at its heading. */
async function go(page: Page, press: Locator, where: string): Promise<void> {
  await press.click();
  await expect(heading(page)).toHaveText(where);
  await hydrated(page);
  if (scripts()) await expect(heading(page)).toBeFocused();
}

const next = (page: Page, step: string): Locator => page.getByRole("button", { name: `Next: ${step}`, exact: true });
const back = (page: Page): Locator => page.getByRole("button", { name: "Back", exact: true });

/** A team of a template, made as whoever is signed in at the page. */
async function fromTemplate(workflows: Workflows, template: string, more: Record<string, unknown> = {}): Promise<{ id: string }> {
  return (await workflows.api("POST", "/teams/templates", { template, ...more })) as { id: string };
}

async function run(workflows: Workflows, team: { id: string }, objective: string): Promise<Execution> {
  return (await workflows.api("POST", `/teams/${team.id}/run`, { objective })) as Execution;
}

test("a team is made of a template in four steps, and runs", { tag: ["@nojs", "@phone", "@postgres"] }, async ({ workspace, signIn }) => {
  test.slow();
  const page = await signIn(await workspace.member("operator"));
  await open(page, "/teams");
  await expect(page.getByText("No teams yet")).toBeVisible();
  await page.getByRole("link", { name: "New team" }).first().click();
  await expect(heading(page)).toHaveText("Step 1 of 4: Template");
  await page.getByRole("radio", { name: /^Sales/ }).check();
  await go(page, next(page, "members"), "Step 2 of 4: Members");
  await expect(page.getByRole("checkbox")).toHaveCount(4);
  for (const box of await page.getByRole("checkbox").all()) await expect(box).toBeChecked();
  await go(page, next(page, "autonomy"), "Step 3 of 4: Autonomy");
  await expect(nameField(page)).toHaveValue("Sales");
  await expect(page.getByRole("radio", { name: /^Semi autonomous/ })).toBeChecked();
  await nameField(page).fill("Field sales, 50%20 & more");
  await go(page, next(page, "review"), "Step 4 of 4: Review");
  await expect(planned(page)).toHaveCount(4);
  await expect(planned(page).first()).toContainText("Sales Manager");
  await expect(planned(page).first()).toContainText("Coordinator");
  await expect(planned(page).last()).toContainText("send_email");
  await expect(fact(page, "Always asks before")).toContainText("send_email");
  await go(page, page.getByRole("link", { name: "Back", exact: true }), "Step 3 of 4: Autonomy");
  await expect(nameField(page)).toHaveValue("Field sales, 50%20 & more");
  await go(page, next(page, "review"), "Step 4 of 4: Review");
  await page.getByRole("button", { name: "Make the team" }).click();
  await expect(page).toHaveURL(/\/teams\/[0-9a-f-]{36}/);
  await expect(page.getByText("The team is made.")).toBeVisible();
  await expect(heading(page)).toHaveText("Field sales, 50%20 & more");
  await expect(agents(page)).toHaveCount(4);
  await expect(agents(page).first()).toContainText("Sales Manager");
  await expect(fact(page, "Autonomy")).toHaveText(/^Semi autonomous/);
  await expect(page.getByText("Nothing has run yet.")).toBeVisible();
  const team = new URL(page.url()).pathname;

  // Without records there is nothing that needs people.
  await hydrated(page);
  await page.getByLabel("Objective", { exact: true }).fill("Keep the pipeline moving");
  await page.getByRole("button", { name: "Run the team" }).click();
  await expect(page).toHaveURL(/\/executions\/[0-9a-f-]{36}/);
  await expect(heading(page)).toHaveText("Keep the pipeline moving");
  await comesTo(page, "Completed");

  await open(page, "/teams");
  await expect(cards(page)).toHaveCount(1);
  await expect(cards(page).getByText("4", { exact: true })).toBeVisible();
  await cards(page).getByRole("link").click();
  await expect(page).toHaveURL(new RegExp(`${team}$`));
  await expect(runs(page)).toHaveText(["Keep the pipeline moving"]);
  await expect(page.getByRole("table", { name: "Runs of this team, newest first" })).toContainText("Completed");
  await page.getByRole("link", { name: "All runs" }).click();
  await expect(page).toHaveURL(/\/executions\?teamId=/);
  await expect(page.getByRole("table").getByRole("rowheader")).toHaveCount(1);
});

test("a run waits for people where its team has to ask", { tag: "@nojs" }, async ({ workspace, signIn }) => {
  test.slow();
  const page = await signIn(await workspace.member("operator"));
  const team = await fromTemplate(new Workflows(workspace, page), "sales");
  await workspace.record({ kind: "contact", title: "Ada Lovelace", data: { email: "ada@example.org", company: "Analytical" } });
  await open(page, `/teams/${team.id}`);
  await page.getByLabel("Objective", { exact: true }).fill("Judge who is new");
  await page.getByRole("button", { name: "Run the team" }).click();
  await expect(page).toHaveURL(/\/executions\/[0-9a-f-]{36}/);
  await comesTo(page, "Waiting");
  // The coordinator handed over, and the agent that has it asks.
  await page.getByRole("link", { name: /^Open its execution ?: Have a lead judged$/ }).click();
  await expect(page.getByRole("link", { name: "The execution that waits for it" })).toBeVisible();
  await comesTo(page, "Waiting");
  const approval = page.getByRole("link", { name: /^Open its approval ?: Set the lead's status$/ });
  await expect(approval).toBeVisible();
  const href = (await approval.getAttribute("href")) ?? "";

  await open(page, `/teams/${team.id}`);
  await expect(page.getByRole("table", { name: "Runs of this team, newest first" })).toContainText("Waiting");
  await page.getByRole("link", { name: "Its approvals" }).click();
  await expect(page).toHaveURL(new RegExp(`/approvals\\?teamId=${team.id}`));
  await expect(page.locator(`main a[href*="${href.split("/").at(-1)}"]`).first()).toBeVisible();
  await open(page, `/teams/${team.id}`);
  await page.getByRole("link", { name: "Its audit trail" }).click();
  await expect(page).toHaveURL(new RegExp(`/audit\\?teamId=${team.id}`));
});

test("a blank team is made of agents that there are", { tag: ["@nojs", "@phone"] }, async ({ workspace, signIn, allowProblem }) => {
  test.slow();
  allowProblem(/status of 409/);
  await workspace.agent("Writer");
  const page = await signIn(await workspace.member("operator"));
  await new Workflows(workspace, page).api("POST", "/agents", { name: "Scout", kind: "internal" });
  await open(page, "/teams/new");
  await page.getByRole("radio", { name: /^Blank team/ }).check();
  await go(page, next(page, "members"), "Step 2 of 4: Members");
  await expect(page.getByText("agents are added on the team's page afterwards")).toBeVisible();
  await page.getByRole("checkbox", { name: /^Writer/ }).check();
  await page.getByLabel(/^Coordinator/).selectOption("Scout");
  // Going back loses nothing, not even what was not sent yet.
  await go(page, back(page), "Step 1 of 4: Template");
  await expect(page.getByRole("radio", { name: /^Blank team/ })).toBeChecked();
  await go(page, next(page, "members"), "Step 2 of 4: Members");
  await expect(page.getByRole("checkbox", { name: /^Writer/ })).toBeChecked();
  await expect(page.getByRole("checkbox", { name: /^Scout/ })).not.toBeChecked();
  await go(page, next(page, "autonomy"), "Step 3 of 4: Autonomy");
  await expect(page.getByRole("radio", { name: /^Supervised/ })).toBeChecked();
  await page.getByLabel("Department", { exact: true }).selectOption("Marketing");
  await page.getByLabel(/^About/).fill("Two lines:\nthe second one");
  await nameField(page).fill("   ");
  await next(page, "review").click();
  await expect(page).toHaveURL(/step=review/);
  await expect(heading(page)).toHaveText("Step 3 of 4: Autonomy");
  await expect(nameField(page)).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel(/^About/)).toHaveValue("Two lines:\nthe second one");
  await hydrated(page);
  await nameField(page).fill("Press office");
  await go(page, next(page, "review"), "Step 4 of 4: Review");
  await expect(planned(page)).toHaveCount(2);
  await expect(planned(page).first()).toContainText("Scout");
  await expect(planned(page).first()).toContainText("Coordinator");
  await page.getByRole("button", { name: "Make the team" }).click();
  await expect(page.getByText("The team is made.")).toBeVisible();
  await expect(heading(page)).toHaveText("Press office");
  await expect(fact(page, "Department")).toHaveText("Marketing");
  await expect(agents(page)).toHaveCount(2);
  await expect(agents(page).filter({ hasText: "Scout" })).toContainText("Coordinator");
  await expect(agents(page).filter({ hasText: "Writer" })).toContainText("Specialist");

  // An agent without a model and a playbook has nothing that Countersign could run.
  await hydrated(page);
  await page.getByLabel("Objective", { exact: true }).fill("Write to the papers");
  await page.getByRole("button", { name: "Run the team" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "The agent Scout has neither" })).toBeVisible();
  await expect(page.getByLabel("Objective", { exact: true })).toHaveValue("Write to the papers");
  await page.getByRole("main").getByRole("link", { name: "Settings", exact: true }).click();
  await expect(page).toHaveURL(/\/settings\/teams\/[0-9a-f-]{36}/);
});

test("what is wrong is said at its step and field, and nothing is lost", { tag: "@nojs" }, async ({ workspace, signIn, allowProblem }) => {
  allowProblem(/status of 422/);
  await workspace.team({ name: "Sales", department: "sales" });
  const page = await signIn(await workspace.member("operator"));
  await open(page, "/teams/new?step=autonomy");
  await expect(heading(page)).toHaveText("Step 1 of 4: Template");
  await expect(page.getByText("choose a template, or a blank team").first()).toBeVisible();
  await open(page, "/teams/new?step=review&template=nonsense");
  await page.getByRole("link", { name: "Choose another" }).click();
  await expect(page.getByRole("radio", { name: /^Sales/ })).toBeVisible();

  await open(page, "/teams/new?step=members&template=sales");
  for (const box of await page.getByRole("checkbox").all()) await box.uncheck();
  await next(page, "autonomy").click();
  await expect(page).toHaveURL(/step=autonomy/);
  await expect(heading(page)).toHaveText("Step 2 of 4: Members");
  await expect(page.getByText("choose at least one").first()).toBeVisible();
  await expect(page.getByRole("checkbox", { checked: true })).toHaveCount(0);
  await hydrated(page);
  await page.getByRole("checkbox", { name: /^Sales Manager/ }).check();
  await page.getByRole("checkbox", { name: /^Lead Qualifier/ }).check();
  await go(page, next(page, "autonomy"), "Step 3 of 4: Autonomy");
  await go(page, next(page, "review"), "Step 4 of 4: Review");
  await expect(planned(page)).toHaveCount(2);
  await page.getByRole("button", { name: "Make the team" }).click();
  await expect(nameField(page)).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByText("is the name of another team").first()).toBeVisible();
  await expect(planned(page)).toHaveCount(2);
  await hydrated(page);
  await nameField(page).fill("Sales two");
  await page.getByRole("button", { name: "Make the team" }).click();
  await expect(page.getByText("The team is made.")).toBeVisible();
  await expect(heading(page)).toHaveText("Sales two");
  await expect(agents(page)).toHaveCount(2);
});

test("another template brings its own members, name and autonomy", async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("operator"));
  await open(page, "/teams/new?step=members&template=sales");
  await page.getByRole("checkbox", { name: /^Lead Qualifier/ }).uncheck();
  await go(page, next(page, "autonomy"), "Step 3 of 4: Autonomy");
  await go(page, back(page), "Step 2 of 4: Members");
  await expect(page.getByRole("checkbox", { name: /^Lead Qualifier/ })).not.toBeChecked();
  await go(page, back(page), "Step 1 of 4: Template");
  await page.getByRole("radio", { name: /^Support/ }).check();
  await go(page, next(page, "members"), "Step 2 of 4: Members");
  await expect(page.getByRole("checkbox", { name: /^Ticket Triage Agent/ })).toBeChecked();
  await go(page, next(page, "autonomy"), "Step 3 of 4: Autonomy");
  await expect(nameField(page)).toHaveValue("Support");
  await expect(page.getByRole("radio", { name: /^Autonomous/ })).toBeChecked();
});

test("the runs of a team follow, and focus stays where it is", async ({ workspace, signIn }) => {
  test.slow();
  const page = await signIn(await workspace.member("operator"));
  const workflows = new Workflows(workspace, page);
  const team = await fromTemplate(workflows, "sales");
  await open(page, `/teams/${team.id}`);
  const objective = page.getByLabel("Objective", { exact: true });
  await objective.fill("half a thought");
  await objective.focus();
  const first = await run(workflows, team, "The first one");
  await expect(runs(page)).toHaveText(["The first one"]);
  const row = page.getByRole("row").filter({ hasText: "The first one" });
  await workflows.comesTo(first.id, "completed");
  await expect(row).toContainText("Completed");
  await expect(objective).toBeFocused();
  await expect(objective).toHaveValue("half a thought");
  const link = page.getByRole("link", { name: "The first one" });
  await link.focus();
  await run(workflows, team, "The second one");
  await expect(runs(page)).toHaveText(["The second one", "The first one"]);
  await expect(link).toBeFocused();

  // What changed of the team itself waits for a press.
  await workflows.api("PATCH", `/teams/${team.id}`, { name: "Field sales" });
  await expect(page.getByText("Something changed here.")).toBeVisible();
  await page.getByRole("button", { name: "Show it" }).click();
  await expect(heading(page)).toHaveText("Field sales");
  await expect(heading(page)).toBeFocused();
});

test("the list follows its address", { tag: "@nojs" }, async ({ workspace, signIn }) => {
  const operator = await signIn(await workspace.member("operator"));
  const workflows = new Workflows(workspace, operator);
  const sales = await workspace.team({ name: "Field sales", department: "sales", autonomyLevel: "autonomous" });
  const press = await workspace.team({ name: "Press office", department: "marketing" });
  await workflows.api("PATCH", `/teams/${sales.id}`, { frozen: true });
  await workflows.api("PATCH", `/teams/${press.id}`, { status: "archived" });
  const page = await signIn(await workspace.member("viewer"));
  await open(page, "/teams");
  await expect(cards(page)).toHaveCount(1);
  await expect(cards(page)).toContainText("Frozen: nothing runs by itself");
  await expect(cards(page)).toContainText("Autonomous");
  await page.locator("summary", { hasText: "Filters" }).click();
  await page.getByLabel("Department").selectOption("Marketing");
  await page.getByLabel("Status").selectOption("Any status");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/department=marketing.*status=all/);
  await expect(cards(page)).toHaveCount(1);
  await expect(cards(page)).toContainText("Press office");
  await expect(cards(page)).toContainText("Archived");
  await open(page, "/teams?department=finance");
  await expect(page.getByText("No teams match")).toBeVisible();
  await page.getByRole("link", { name: "Show what is in use" }).click();
  await expect(cards(page)).toHaveCount(1);
  await cards(page).getByRole("link", { name: "Field sales" }).click();
  await expect(fact(page, "Status")).toHaveText("Frozen");
});

test("what people wrote is text, and a viewer sees no forms", { tag: "@nojs" }, async ({ workspace, signIn }) => {
  const operator = await signIn(await workspace.member("operator"));
  const workflows = new Workflows(workspace, operator);
  const team = await fromTemplate(workflows, "sales");
  await workflows.api("PATCH", `/teams/${team.id}`, { description: "<img src=x onerror=alert(1)> \u202Enow" });
  const made = await run(workflows, team, "<b>Bold</b> words\u200B");
  await workflows.comesTo(made.id, "completed");
  const page = await signIn(await workspace.member("viewer"));
  page.on("dialog", () => expect.soft(false, "a script ran").toBe(true));
  await open(page, "/teams");
  await expect(page.getByRole("link", { name: "New team" })).toHaveCount(0);
  await page.getByRole("link", { name: "Sales", exact: true }).click();
  await expect(heading(page)).toHaveText("Sales");
  await expect(page.getByText("Your role reads teams.")).toBeVisible();
  await expect(runs(page)).toContainText("<b>Bold</b> words");
  await expect(page.getByText("onerror=alert(1)").first()).toBeVisible();
  await expect(page.locator("main .reveal-mark").first()).toBeVisible();
  await expect(page.locator("main img")).toHaveCount(0);
  await expect(page.locator("main form")).toHaveCount(0);
  await expect(page.getByRole("textbox")).toHaveCount(0);
  await open(page, "/teams/new?step=review&template=sales");
  await expect(page.getByText("Your role reads teams")).toBeVisible();
  await expect(page.locator("main form")).toHaveCount(0);
});

test("teams are accessible, and narrow enough", async ({ workspace, signIn, allowProblem }) => {
  test.slow();
  allowProblem(/status of 404/);
  const page = await signIn(await workspace.member("owner"));
  await open(page, "/teams");
  await test.step("empty", () => axeEverywhere(page));
  const long = "averylongwordwithoutanyspace".repeat(6);
  await workspace.agent(`Scout ${long}`);
  const workflows = new Workflows(workspace, page);
  const team = await fromTemplate(workflows, "sales", { name: `Sales ${long}` });
  await workflows.api("PATCH", `/teams/${team.id}`, { description: long, frozen: true });
  const stopped = await workspace.team({ name: "Press office", department: "marketing" });
  await run(workflows, team, long);
  const blank = `template=blank&name=${long}&description=${long}`;
  const paths = [
    "/teams",
    "/teams?department=finance",
    "/teams/new",
    "/teams/new?step=members",
    "/teams/new?step=members&template=sales",
    "/teams/new?step=autonomy&template=sales&members=",
    "/teams/new?step=autonomy&template=sales",
    "/teams/new?step=review&template=sales&name=+",
    "/teams/new?step=review&template=sales",
    "/teams/new?step=members&template=blank",
    "/teams/new?step=autonomy&template=blank",
    `/teams/new?step=review&${blank}`,
    `/teams/${team.id}`,
    `/teams/${stopped.id}`,
  ];
  for (const path of paths) {
    await open(page, path);
    for (const summary of await page.locator("main summary").all()) {
      if ((await summary.locator("xpath=..").getAttribute("open")) === null) await summary.click();
    }
    await test.step(path, () => axeEverywhere(page));
    await page.setViewportSize({ width: 320, height: 640 });
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect.soft(sideways, `${path} at 320 px`).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1280, height: 800 });
  }
  for (const path of ["/teams/01a1f85c-7b1a-7531-8cf6-d8909b46437f", "/teams/not-an-id"]) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(404);
    await expect(page.getByText("There is no such team here.")).toBeVisible();
  }
});
