/** What agents do: told, limited, given a playbook; the models that there are, and how far they may be used. */
import type { Locator, Page } from "@playwright/test";
import { axeEverywhere, expect, open, test, type Workspace } from "../fixtures/index.js";
import { ACTOR, Workflows } from "../fixtures/workflows.js";

const PLAYBOOK = `steps:
  - key: note
    name: Write a note
    run:
      action:
        agent: ${ACTOR}
        actionType: log_activity
        actionData:
          message: "Hello {{ input.objective }}"
`;

const heading = (page: Page): Locator => page.getByRole("heading", { level: 1 });
const opener = (page: Page, name: string | RegExp): Locator => page.locator("main summary", { hasText: name });
const instructions = (page: Page): Locator => page.getByLabel(/^Instructions/);
const capabilities = (page: Page): Locator => page.getByLabel(/^Capabilities/);
const playbook = (page: Page): Locator => page.getByLabel(/^Playbook/);
const model = (page: Page): Locator => page.getByLabel("Model", { exact: true });
const logs = (page: Page): Locator => page.locator("#agent-tools-log_activity");
const save = (page: Page): Promise<void> => page.getByRole("button", { name: "Save what it does" }).click();

/** The value beside a term. */
function fact(page: Page, term: string): Locator {
  return page
    .locator("dl > div")
    .filter({ has: page.locator("dt", { hasText: new RegExp(`^${term}$`) }) })
    .locator("dd")
    .first();
}

/** An agent that Countersign runs, made as whoever is signed in at the page. */
async function internal(workspace: Workspace, page: Page, profile?: Record<string, unknown>): Promise<string> {
  const api = new Workflows(workspace, page);
  const { id } = (await api.api("POST", "/agents", { name: ACTOR, kind: "internal" })) as { id: string };
  if (profile) await api.api("PUT", `/agents/${id}/profile`, profile);
  return id;
}

const profile = (workspace: Workspace, page: Page, id: string): Promise<unknown> =>
  new Workflows(workspace, page).api("GET", `/agents/${id}/profile`);

test("what an agent does is written, mended and kept", { tag: ["@nojs", "@phone", "@postgres"] }, async ({ workspace, signIn, allowProblem }) => {
  test.slow();
  allowProblem(/status of 422/);
  const page = await signIn(await workspace.member("operator"));
  const id = await internal(workspace, page);
  await open(page, "/settings/agents");
  await page.getByRole("table", { name: "Agents" }).getByRole("link", { name: ACTOR }).click();
  await expect(heading(page)).toHaveText(ACTOR);
  await expect(fact(page, "Kind")).toHaveText("Run by Countersign");
  await expect(fact(page, "Owner")).toContainText("Operator");
  await expect(model(page)).toHaveValue("");

  const broken = `${PLAYBOOK}    onSuccess: nowhere\n`;
  await instructions(page).fill("You qualify leads. Ask before you guess.");
  await capabilities(page).fill("lead_qualification\nresearch");
  await opener(page, /^Tools/).click();
  await logs(page).check();
  await opener(page, "Limits").click();
  await page.getByLabel(/^Calls in one execution/).fill("5");
  await playbook(page).fill(broken);
  await save(page);
  await expect(playbook(page)).toHaveAttribute("aria-invalid", "true");
  await expect(playbook(page)).toHaveAccessibleDescription(/Step 1, onSuccess: there is no step "nowhere"/);
  await expect(page.getByRole("alert").getByRole("link", { name: /^Step 1, onSuccess/ })).toHaveAttribute("href", "#agent-playbook");
  await expect(playbook(page)).toHaveValue(broken);
  await expect(instructions(page)).toHaveValue("You qualify leads. Ask before you guess.");
  await expect(capabilities(page)).toHaveValue("lead_qualification\nresearch");
  await expect(logs(page)).toBeChecked();
  await expect(page.getByLabel(/^Calls in one execution/)).toHaveValue("5");
  expect(await profile(workspace, page, id), "nothing is saved").toMatchObject({ instructions: "", capabilities: [] });

  await playbook(page).fill("steps: [");
  await save(page);
  await expect(playbook(page)).toHaveAccessibleDescription(/cannot be read/);
  await expect(playbook(page)).toHaveValue("steps: [");

  await playbook(page).fill(PLAYBOOK);
  await save(page);
  await expect(page.getByText("The changes are saved.")).toBeVisible();
  await expect(playbook(page)).toHaveValue(/actionType: log_activity/);
  expect(await profile(workspace, page, id)).toMatchObject({
    instructions: "You qualify leads. Ask before you guess.",
    capabilities: ["lead_qualification", "research"],
    tools: ["log_activity"],
    limits: { callsPerRun: 5 },
    playbook: { steps: [{ key: "note", name: "Write a note" }] },
  });

  await open(page, `/settings/agents/${id}`);
  await page.getByLabel("Name", { exact: true }).fill("Lead Judge");
  await page.getByRole("button", { name: "Save changes" }).click();
  const named = async () => ((await new Workflows(workspace, page).api("GET", `/agents/${id}`)) as { name: string }).name;
  await expect.poll(named).toBe("Lead Judge");
});

