/** Workflows: written as text, mended, published, restored, run, stopped; and what people wrote is text. */
import { createHmac } from "node:crypto";
import type { Locator, Page } from "@playwright/test";
import { axeEverywhere, comesTo, expect, open, test } from "../fixtures/index.js";
import { ACTOR, note, task, text, Workflows } from "../fixtures/workflows.js";

const definition = (page: Page): Locator => page.getByLabel("Definition", { exact: true });
const versions = (page: Page): Locator => page.getByRole("list", { name: "Versions, newest first" });
const faults = (page: Page): Locator => page.getByRole("region", { name: /the draft from being published$/ });

/** The value beside a term. */
function fact(page: Page, term: string): Locator {
  return page
    .locator("dl > div")
    .filter({ has: page.locator("dt", { hasText: new RegExp(`^${term}$`) }) })
    .locator("dd")
    .first();
}

test("an operator writes a workflow, mends it, publishes it and runs it", { tag: ["@nojs", "@phone", "@postgres"] }, async ({ workspace, signIn }) => {
  test.slow();
  await workspace.agent(ACTOR);
  const page = await signIn(await workspace.member("operator"));
  await open(page, "/workflows");
  await expect(page.getByText("No workflows yet")).toBeVisible();
  await page.getByRole("link", { name: "New workflow" }).first().click();
  await expect(page).toHaveURL(/\/workflows\/new/);
  // What it begins with names an agent of the workspace, so that it can be published as it is.
  await expect(definition(page)).toHaveValue(/agent: "Lead Qualifier"/);
  await page.getByLabel("Name", { exact: true }).fill("Greetings");
  await page.getByLabel(/^About/).fill("Says hello to whoever comes.");
  await definition(page).fill(text([note("note", "Hello {{ input.who }}", { onSuccess: "nowhere" })]));
  await page.getByRole("button", { name: "Make the workflow" }).click();
  await expect(page.getByText("The workflow is made.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Greetings");
  await expect(fact(page, "Status")).toHaveText("Draft");

  await expect(faults(page)).toContainText('Step 1, "Write a note": onSuccess');
  await expect(faults(page)).toContainText('there is no step "nowhere"');
  await faults(page).getByRole("link").click();
  await expect(page.locator("#step-1")).toBeFocused();
  await expect(page.getByText("Mend the faults that are listed with the steps")).toBeVisible();
  await expect(page.getByText("Publish it first: an execution runs what is published.")).toBeVisible();
  await definition(page).fill(text([note()]));
  await page.getByRole("button", { name: "Save the draft" }).click();
  await expect(page.getByText("The draft is saved.")).toBeVisible();
  await expect(faults(page)).toHaveCount(0);
  await expect(page.getByRole("list", { name: "Steps of the draft" })).toContainText("Lead Qualifier performs log_activity.");

  await page.getByLabel(/^Note/).fill("The first one");
  await page.getByRole("button", { name: "Publish version 1" }).click();
  await expect(page.getByText("The draft is published.")).toBeVisible();
  await expect(fact(page, "Status")).toHaveText("Active");
  await expect(versions(page).getByRole("listitem")).toHaveCount(1);
  await expect(versions(page)).toContainText("The first one");
  await expect(page.getByText("The draft is what version 1 says: there is nothing to publish.")).toBeVisible();

  await page.getByLabel(/^Input/).fill('{"who": "Ada"}');
  await page.getByRole("button", { name: "Run it now" }).click();
  await expect(page).toHaveURL(/\/executions\/[0-9a-f-]{36}/);
  await expect(page.getByText("The execution is started.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Greetings");
  await comesTo(page, "Completed");
  const steps = page.getByRole("list", { name: "Steps", exact: true }).getByRole("listitem");
  await expect(steps).toHaveCount(1);
  await expect(steps).toContainText("Write a note");
  await expect(steps).toContainText("Completed");
  await expect(page.getByRole("region", { name: "Input", exact: true })).toContainText('"who": "Ada"');

  await page.getByRole("link", { name: "Greetings" }).click();
  await page.getByRole("link", { name: "Its executions" }).click();
  await expect(page).toHaveURL(/\/executions\?workflowId=/);
  await expect(page.getByRole("table").getByRole("row")).toHaveCount(2);
  await open(page, "/workflows");
  const cards = page.getByRole("list", { name: "Workflows, by name" });
  await expect(cards).toContainText("Says hello to whoever comes.");
  await cards.getByRole("button", { name: /^Run now/ }).click();
  await expect(page).toHaveURL(/\/executions\/[0-9a-f-]{36}/);
  // The template reads an input that this start does not have.
  await comesTo(page, "Failed");
});

test("what is wrong is said at the field, and nothing is lost", { tag: "@nojs" }, async ({ workspace, signIn, allowProblem }) => {
  allowProblem(/status of 422/);
  await workspace.agent(ACTOR);
  const page = await signIn(await workspace.member("operator"));
  await open(page, "/workflows/new");
  await page.getByLabel("Name", { exact: true }).fill("Greetings");
  await definition(page).fill("start: [");
  await page.getByRole("button", { name: "Make the workflow" }).click();
  await expect(definition(page)).toHaveAttribute("aria-invalid", "true");
  await expect(definition(page)).toHaveValue("start: [");
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Greetings");
  await definition(page).fill(text([note()]));
  await page.getByRole("button", { name: "Make the workflow" }).click();
  await expect(page.getByText("The workflow is made.")).toBeVisible();

  await definition(page).fill("start: note\nsteps: 3\n");
  await page.getByRole("button", { name: "Save the draft" }).click();
  await expect(definition(page)).toHaveAttribute("aria-invalid", "true");
  await expect(definition(page)).toHaveValue("start: note\nsteps: 3\n");
  await definition(page).fill(text([note("note", "Hello again")]));
  await page.getByRole("button", { name: "Save the draft" }).click();
  await expect(page.getByText("The draft is saved.")).toBeVisible();

  // The page is read anew after a change: a press while it is drawn would be lost.
  const publish = page.locator("form").filter({ has: page.getByRole("button", { name: "Publish version 1" }) });
  await expect(publish.locator('input[name="version"]')).toHaveValue("2");
  await publish.getByRole("button", { name: "Publish version 1" }).click();
  await expect(page.getByText("The draft is published.")).toBeVisible();
  await page.getByLabel(/^Input/).fill("Ada");
  await page.getByRole("button", { name: "Run it now" }).click();
  await expect(page.getByLabel(/^Input/)).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel(/^Input/)).toHaveValue("Ada");
});

test("versions are kept, and one is restored", { tag: ["@nojs", "@phone"] }, async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("operator"));
  const workflows = new Workflows(workspace, page);
  const { id } = await workflows.published("Greetings", [note("note", "The first words")]);
  await open(page, `/workflows/${id}`);
  await definition(page).fill(text([note("note", "The second words")]));
  await page.getByRole("button", { name: "Save the draft" }).click();
  await expect(page.getByText("The draft is saved.")).toBeVisible();
  await expect(fact(page, "New executions run")).toHaveText("Version 1, and the draft differs from it");
  await page.getByRole("button", { name: "Publish version 2" }).click();
  await expect(page.getByText("The draft is published.")).toBeVisible();
  await expect(versions(page).getByRole("listitem")).toHaveCount(2);

  await versions(page).locator("summary", { hasText: "Definition: Version 1" }).click();
  await expect(page.getByRole("region", { name: "Definition of version 1" })).toContainText("The first words");
  await versions(page).locator("summary", { hasText: "Restore" }).click();
  await page.getByRole("button", { name: "Restore version 1" }).click();
  await expect(page.getByText("The version is restored")).toBeVisible();
  await expect(versions(page).getByRole("listitem")).toHaveCount(3);
  await expect(versions(page).getByRole("listitem").first()).toContainText("Published");
  await expect(versions(page).getByRole("listitem").first()).toContainText("Version 1 again");
  await expect(definition(page)).toHaveValue(/The first words/);
  expect(await workflows.workflow(id)).toMatchObject({ published: 3, draft: { steps: [note("note", "The first words")] } });
});

