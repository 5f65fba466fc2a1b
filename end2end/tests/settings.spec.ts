/** The settings: people, tokens, agents, teams, action types, webhooks, the freeze, one's own account. */
import type { Page } from "@playwright/test";
import { expect, open, test } from "../fixtures/index.js";
import { Workflows } from "../fixtures/workflows.js";
import { Detail } from "../pages/detail.js";
import { Queue } from "../pages/queue.js";

const opener = (page: Page, name: string) => page.locator("summary", { hasText: name });

test("an owner adds a member, who signs in, and shuts them out again", { tag: ["@nojs", "@phone"] }, async ({ workspace, signIn, browsers, baseURL, allowProblem }) => {
  allowProblem(/status of 401/);
  const page = await signIn(await workspace.member("owner"));
  const email = `grace@${workspace.name}.example`;
  await open(page, "/settings/members");
  await opener(page, "Add a member").click();
  await page.getByLabel("Name").fill("Grace Hopper");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Role").first().selectOption("Reviewer");
  await page.getByLabel("First password").fill("a long passphrase for grace");
  await page.getByRole("button", { name: "Add the member" }).click();
  const row = page.getByRole("table", { name: "Members" }).getByRole("row").filter({ hasText: "Grace Hopper" });
  await expect(row).toContainText("Reviewer");
  await expect(row).toContainText("Active");

  const theirs = await browsers({ ...(baseURL ? { baseURL } : {}) });
  await open(theirs, "/sign-in");
  const enter = async () => {
    await theirs.getByLabel("Email").fill(email);
    await theirs.getByLabel("Password", { exact: true }).fill("a long passphrase for grace");
    await theirs.getByRole("button", { name: "Sign in" }).click();
  };
  await enter();
  await expect(theirs).toHaveURL(/\/approvals$/);

  await row.locator("summary", { hasText: "Change" }).click();
  await row.getByLabel("Role").selectOption("Viewer");
  await row.getByRole("button", { name: "Save the role" }).click();
  await expect(row.getByRole("cell", { name: "Viewer", exact: true })).toBeVisible();
  await row.locator("summary", { hasText: "Change" }).click();
  await row.getByRole("button", { name: "Shut out" }).click();
  await expect(row).toContainText("Shut out");
  await theirs.goto("/approvals");
  await expect(theirs).toHaveURL(/\/sign-in/);
});

test("a token is shown once, works, and stops when it is revoked", { tag: ["@nojs", "@phone", "@postgres"] }, async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("owner"));
  await workspace.agent();
  await open(page, "/settings/tokens");
  await opener(page, "Add a token").click();
  await page.getByLabel("Name", { exact: true }).fill("Nightly job");
  await page.getByLabel("Speaks for").selectOption("Agent: Outreach agent");
  await page.getByRole("button", { name: "Make the token" }).click();
  const secret = page.getByRole("region", { name: "Token", exact: true });
  await expect(secret).toHaveText(/^cs_[\w-]{20,}$/);
  const token = (await secret.innerText()).trim();
  const made = await workspace.submit(
    { actionType: "log_activity", actionData: { message: "Hello" } },
    { name: "Nightly job", token },
  );
  expect(made.verdict).toBe("executed");

  await open(page, "/settings/tokens");
  await expect(page.getByText(token)).toHaveCount(0);
  await expect(secret).toHaveCount(0);
  const row = page.getByRole("table", { name: "Tokens" }).getByRole("row").filter({ hasText: "Nightly job" });
  await row.locator("summary", { hasText: "Revoke" }).click();
  await row.getByRole("button", { name: "Revoke for good" }).click();
  await expect(row).toContainText("Revoked");
  await expect(workspace.submit({ actionType: "log_activity", actionData: { message: "x" } }, { name: "", token })).rejects.toThrow("401");
});