test("what is emptied is gone", { tag: "@nojs" }, async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("operator"));
  const step = { key: "note", name: "Write a note", run: { set: { values: { a: 1 } } } };
  const id = await internal(workspace, page, {
    instructions: "Ask first",
    capabilities: ["research"],
    tools: ["log_activity"],
    limits: { centsPerDay: 40 },
    playbook: { steps: [step] },
  });
  await open(page, `/settings/agents/${id}`);
  await expect(page.getByText("Tools: 1 action type")).toBeVisible();
  await expect(page.getByLabel(/^Cents a day/)).toHaveValue("40");
  await opener(page, /^Tools/).click();
  await logs(page).uncheck();
  for (const field of [instructions(page), capabilities(page), page.getByLabel(/^Cents a day/), playbook(page)]) await field.fill("");
  await save(page);
  await expect(page.getByText("The changes are saved.")).toBeVisible();
  await expect(page.getByText("Tools: whatever the gate lets it use")).toBeVisible();
  const left = (await profile(workspace, page, id)) as Record<string, unknown>;
  expect(left).toMatchObject({ instructions: "", capabilities: [], tools: [] });
  expect(left["limits"]).toEqual({});
  expect(left["playbook"] ?? null).toBeNull();
});

test("a model that the settings do not name stays with its agent, and says so", async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("operator"));
  const id = await internal(workspace, page, { model: "fast" });
  await open(page, `/settings/agents/${id}`);
  await expect(model(page)).toHaveValue("fast");
  await expect(model(page).locator("option:checked")).toHaveText("fast (not configured)");
  await instructions(page).fill("Ask first");
  await save(page);
  await expect(page.getByText("The changes are saved.")).toBeVisible();
  expect(await profile(workspace, page, id)).toMatchObject({ instructions: "Ask first", model: "fast" });
  // What was saved is read again and drawn anew.
  await open(page, `/settings/agents/${id}`);
  await model(page).selectOption("None: it follows its playbook");
  await save(page);
  await expect.poll(async () => ((await profile(workspace, page, id)) as { model?: string | null }).model ?? null).toBeNull();
});

test("an agent that calls in has capabilities only", { tag: "@nojs" }, async ({ workspace, signIn, allowProblem }) => {
  allowProblem(/status of 422/);
  const page = await signIn(await workspace.member("operator"));
  const api = new Workflows(workspace, page);
  const { id } = (await api.api("POST", "/agents", { name: "Outside" })) as { id: string };
  await api.api("PUT", `/agents/${id}/profile`, { instructions: "Kept" });
  await open(page, `/settings/agents/${id}`);
  await expect(page.getByText("It calls in by itself")).toBeVisible();
  for (const field of [instructions(page), playbook(page), model(page)]) await expect(field).toHaveCount(0);
  await capabilities(page).fill("Research");
  await save(page);
  await expect(capabilities(page)).toHaveAttribute("aria-invalid", "true");
  await capabilities(page).fill("research, translation");
  await save(page);
  await expect(page.getByText("The changes are saved.")).toBeVisible();
  expect(await profile(workspace, page, id)).toMatchObject({ instructions: "Kept", capabilities: ["research", "translation"] });
});