test("nobody overwrites what they have not seen", { tag: "@nojs" }, async ({ workspace, signIn, allowProblem }) => {
  allowProblem(/status of 412/);
  const page = await signIn(await workspace.member("operator"));
  const workflows = new Workflows(workspace, page);
  const { id } = await workflows.published("Greetings", [note("note", "The first words")]);
  await open(page, `/workflows/${id}`);
  await workflows.change(id, { description: "Changed elsewhere" });
  await definition(page).fill(text([note("note", "The second words")]));
  await page.getByRole("button", { name: "Save the draft" }).click();
  await expect(page.getByRole("alert").filter({ hasText: /chang/i })).toBeVisible();
  expect(await workflows.workflow(id)).toMatchObject({
    description: "Changed elsewhere",
    draft: { steps: [note("note", "The first words")] },
  });
});

test("who edits a workflow is told of what changed, and loses nothing typed", async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("operator"));
  const workflows = new Workflows(workspace, page);
  const { id } = await workflows.published("Greetings", [note()]);
  // The stream begins by saying that anything may have changed; the page looks, and nothing has.
  const looked = page.waitForResponse(/api\/fn\/workflows\/versions/);
  await open(page, `/workflows/${id}`);
  await (await looked).finished();
  await expect(page.getByText("Something changed here.")).toHaveCount(0);
  await definition(page).fill("half a thought");
  await workflows.change(id, { name: "Farewells" });
  await expect(page.getByText("Something changed here.")).toBeVisible();
  await expect(definition(page)).toHaveValue("half a thought");
  await page.getByRole("button", { name: "Show it" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Farewells");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await expect(definition(page), "what is shown is what the server has").toHaveValue(/Hello \{\{ input.who \}\}/);
});