test("an agent is added, paused and deleted", { tag: ["@nojs", "@phone"] }, async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("operator"));
  await open(page, "/settings/agents");
  await opener(page, "Add an agent").click();
  await page.getByLabel("Name").fill("Proposal Writer");
  await page.getByRole("button", { name: "Add the agent" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Proposal Writer");
  await page.getByLabel("State").selectOption("Active");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("The changes are saved.")).toBeVisible();
  await open(page, "/settings/agents");
  const row = page.getByRole("table", { name: "Agents" }).getByRole("row").filter({ hasText: "Proposal Writer" });
  await expect(row).toContainText("Active");
  await row.getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Proposal Writer");
  await opener(page, "Delete this agent").click();
  await page.getByRole("button", { name: "Delete or archive" }).click();
  await expect(page).toHaveURL(/\/settings\/agents\?done=deleted/);
  await expect(page.getByRole("link", { name: "Proposal Writer" })).toHaveCount(0);
});

test("a team's autonomy decides what waits", { tag: ["@nojs", "@phone"] }, async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("operator"));
  await workspace.agent();
  await open(page, "/settings/teams");
  await opener(page, "Add a team").click();
  await page.getByLabel("Name").fill("Field sales");
  await page.getByLabel("Department").selectOption("Sales");
  await page.getByRole("button", { name: "Add the team" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Field sales");
  await expect(page.getByRole("radio", { name: /^Supervised/ })).toBeChecked();
  const teamId = /teams\/([0-9a-f-]+)/.exec(page.url())?.[1] ?? "";
  await page.getByLabel("Agent", { exact: true }).selectOption("Outreach agent");
  await page.getByRole("button", { name: "Add to the team" }).click();
  await expect(page.getByRole("table", { name: "Agents of the team" })).toContainText("Outreach agent");

  const note = { actionType: "create_note", actionData: { title: "Minutes", body: "x" }, teamId };
  expect((await workspace.submit(note)).verdict).toBe("pending");
  await page.getByRole("radio", { name: /^Autonomous/ }).check();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText(/^The changes? (is|are) saved\.$/)).toBeVisible();
  expect((await workspace.submit(note)).verdict).toBe("executed");

  await page.getByRole("button", { name: "Freeze" }).click();
  await expect(page.getByText("Frozen", { exact: true })).toBeVisible();
  expect((await workspace.submit(note)).verdict).toBe("pending");
  await page.getByRole("button", { name: "Unfreeze" }).click();
  await expect(page.getByText("Frozen", { exact: true })).toHaveCount(0);
});

test("how a team works is set, and its work waits for its hours", { tag: ["@nojs", "@phone"] }, async ({ workspace, signIn, allowProblem }) => {
  allowProblem(/status of 422/);
  const page = await signIn(await workspace.member("operator"));
  const api = new Workflows(workspace, page);
  const made = (await api.api("POST", "/teams/templates", { template: "sales" })) as { id: string };
  await open(page, `/settings/teams/${made.id}`);
  await expect(page.getByLabel("From", { exact: true })).toBeHidden();
  await page.getByRole("radio", { name: "In these hours" }).check();
  for (const day of ["Mon", "Tue", "Wed", "Thu", "Fri"]) await page.getByLabel(day, { exact: true }).uncheck();
  const tomorrow = new Intl.DateTimeFormat("en", { weekday: "short", timeZone: "UTC" }).format(Date.now() + 2 * 86_400_000);
  await page.getByLabel(tomorrow, { exact: true }).check();
  await page.getByLabel("From", { exact: true }).fill("25:00");
  await page.getByLabel(/^Tasks at once/).fill("1");
  await page.getByLabel(/^Capabilities/).fill("outreach");
  await page.getByRole("button", { name: "Save how it works" }).click();
  await expect(page.getByLabel("From", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel(/^Tasks at once/)).toHaveValue("1");
  await page.getByLabel("From", { exact: true }).fill("09:00");
  await page.getByRole("button", { name: "Save how it works" }).click();
  await expect(page.getByText(/(The change|How the team works) is saved\./)).toBeVisible();

  const run = (await api.api("POST", `/teams/${made.id}/run`, { objective: "Find leads" })) as { id: string };
  await open(page, `/teams/${made.id}`);
  await expect(page.locator("main")).toContainText(`${tomorrow}`);
  await expect(page.locator("main")).toContainText("outreach");
  await open(page, `/executions/${run.id}`);
  await expect(page.locator("#execution-status")).toHaveText("Queued");
});

test("a built-in type is re-classed and put back", { tag: "@nojs" }, async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("admin"));
  await open(page, "/settings/action-types/log_activity");
  await page.getByLabel("Risk").selectOption("High");
  await page.getByLabel("Approvals needed").fill("2");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("(as it came: low)")).toBeVisible();
  const held = await workspace.submit({ actionType: "log_activity", actionData: { message: "x" } });
  expect(held).toMatchObject({ verdict: "pending", approval: { riskLevel: "high", requiredApprovals: 2 } });
  await opener(page, "Put back as it came").click();
  await page.getByRole("button", { name: "Put back as it came" }).click();
  await expect(page).toHaveURL(/\/settings\/action-types\?done=deleted/);
  expect((await workspace.submit({ actionType: "log_activity", actionData: { message: "x" } })).verdict).toBe("executed");
});

