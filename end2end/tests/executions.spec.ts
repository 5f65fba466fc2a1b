/** Executions: followed while they run, waiting for people, paused, cancelled, retried. */
import type { Locator, Page } from "@playwright/test";
import { axeEverywhere, comesTo, expect, open, scripts, test } from "../fixtures/index.js";
import { note, task, Workflows } from "../fixtures/workflows.js";
import { Detail } from "../pages/detail.js";

const status = (page: Page): Locator => page.locator("#execution-status");
const steps = (page: Page): Locator => page.getByRole("list", { name: "Steps", exact: true }).locator(":scope > li");

test("a step waits for people, and goes on once somebody approves in another page", { tag: ["@nojs", "@phone", "@postgres"] }, async ({ workspace, signIn }) => {
  test.slow();
  const page = await signIn(await workspace.member("operator"));
  const workflows = new Workflows(workspace, page);
  const { id } = await workflows.published("Follow up", [task("task", "Call {{ input.who }}", { onSuccess: "note" }), note("note", "Done for {{ input.who }}")]);
  await open(page, `/workflows/${id}`);
  await page.getByLabel(/^Input/).fill('{"who": "Northwind"}');
  await page.getByRole("button", { name: "Run it now" }).click();
  await expect(page).toHaveURL(/\/executions\/[0-9a-f-]{36}/);
  await comesTo(page, "Waiting");
  await expect(steps(page)).toHaveCount(1);
  await expect(steps(page)).toContainText("Waits for people to decide");
  const link = page.getByRole("link", { name: /^Open its approval ?: Make a task$/ });
  const approval = { id: ((await link.getAttribute("href")) ?? "").split("/").at(-1) ?? "" };
  // Focus stays where somebody reads, whatever happens.
  const workflow = page.getByRole("link", { name: "Follow up", exact: true });
  await workflow.focus();

  const reviewer = await signIn(await workspace.member("reviewer"));
  await workspace.hold(reviewer, 0);
  const detail = await Detail.open(reviewer, approval);
  await expect(detail.heading).toContainText("Northwind");
  await detail.approve.click();
  await expect(detail.fact("Decision")).toHaveText("Approved");

  await comesTo(page, "Completed");
  if (scripts()) await expect(workflow).toBeFocused();
  await expect(steps(page)).toHaveCount(2);
  await expect(steps(page).first()).toContainText("Completed");
  await expect(steps(page).last()).toContainText("Write a note");
  await link.click();
  await expect(page).toHaveURL(new RegExp(`/approvals/${approval.id}`));
});

test("what somebody opened stays open while the page follows", async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("operator"));
  const workflows = new Workflows(workspace, page);
  const first = note("note", "Begun", { onSuccess: "task" });
  const { id } = await workflows.published("Follow up", [first, task("task", "Call Northwind", { onSuccess: "end" }), note("end", "Done")]);
  const execution = await workflows.run(id);
  await open(page, `/executions/${execution.id}`);
  const approval = await workflows.approvalOf(execution.id);
  const opener = steps(page).first().locator("summary", { hasText: /^Output/ });
  await opener.click();
  await expect(opener).toBeFocused();
  const reviewer = await workspace.member("reviewer");
  await workspace.hold(await signIn(reviewer), 0);
  await workspace.decide(approval, reviewer, { approved: true });
  await expect(status(page)).toHaveText("Completed");
  await expect(opener.locator("xpath=..")).toHaveAttribute("open", "");
  await expect(opener).toBeFocused();
  await expect(page.getByRole("status").filter({ hasText: "This execution: completed." })).toHaveCount(1);
});

test("an execution is paused, resumed and cancelled", { tag: ["@nojs", "@phone"] }, async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("operator"));
  const workflows = new Workflows(workspace, page);
  const { id } = await workflows.published("Follow up", [task("task", "Call Northwind")]);
  const execution = await workflows.run(id);
  const approval = await workflows.approvalOf(execution.id);
  await workflows.comesTo(execution.id, "waiting");
  await open(page, `/executions/${execution.id}`);
  await page.getByRole("button", { name: /^Pause/ }).click();
  await expect(page.getByText("The execution is paused.")).toBeVisible();
  await expect(status(page)).toHaveText("Paused");
  await expect(page.getByText("No new step begins until somebody resumes it.")).toBeVisible();
  await page.getByRole("button", { name: /^Resume/ }).click();
  await expect(page.getByText("The execution goes on.")).toBeVisible();
  await comesTo(page, "Waiting");

  await page.locator("summary", { hasText: "Cancel" }).click();
  await page.getByLabel(/^Reason/).fill("Nobody needs it any more");
  await page.getByRole("button", { name: "Cancel the execution" }).click();
  await expect(page.getByText("The execution is cancelled.")).toBeVisible();
  await expect(status(page)).toHaveText("Cancelled");
  await expect(steps(page)).toContainText("Cancelled");
  await expect(page.getByRole("button", { name: /^(Pause|Resume|Cancel|Retry)/ })).toHaveCount(0);
  expect(await workflows.api("GET", `/approvals/${approval.id}`)).toMatchObject({ status: "withdrawn" });
});