test("a workflow is paused, activated, archived, brought back and deleted", { tag: "@nojs" }, async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("operator"));
  const { id } = await new Workflows(workspace, page).published("Greetings", [note()]);
  await open(page, `/workflows/${id}`);
  await page.getByRole("button", { name: /^Pause/ }).click();
  await expect(page.getByText("It is paused and starts nothing new.")).toBeVisible();
  await expect(fact(page, "Status")).toHaveText("Paused");
  await page.getByRole("button", { name: /^Activate/ }).click();
  await expect(page.getByRole("button", { name: "Run it now" })).toBeVisible();
  await page.getByRole("button", { name: /^Archive/ }).click();
  await expect(page.getByText("It is archived and starts nothing new.")).toBeVisible();

  await open(page, "/workflows");
  await expect(page.getByText("No workflows yet")).toBeVisible();
  await page.getByRole("navigation", { name: "Workflows by status" }).getByRole("link", { name: "Archived" }).click();
  await expect(page).toHaveURL(/\/workflows\?status=archived/);
  await page.getByRole("link", { name: "Greetings", exact: true }).click();
  await page.getByRole("button", { name: /^Bring back/ }).click();
  await expect(page.getByRole("button", { name: "Run it now" })).toBeVisible();
  await page.locator("summary", { hasText: /^Delete$/ }).click();
  await page.getByRole("button", { name: "Delete or archive" }).click();
  await expect(page).toHaveURL(/\/workflows\?done=deleted/);
  await expect(page.getByText("The workflow is gone.")).toBeVisible();
  await open(page, "/workflows?status=all");
  await expect(page.getByText("No workflow has this status")).toBeVisible();
});

test("its terms and what starts it are changed", { tag: "@nojs" }, async ({ workspace, signIn, allowProblem }) => {
  allowProblem(/status of 422/);
  const team = await workspace.team({ name: "Sales", department: "sales" });
  const page = await signIn(await workspace.member("operator"));
  const workflows = new Workflows(workspace, page);
  const { id } = await workflows.published("Greetings", [note()], { teamId: team.id, description: "Says hello." });
  await open(page, `/workflows/${id}`);
  await page.getByLabel("Name", { exact: true }).fill("Farewells");
  await page.getByLabel(/^About/).fill("");
  await page.getByLabel(/^Team/).selectOption("No team");
  await page.getByLabel(/^Running at once/).fill("2");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("The change is saved.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Farewells");
  expect(await workflows.workflow(id)).toMatchObject({ description: "", teamId: null, maxRunning: 2 });

  const opener = page.locator("summary", { hasText: "Change what starts it" });
  await opener.click();
  await page.getByLabel("Schedule", { exact: true }).fill("nonsense");
  await page.getByRole("button", { name: "By this schedule" }).click();
  await expect(page.getByLabel("Schedule", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Schedule", { exact: true }).fill("0 9 * * 1");
  await page.getByLabel("Time zone", { exact: true }).fill("Europe/Vienna");
  await page.getByRole("button", { name: "By this schedule" }).click();
  await expect(fact(page, "Starts")).toHaveText("Every Monday at 09:00, Europe/Vienna");
  await opener.click();
  await page.getByRole("button", { name: "Only people" }).click();
  await expect(fact(page, "Starts")).toHaveText("When a person starts it");
});

test("a signed webhook starts it, and its secret is shown once", { tag: "@nojs" }, async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("operator"));
  const workflows = new Workflows(workspace, page);
  const { id } = await workflows.published("Orders", [note("note", "Order {{ input.event.order }}")]);
  await open(page, `/workflows/${id}`);
  await page.locator("summary", { hasText: "Change what starts it" }).click();
  await page.getByRole("button", { name: "Signed webhooks, too" }).click();
  await expect(fact(page, "Starts")).toHaveText("When a signed webhook comes");
  const address = page.getByRole("region", { name: "Address", exact: true });
  await expect(address).toHaveText(new RegExp(`/api/hooks/${id}$`));
  await expect(page.getByText("It has no secret yet")).toBeVisible();
  await page.getByRole("button", { name: "Make a secret" }).click();
  const shown = page.getByRole("region", { name: "Signing secret" });
  await expect(shown).toHaveText(/^whsec_\S{20,}$/);
  await expect(page.getByText("Its secret was made")).toBeVisible();
  const secret = (await shown.innerText()).trim();

  const body = JSON.stringify({ order: 7 });
  const now = Math.floor(Date.now() / 1_000);
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const signature = createHmac("sha256", key).update(`msg_1.${now}.${body}`).digest("base64");
  const headers = { "webhook-id": "msg_1", "webhook-timestamp": `${now}`, "webhook-signature": `v1,${signature}` };
  const url = (await address.innerText()).trim();
  const answer = await fetch(url, { method: "POST", headers, body });
  expect(answer.status).toBe(202);
  await workflows.comesTo(((await answer.json()) as { executionId: string }).executionId, "completed");

  await open(page, `/workflows/${id}`);
  await expect(page.getByText(secret)).toHaveCount(0);
  await page.locator("summary", { hasText: "Make a new secret" }).click();
  await page.getByRole("button", { name: "Make it and show it once" }).click();
  await expect(shown).toHaveText(/^whsec_\S{20,}$/);
  await expect(shown).not.toHaveText(secret);
  await expect(page.getByText("The one before it counts too until")).toBeVisible();
});

