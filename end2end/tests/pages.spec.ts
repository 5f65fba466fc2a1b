/** What is true of every page: found or not found, whose it is, accessible, narrow enough. */
import type { Page } from "@playwright/test";
import { axeEverywhere, expect, open, test, Workspace } from "../fixtures/index.js";
import { Detail } from "../pages/detail.js";
import { Queue } from "../pages/queue.js";

test("an address that leads nowhere says so, with the status", { tag: ["@nojs", "@phone"] }, async ({ page, allowProblem }) => {
  // 401: whether the scripts are here before the click is a matter of time; they are told at the next address.
  allowProblem(/status of 40[14]/);
  const answer = await page.goto("/nowhere/at/all");
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/not found/i);
  await page.getByRole("link", { name: /^Go to/ }).click();
  await expect(page, "whoever is not signed in lands at the door").toHaveURL(/\/sign-in/);
});

test("nothing of another workspace can be reached by its id", { tag: ["@nojs", "@postgres"] }, async ({ workspace, server, signIn, allowProblem }) => {
  allowProblem(/status of 404/);
  const other = await Workspace.create(server);
  const approval = await other.pending({ description: "A secret of theirs" });
  const record = await other.record({ kind: "contact", title: "A secret of theirs" });
  const team = await other.team({ name: "A secret of theirs", department: "sales" });
  const memory = await other.memory({ content: "A secret of theirs" });
  const message = await other.message({ subject: "A secret of theirs", content: "A secret of theirs" });
  const page = await signIn(await workspace.member("owner"));
  for (const path of [
    `/approvals/${approval.id}`,
    `/records/${record.id}`,
    `/settings/teams/${team.id}`,
    `/teams/${team.id}`,
    "/workflows/01a1f85c-7b1a-7531-8cf6-d8909b46437f",
    "/executions/01a1f85c-7b1a-7531-8cf6-d8909b46437f",
    `/memory/${memory.id}`,
    `/messages/${message.id}`,
    "/approvals/01a1f85c-7b1a-7531-8cf6-d8909b46437f",
    "/approvals/not-an-id",
    "/memory/not-an-id",
    "/messages/not-an-id",
  ]) {
    const answer = await page.goto(path);
    await expect(page.getByText(/There is no such (approval|record|team|memory|thread|workflow|execution) here\./), path).toBeVisible();
    await expect(page.getByText("A secret of theirs"), path).toHaveCount(0);
    expect(answer?.status(), path).toBe(404);
  }
  for (const path of ["/approvals?status=all", "/audit", "/records", "/memory", "/messages", "/workflows", "/executions", "/teams", `/audit?approvalId=${approval.id}`]) {
    await open(page, path);
    await expect(page.getByText("A secret of theirs"), path).toHaveCount(0);
  }
});