test("nobody overwrites the profile that they have not seen", { tag: "@nojs" }, async ({ workspace, signIn, allowProblem }) => {
  allowProblem(/status of 412/);
  const page = await signIn(await workspace.member("operator"));
  const id = await internal(workspace, page);
  await open(page, `/settings/agents/${id}`);
  await new Workflows(workspace, page).api("PUT", `/agents/${id}/profile`, { instructions: "Written elsewhere" });
  await instructions(page).fill("Written here");
  await save(page);
  await expect(page.getByRole("alert").filter({ hasText: /chang/i })).toBeVisible();
  expect(await profile(workspace, page, id)).toMatchObject({ instructions: "Written elsewhere" });
});

test("a viewer reads what an agent does, as text", { tag: "@nojs" }, async ({ workspace, signIn }) => {
  const operator = await signIn(await workspace.member("operator"));
  const id = await internal(workspace, operator, { instructions: "<b>Ask</b> \u202Efirst", limits: { tokensPerRun: 12000 } });
  const page = await signIn(await workspace.member("viewer"));
  await open(page, `/settings/agents/${id}`);
  await expect(page.getByText("Owners, admins and operators change agents.")).toBeVisible();
  await expect(fact(page, "Instructions")).toContainText("<b>Ask</b>");
  await expect(page.locator("main .reveal-mark").first()).toBeVisible();
  await expect(fact(page, "Tokens in one execution")).toHaveText("At most 12,000");
  await expect(fact(page, "Model")).toHaveText("None: it follows its playbook");
  await expect(page.getByText("It has no playbook.")).toBeVisible();
  await expect(page.getByRole("main").getByRole("textbox")).toHaveCount(0);
  await expect(page.getByRole("main").getByRole("button", { name: /Save|Delete/ })).toHaveCount(0);
});

test("an admin limits how far models may be used", { tag: ["@nojs", "@phone", "@postgres"] }, async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("admin"));
  await open(page, "/settings/models");
  await expect(page.getByText("No models are configured")).toBeVisible();
  await expect(page.getByRole("region", { name: "countersign.toml" })).toContainText("[models.fast]");
  await expect(page.getByText("No agent has called a model yet.")).toBeVisible();
  await expect(fact(page, "Calls")).toHaveText("0");
  await page.getByLabel(/^Calls a day/).fill("5000");
  await page.getByLabel(/^Cents a day/).fill("250");
  await page.getByRole("button", { name: "Save the limits" }).click();
  await expect(page.getByText("The limits are saved.")).toBeVisible();
  await expect(fact(page, "Calls")).toHaveText("0 of 5,000");
  await expect(fact(page, "Cost")).toHaveText("$0.00 of $2.50");
  await open(page, "/settings/models");
  await expect(page.getByLabel(/^Calls a day/)).toHaveValue("5000");
  for (const limit of [/^Calls a day/, /^Cents a day/]) await page.getByLabel(limit).fill("");
  await page.getByRole("button", { name: "Save the limits" }).click();
  await expect(fact(page, "Calls")).toHaveText("0");
});

test("agents and models are accessible, and narrow enough", async ({ workspace, signIn, allowProblem }) => {
  test.slow();
  allowProblem(/status of 4(04|22)/);
  const page = await signIn(await workspace.member("owner"));
  const long = "averylongwordwithoutanyspace".repeat(6);
  const id = await internal(workspace, page, { instructions: long, capabilities: ["research"], model: "averylongname.".repeat(4) });
  for (const path of ["/settings/models", `/settings/agents/${id}`]) {
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
  await playbook(page).fill(`${PLAYBOOK}    onSuccess: ${long}\n`);
  await save(page);
  await expect(playbook(page)).toHaveAttribute("aria-invalid", "true");
  await test.step("a fault", () => axeEverywhere(page));
  for (const missing of ["01a1f85c-7b1a-7531-8cf6-d8909b46437f", "not-an-id"]) {
    const answer = await page.goto(`/settings/agents/${missing}`);
    expect(answer?.status(), missing).toBe(404);
    await expect(page.getByText("There is no such agent here.")).toBeVisible();
  }
});