test("a workflow is made from a template", async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("operator"));
  await open(page, "/workflows");
  await expect(page.getByRole("heading", { name: "From a template" })).toBeVisible();
  await page.getByRole("button", { name: /^Use this template/ }).first().click();
  await expect(page.getByText("The workflow is made.")).toBeVisible();
  await expect(page).toHaveURL(/\/workflows\/[0-9a-f-]{36}/);
  await expect(page.getByRole("list", { name: "Steps of the draft" }).getByRole("listitem").first()).toBeVisible();
});

test("the definition of the draft is a file in two forms", async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("operator"));
  const workflows = new Workflows(workspace, page);
  const { id, draft } = await workflows.make('Lead to "customer"', [note(), task("later")]);
  await open(page, `/workflows/${id}`);
  const link = page.getByRole("link", { name: /^JSON/ });
  const json = await page.request.get((await link.getAttribute("href")) ?? "");
  expect(json.headers()["content-disposition"]).toBe('attachment; filename="lead-to-customer.json"');
  expect(await json.json()).toEqual(draft);
  const yaml = await page.request.get(`/api/orchestration/workflows/${id}/export`);
  expect(yaml.headers()["content-type"]).toContain("application/yaml");
  expect(await yaml.text()).toContain("start: note");
});

test("what people wrote is text, and a viewer only reads it", { tag: "@nojs" }, async ({ workspace, signIn }) => {
  const operator = await signIn(await workspace.member("operator"));
  const message = "<img src=x onerror=alert(1)> \u202Enow";
  const more = { description: "<b>Bold</b> words\u200B" };
  await new Workflows(workspace, operator).published("Greetings", [note("note", message)], more);
  const page = await signIn(await workspace.member("viewer"));
  page.on("dialog", () => expect.soft(false, "a script ran").toBe(true));
  await open(page, "/workflows");
  await expect(page.getByRole("link", { name: "New workflow" })).toHaveCount(0);
  await expect(page.getByText("From a template")).toHaveCount(0);
  await expect(page.getByText("<b>Bold</b> words")).toBeVisible();
  await page.getByRole("link", { name: "Greetings", exact: true }).click();
  await expect(page.getByText("Your role reads workflows.")).toBeVisible();
  await expect(page.getByRole("region", { name: "Definition of the draft" })).toContainText("onerror=alert(1)");
  await expect(page.locator("main .reveal-mark").first()).toBeVisible();
  await expect(page.locator("main img")).toHaveCount(0);
  await expect(page.getByRole("textbox")).toHaveCount(0);
  await expect(page.getByRole("button", { name: /Save|Publish|Restore|Run|Pause|Delete/ })).toHaveCount(0);
  await open(page, "/workflows/new");
  await expect(page.getByText("Your role reads workflows")).toBeVisible();
});

test("workflows are accessible, and narrow enough", async ({ workspace, signIn, allowProblem }) => {
  test.slow();
  allowProblem(/status of 404/);
  const page = await signIn(await workspace.member("owner"));
  await open(page, "/workflows");
  await test.step("empty", () => axeEverywhere(page));
  const workflows = new Workflows(workspace, page);
  const long = "averylongwordwithoutanyspace".repeat(6);
  const { id } = await workflows.published(`Greetings ${long}`, [note("note", long, { onSuccess: "task" }), task()], { description: long });
  await workflows.change(id, { definition: { start: "note", steps: [note("note", long, { onSuccess: long }), task()] } });
  await workflows.published("Short", [note()]);
  for (const path of ["/workflows", "/workflows?status=draft", "/workflows/new", `/workflows/${id}`]) {
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
  for (const path of ["/workflows/01a1f85c-7b1a-7531-8cf6-d8909b46437f", "/workflows/not-an-id"]) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(404);
    await expect(page.getByText("There is no such workflow here.")).toBeVisible();
  }
});