test("the queue does not wait for the code of other pages", async ({ reviewer: page }) => {
  const fetched: string[] = [];
  page.on("request", (request) => void (/split_late\.wasm$/.test(request.url()) && fetched.push(request.url())));
  // The code of one approval is asked for once the list is at rest; here it comes only when that has been seen.
  let asked = () => {};
  const rest = new Promise<void>((done) => (asked = done));
  let come = () => {};
  const held = new Promise<void>((done) => (come = done));
  await page.route("**/split_detail.wasm", async (route) => {
    asked();
    await held;
    await route.continue();
  });
  await open(page, "/approvals");
  await rest;
  come();
  expect(fetched).toEqual([]);
  await page.getByRole("link", { name: "Records" }).first().click();
  await expect(page).toHaveURL(/\/records/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Records");
  await page.getByRole("link", { name: "Audit" }).first().click();
  await expect(page).toHaveURL(/\/audit/);
  expect(fetched, "once for all of them").toHaveLength(1);
});

test("a page whose code is gone from the server is loaded anew", async ({ reviewer: page, allowProblem }) => {
  // What the browser says of the answer, and what the loader says of it.
  allowProblem(/status of 404|__wasm_split/);
  await open(page, "/approvals");
  await page.route("**/split_*.wasm", (route) => route.fulfill({ status: 404, body: "" }));
  await page.getByRole("link", { name: "Records" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Records");
  await expect(page).toHaveURL(/\/records/);
  expect(await page.evaluate(() => document.documentElement.dataset["hydrated"]), "as the server made it").toBeUndefined();
  await page.unroute("**/split_*.wasm");
  await page.getByRole("link", { name: "Audit" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Audit");
});

/** A queue with every risk, some of it decided, with text that is hard to fit. */
async function busy(workspace: Workspace): Promise<{ pending: string; drifted: string; critical: string; done: string; failed: string; team: string; record: string; agent: string }> {
  const team = await workspace.team({ name: "Field sales", department: "sales", autonomyLevel: "semi_autonomous" });
  const contact = await workspace.record({ kind: "contact", title: "Ada Lovelace", data: { status: "new", email: "ada@example.org" } });
  const pending = await workspace.pending({ description: "Words \u202e of an agent", requiredApprovals: 2 });
  const critical = await workspace.pending({
    actionType: "financial_transaction",
    actionData: { amount: "4000.00", currency: "EUR", counterparty: "Acme Ltd" },
  });
  await workspace.task("Call Northwind about the delivery dates of the three spectrometers", { teamId: team.id });
  const drifted = await workspace.pending({ actionType: "update_lead_status", actionData: { recordId: contact.id, status: "qualified" } });
  const operator = await workspace.person(await workspace.member("operator"));
  await workspace.api("PATCH", `/records/${contact.id}`, { data: { email: "ada@example.net" } }, operator);
  const agent = (await workspace.api("POST", "/agents", { name: "Lead Scout", kind: "internal" }, operator)) as { id: string };
  await workspace.api("POST", `/approvals/${pending.id}/comments`, { text: "The \u200b agent's word." });
  await workspace.api("POST", `/approvals/${pending.id}/comments`, { text: "Careful.", audience: "members" }, operator);
  const alan = await workspace.member("reviewer", "alan");
  const done = await workspace.pending({ actionData: { to: ["a@example.org"], subject: "Done", body: "x" } });
  await workspace.decide(done, alan, { approved: true });
  const failed = await workspace.pending({ actionType: "change_pipeline_stage", actionData: { recordId: contact.id, stage: "won" } });
  await workspace.decide(failed, alan, { approved: true });
  const rejected = await workspace.task("Not that");
  await workspace.decide(rejected, alan, { approved: false, reviewNotes: "No \u200b way." });
  await expect.poll(async () => (await workspace.approval(failed.id)).outcome.status).toBe("failed");
  return { pending: pending.id, drifted: drifted.id, critical: critical.id, done: done.id, failed: failed.id, team: team.id, record: contact.id, agent: agent.id };
}

test("the queue is accessible: full, ticked, rejecting, held, empty", async ({ workspace, signIn }) => {
  test.slow();
  const page = await signIn(await workspace.member("owner"));
  await open(page, "/approvals");
  await test.step("empty", () => axeEverywhere(page));
  await busy(workspace);
  const queue = await Queue.open(page, "?sort=risk&riskLevel=medium");
  await queue.tick("Call Northwind").check();
  await test.step("filtered, ticked", () => axeEverywhere(page));
  await queue.rejectOpener("lead status").click();
  await expect(queue.sheet.reason).toBeFocused();
  await test.step("the sheet, rejecting", () => axeEverywhere(page));
  await queue.sheet.choose("Edit");
  await test.step("the sheet, editing", () => axeEverywhere(page));
  await page.keyboard.press("Escape");
  await queue.approve("Call Northwind").click();
  await expect(queue.strip).toContainText("Call Northwind");
  await test.step("held", () => axeEverywhere(page));
  const busiest = await Queue.open(page, "?sort=risk");
  await busiest.review("Acme").click();
  await expect(busiest.sheet.about).toBeFocused();
  await test.step("the sheet, critical", () => axeEverywhere(page));
  await page.keyboard.press("Escape");
  await page.setViewportSize({ width: 1280, height: 800 });
  await busiest.titles.first().getByRole("link").click();
  await expect(page.locator("#panel-title")).toBeFocused();
  await test.step("one beside the list", () => axeEverywhere(page));
  await open(page, "/approvals?status=all");
  await test.step("everything", () => axeEverywhere(page));
  await open(page, "/approvals?q=nothing-like-this");
  await test.step("nothing fits", () => axeEverywhere(page));
});

test("the queue is accessible while it loads, and when it cannot", async ({ workspace, reviewer: page, allowProblem }) => {
  test.slow();
  allowProblem(/ERR_FAILED/);
  await workspace.task("Call Northwind");
  await open(page, "/records");
  let fail = () => {};
  const held = new Promise<void>((done) => (fail = done));
  await page.route("**/api/fn/approvals/list", async (route) => {
    await held;
    await route.abort();
  });
  await page.getByRole("link", { name: "Approvals" }).first().click();
  await expect(page.getByText("Loading approvals")).toBeAttached();
  await test.step("loading", () => axeEverywhere(page));
  fail();
  await expect(page.getByRole("alert").filter({ hasText: "The approvals could not be loaded" })).toBeVisible();
  await test.step("failed", () => axeEverywhere(page));
  await page.unroute("**/api/fn/approvals/list");
  await page.getByRole("link", { name: "Try again" }).click();
  await expect(new Queue(page).row("Call Northwind")).toBeVisible();
});

test("an approval is accessible in every state", async ({ workspace, signIn, allowProblem }) => {
  test.slow();
  allowProblem(/status of 4(04|22)/);
  const ids = await busy(workspace);
  const page = await signIn(await workspace.member("owner"));
  const detail = await Detail.open(page, { id: ids.critical });
  await detail.opener("Edit").click();
  await detail.opener("Reject").click();
  await detail.decision.locator("form#approve").getByLabel("Type the target").fill("wrong");
  await detail.approve.click();
  await expect(detail.decision.getByText("Error: ").first()).toBeAttached();
  await test.step("critical, all forms open, a fault", () => axeEverywhere(page));
  for (const [state, id] of [["waiting for votes, commented on", ids.pending], ["its record changed", ids.drifted], ["done", ids.done], ["failed", ids.failed]] as const) {
    await open(page, `/approvals/${id}`);
    await test.step(state, () => axeEverywhere(page));
  }
  await page.goto("/approvals/not-an-id");
  await test.step("not found", () => axeEverywhere(page));
});

const SETTINGS = ["", "/members", "/tokens", "/agents", "/models", "/teams", "/action-types", "/action-types/new", "/action-types/send_email", "/webhooks", "/workspace"];

test("audit, records and their forms are accessible", async ({ workspace, signIn }) => {
  test.slow();
  const ids = await busy(workspace);
  const page = await signIn(await workspace.member("owner"));
  for (const path of ["/audit?riskLevel=high", "/records", "/records/new?kind=invoice", `/records/${ids.record}`]) {
    await open(page, path);
    for (const summary of await page.locator("main summary").all()) {
      if ((await summary.locator("xpath=..").getAttribute("open")) === null) await summary.click();
    }
    await test.step(path, () => axeEverywhere(page));
  }
});

for (const half of [0, 1]) {
  test(`the settings are accessible (${half + 1} of 2)`, async ({ workspace, signIn }) => {
    test.slow();
    const ids = await busy(workspace);
    const page = await signIn(await workspace.member("owner"));
    const paths = [...SETTINGS, `/teams/${ids.team}`, `/agents/${ids.agent}`].filter((_, index) => index % 2 === half);
    for (const path of paths) {
      await open(page, `/settings${path}`);
      const opener = page.locator("main summary").first();
      if (await opener.count()) await opener.click();
      await test.step(`/settings${path}`, () => axeEverywhere(page));
    }
  });
}

test("sign-in and the page for wrong addresses are accessible", async ({ page, allowProblem }) => {
  allowProblem(/status of 404/);
  await open(page, "/sign-in");
  await axeEverywhere(page);
  await page.goto("/nowhere");
  await axeEverywhere(page);
});

test("the menus of desktop and phone are accessible when open", async ({ workspace, signIn }) => {
  test.slow();
  const page = await signIn(await workspace.member("owner"));
  await open(page, "/audit");
  await page.getByRole("banner").locator("summary").click();
  await axeEverywhere(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(page.locator(".frame-bar > a")).toHaveText([/^Dashboard/, /^Approvals/, /^Teams/, /^Workflows/]);
  await page.locator("nav summary", { hasText: "More" }).click();
  await expect(page.getByRole("navigation").getByRole("link", { name: "Settings" })).toBeVisible();
  await axeEverywhere(page);
});

async function sideways(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

test("no page scrolls sideways at 320 px", { tag: "@nojs" }, async ({ workspace, signIn, page: outside }) => {
  test.slow();
  const ids = await busy(workspace);
  const page = await signIn(await workspace.member("owner"));
  for (const tab of [page, outside]) await tab.setViewportSize({ width: 320, height: 640 });
  const paths = [
    "/approvals",
    "/approvals?status=all&q=a&riskLevel=high&sort=risk",
    ...[ids.pending, ids.critical, ids.done, ids.failed].map((id) => `/approvals/${id}`),
    "/audit",
    "/records",
    "/records/new?kind=deal",
    "/messages",
    "/messages/new",
    `/records/${ids.record}`,
    ...SETTINGS.map((path) => `/settings${path}`),
    `/settings/teams/${ids.team}`,
    `/settings/agents/${ids.agent}`,
  ];
  for (const path of paths) {
    await open(page, path);
    await expect(page.getByRole("heading", { level: 1 }), path).toBeVisible();
    expect.soft(await sideways(page), path).toBeLessThanOrEqual(0);
  }
  await open(outside, "/sign-in");
  expect.soft(await sideways(outside), "/sign-in").toBeLessThanOrEqual(0);
});