test("a type of one's own checks its data, and its agent performs it", { tag: ["@nojs", "@phone"] }, async ({ workspace, signIn, allowProblem }) => {
  allowProblem(/status of 422/);
  const page = await signIn(await workspace.member("admin"));
  await open(page, "/settings/action-types/new");
  await page.getByLabel("Name").fill("server.restart");
  await page.getByLabel("Title").fill("Restart a server");
  await page.getByLabel(/^Schema of the action data/).fill('{"type": "object", "required": ["host"');
  await page.getByRole("button", { name: "Register the type" }).click();
  await expect(page.getByLabel(/^Schema of the action data/)).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel(/^Schema of the action data/)).toHaveValue('{"type": "object", "required": ["host"');
  await page.getByLabel(/^Schema of the action data/).fill('{"type": "object", "required": ["host"]}');
  await page.getByRole("button", { name: "Register the type" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Restart a server");

  await expect(workspace.submit({ actionType: "server.restart", actionData: {} })).rejects.toThrow("422");
  const approval = await workspace.pending({ actionType: "server.restart", actionData: { host: "db-1" } });
  const queue = await Queue.open(page);
  await queue.readAndApprove(/server\.restart/);
  await queue.says(/server\.restart/, "Approved", "Queued");
  await workspace.api("POST", `/approvals/${approval.id}/claim`);
  await workspace.api("POST", `/approvals/${approval.id}/outcome`, { status: "succeeded", result: { uptime: 3 } });
  const detail = await Detail.open(page, approval);
  await expect(detail.fact("Outcome")).toHaveText("Succeeded");
  await expect(detail.fact("Taken by the agent")).not.toBeEmpty();
  await expect(detail.data("Result")).toContainText('"uptime": 3');
});

test("the queue calls a type of one's own by its title", async ({ workspace, signIn, server }) => {
  const page = await signIn(await workspace.member("admin"));
  const input = { name: "server.restart", title: "Restart a server", riskLevel: "high", executor: "agent" };
  const headers = { origin: server.url };
  const made = await page.request.post("/api/fn/action-types/create", { data: { input }, headers });
  expect(made.status(), await made.text()).toBe(200);
  const approval = await workspace.pending({ actionType: "server.restart", actionData: { host: "db-1" } });
  const queue = await Queue.open(page);
  await expect(queue.titles).toHaveText('Perform "Restart a server" (server.restart)');
  await Detail.open(page, approval);
  // The agent said nothing of its own, so that no words are put into its mouth.
  await expect(page.getByText("In the agent's words")).toHaveCount(0);
});

test("a webhook's secret is shown once; an address that is not https is refused", { tag: ["@nojs", "@phone"] }, async ({ workspace, signIn, allowProblem }) => {
  allowProblem(/status of 422/);
  const page = await signIn(await workspace.member("admin"));
  await open(page, "/settings/webhooks");
  await opener(page, "Add a webhook").click();
  await page.getByLabel("Name").fill("Billing");
  await page.getByLabel("Address").fill("http://hooks.halden.example/hook");
  await page.getByRole("button", { name: "Make the webhook" }).click();
  await expect(page.getByLabel("Address")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Name")).toHaveValue("Billing");
  await page.getByLabel("Address").fill("https://hooks.halden.example/hook");
  await page.getByRole("button", { name: "Make the webhook" }).click();
  const secret = page.getByRole("region", { name: "Signing secret" });
  await expect(secret).toHaveText(/^whsec_\S{20,}$/);
  const text = (await secret.innerText()).trim();
  await open(page, "/settings/webhooks");
  await expect(page.getByText(text)).toHaveCount(0);
  await page.getByRole("table", { name: "Webhooks" }).getByRole("link", { name: "Billing" }).click();
  await page.getByRole("radio", { name: /^Off/ }).check();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("The changes are saved.")).toBeVisible();
  await open(page, "/settings/webhooks");
  await expect(page.getByRole("row").filter({ hasText: "Billing" })).toContainText("Off");
});

test("a frozen workspace runs nothing by itself, and its clocks stand still", { tag: ["@nojs", "@phone", "@postgres"] }, async ({ workspace, signIn }) => {
  const waiting = await workspace.task("Waits", { expiresInSeconds: 600 });
  const page = await signIn(await workspace.member("admin"));
  await open(page, "/settings/workspace");
  await page.getByRole("button", { name: "Freeze the workspace" }).click();
  await expect(page.getByText("Frozen", { exact: true })).toBeVisible();
  const low = await workspace.submit({ actionType: "log_activity", actionData: { message: "x" } });
  expect(low.verdict).toBe("pending");
  const queue = await Queue.open(page);
  await expect(queue.row("Waits")).toContainText("clock stopped: frozen");
  const mail = await workspace.pending();
  await open(page, "/approvals");
  await queue.readAndApprove("Your offer");
  await queue.says("Your offer", "Approved", "Queued");

  await open(page, "/settings/workspace");
  await page.getByRole("button", { name: "Let work go on" }).click();
  await expect(page.getByText("Running", { exact: true })).toBeVisible();
  await expect.poll(async () => (await workspace.approval(mail.id)).outcome.status, { timeout: 15_000 }).toBe("succeeded");
  expect(Date.parse((await workspace.approval(waiting.id)).expiresAt)).toBeGreaterThan(Date.parse(waiting.expiresAt));
});

test("whose mail is internal decides the risk of a mail", async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("admin"));
  await open(page, "/settings/workspace");
  await page.getByLabel(/^Domains/).fill("halden.example");
  await page.getByRole("button", { name: "Save the domains" }).click();
  await expect(page.getByText("The internal domains are saved.")).toBeVisible();
  const mail = (to: string) => ({ actionType: "send_email", actionData: { to: [to], subject: "s", body: "b" } });
  const inside = await workspace.submit(mail("ada@halden.example"));
  const outside = await workspace.submit(mail("ada@elsewhere.example"));
  expect(outside.approval.riskReasons).toEqual(expect.arrayContaining([expect.stringMatching(/outside the organisation/)]));
  expect(inside.approval.riskReasons).not.toEqual(expect.arrayContaining([expect.stringMatching(/outside the organisation/)]));
});