test("the step that failed is tried again", { tag: "@nojs" }, async ({ workspace, signIn }) => {
  test.slow();
  const page = await signIn(await workspace.member("operator"));
  const workflows = new Workflows(workspace, page);
  const { id } = await workflows.published("Follow up", [task("task", "Call Northwind")]);
  const execution = await workflows.run(id);
  const reviewer = await workspace.member("reviewer");
  await workspace.hold(await signIn(reviewer), 0);
  const first = await workflows.approvalOf(execution.id);
  await workspace.decide(first, reviewer, { approved: false, reviewNotes: "Not before Friday." });
  await workflows.comesTo(execution.id, "failed");
  await open(page, `/executions/${execution.id}`);
  await expect(status(page)).toHaveText("Failed");
  await expect(page.getByText("Error:").first()).toBeVisible();
  await page.getByRole("button", { name: /^Retry the failed step/ }).click();
  await expect(page.getByText("The step that failed is tried again.")).toBeVisible();
  await comesTo(page, "Waiting");
  const second = await workflows.approvalOf(execution.id);
  expect(second.id).not.toBe(first.id);
  await workspace.decide(second, reviewer, { approved: true });
  await comesTo(page, "Completed");
  await steps(page).first().locator("summary", { hasText: "1 attempt before" }).click();
  const before = page.getByRole("list", { name: "Attempts before the present one: Make a task" });
  await expect(before).toContainText("Not before Friday.");
  await expect(before.getByRole("link", { name: "Approval of attempt 1" })).toHaveAttribute("href", `/approvals/${first.id}`);
});

test("who comes too late is told, and sees how it stands", { tag: "@nojs" }, async ({ workspace, signIn, allowProblem }) => {
  allowProblem(/status of 409/);
  const page = await signIn(await workspace.member("operator"));
  const workflows = new Workflows(workspace, page);
  const { id } = await workflows.published("Follow up", [task("task", "Call Northwind")]);
  const execution = await workflows.run(id);
  await workflows.approvalOf(execution.id);
  await open(page, `/executions/${execution.id}`);
  // What the page follows by is held up, so that its button is still there.
  await page.route("**/api/fn/executions/get", (route) => route.abort());
  await workflows.api("PATCH", `/workflows/executions/${execution.id}`, { action: "cancel" });
  allowProblem(/ERR_FAILED/);
  await page.getByRole("button", { name: /^Pause/ }).click();
  await expect(page.getByRole("alert").filter({ hasText: "This execution is cancelled." })).toBeVisible();
  await page.unroute("**/api/fn/executions/get");
});

test("the list follows its address", { tag: "@nojs" }, async ({ workspace, signIn }) => {
  const operator = await signIn(await workspace.member("operator"));
  const workflows = new Workflows(workspace, operator);
  const quick = await workflows.published("Greetings", [note("note", "Hello")]);
  const slow = await workflows.published("Follow up", [task("task", "Call Northwind")]);
  const page = await signIn(await workspace.member("viewer"));
  await open(page, "/executions");
  await expect(page.getByText("Nothing has run yet")).toBeVisible();
  await workflows.comesTo((await workflows.run(quick.id)).id, "completed");
  await workflows.comesTo((await workflows.run(slow.id)).id, "waiting");
  await open(page, "/executions");
  const titles = page.getByRole("table").getByRole("rowheader");
  await expect(titles).toHaveCount(2);
  await expect(titles.first()).toContainText("Follow up");
  await page.locator("summary", { hasText: "Filters" }).click();
  await page.getByLabel("Status").selectOption("Completed");
  await page.getByLabel("Kind").selectOption("Workflow");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/status=completed.*kind=workflow/);
  await expect(titles).toHaveCount(1);
  await expect(titles).toContainText("Greetings");
  await open(page, `/executions?workflowId=${slow.id}`);
  await expect(titles).toHaveCount(1);
  await expect(titles).toContainText("Follow up");
  await expect(page.getByLabel("Workflow", { exact: true })).toHaveValue(slow.id);
  await open(page, "/executions?status=failed");
  await expect(page.getByText("No executions match")).toBeVisible();
  await page.getByRole("link", { name: "Show all executions" }).click();
  await expect(titles).toHaveCount(2);

  await titles.first().getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Follow up");
  await expect(page.getByRole("button", { name: /^(Pause|Resume|Cancel|Retry)/ })).toHaveCount(0);
  await expect(page.locator("summary", { hasText: "Cancel" })).toHaveCount(0);
});

test("executions are accessible, and narrow enough", async ({ workspace, signIn, allowProblem }) => {
  test.slow();
  allowProblem(/status of 404/);
  const page = await signIn(await workspace.member("owner"));
  await open(page, "/executions");
  await test.step("empty", () => axeEverywhere(page));
  const workflows = new Workflows(workspace, page);
  const long = "averylongwordwithoutanyspace".repeat(6);
  const first = note("note", "{{ input.who }}", { name: `Write ${long}`, onSuccess: "task" });
  const { id } = await workflows.published(`Follow up ${long}`, [first, task("task", "Call Northwind")]);
  const waiting = await workflows.run(id, { who: long });
  await workflows.approvalOf(waiting.id);
  const failed = await workflows.run(id);
  await workflows.comesTo(failed.id, "failed");
  for (const path of ["/executions", "/executions?status=paused", `/executions/${waiting.id}`, `/executions/${failed.id}`]) {
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
  for (const path of ["/executions/01a1f85c-7b1a-7531-8cf6-d8909b46437f", "/executions/not-an-id"]) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(404);
    await expect(page.getByText("There is no such execution here.")).toBeVisible();
  }
});