test("how long audit rows, executions and messages are kept", { tag: ["@nojs", "@phone"] }, async ({ workspace, signIn, allowProblem }) => {
  allowProblem(/status of 422/);
  const page = await signIn(await workspace.member("admin"));
  await open(page, "/settings/workspace");
  for (const [label, button, few, enough, saved] of [
    ["Days (optional)", "Save the days", "29", "30", "How long audit rows are kept is saved."],
    ["Days after the end (optional)", "Save the days after the end", "6", "7", "How long executions and messages are kept is saved."],
  ] as const) {
    const days = page.getByLabel(label, { exact: true });
    const save = page.getByRole("button", { name: button, exact: true });
    await expect(days, "for ever at first").toHaveValue("");
    await days.fill(few);
    await save.click();
    await expect(days).toHaveAttribute("aria-invalid", "true");
    await expect(days).toHaveValue(few);
    await days.fill(enough);
    await save.click();
    await expect(page.getByText(saved)).toBeVisible();
    await open(page, "/settings/workspace");
    await expect(days).toHaveValue(enough);
    await days.fill("");
    await save.click();
    await expect(page.getByText(saved)).toBeVisible();
    await open(page, "/settings/workspace");
    await expect(days).toHaveValue("");
  }
  const viewer = await signIn(await workspace.member("viewer"));
  await open(viewer, "/settings/workspace");
  await expect(viewer.getByText("For ever.", { exact: true })).toHaveCount(2);
});

test("one's own account: hold and password", { tag: ["@nojs"] }, async ({ workspace, signIn, browsers, baseURL, allowProblem }) => {
  allowProblem(/status of 4(01|22)/);
  const member = await workspace.member("reviewer", "grace");
  const page = await signIn(member, { fresh: true });
  await open(page, "/settings");
  await page.getByLabel("Seconds").fill("0");
  await page.getByRole("button", { name: "Save the hold" }).click();
  await expect(page.getByText(/hold is saved|held for 0 s/)).toBeVisible();
  const approval = await workspace.task("At once");
  const queue = await Queue.open(page);
  await queue.approve("At once").click();
  await expect.poll(async () => (await workspace.approval(approval.id)).outcome.status).toBe("succeeded");
  await expect(queue.strip.getByRole("button")).toHaveCount(0);

  await open(page, "/settings");
  await page.getByLabel("Current password").fill("not my passphrase");
  await page.getByLabel("New password").fill("another long passphrase");
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByLabel("Current password")).toHaveAccessibleDescription("Error: is not your password");
  await page.getByLabel("Current password").fill(member.password);
  await page.getByLabel("New password").fill("another long passphrase");
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByText("The password is changed.")).toBeVisible();
  for (const label of ["Current password", "New password"]) await expect(page.getByLabel(label)).toHaveValue("");
  const other = await browsers({ ...(baseURL ? { baseURL } : {}) });
  await open(other, "/sign-in");
  await other.getByLabel("Email").fill(member.email);
  await other.getByLabel("Password", { exact: true }).fill("another long passphrase");
  await other.getByRole("button", { name: "Sign in" }).click();
  await expect(other).toHaveURL(/\/approvals$/);
});

test("the theme is kept for this browser", { tag: "@nojs" }, async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("reviewer"));
  await open(page, "/settings");
  await page.getByRole("main").getByRole("button", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await open(page, "/approvals");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("whoever may not change settings is told who may", async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("viewer"));
  for (const [path, words] of [
    ["/settings/members", "Owners and admins add members and change roles."],
    ["/settings/webhooks", "Owners and admins add and change webhooks."],
    ["/settings/models", "Owners and admins change the limits."],
    ["/settings/workspace", "Owners and admins change these."],
    ["/settings/action-types/send_email", "Owners and admins change action types."],
  ] as const) {
    await open(page, path);
    await expect(page.getByText(words)).toBeVisible();
    await expect(page.getByRole("main").getByRole("button", { name: /Save|Add|Freeze/ })).toHaveCount(0);
  }
});
