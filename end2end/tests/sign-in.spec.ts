/** The door: signing in, being refused, signing out, the first set-up. */
import type { Page } from "@playwright/test";
import { expect, hydrated, open, Server, submitSignIn, test, Workspace } from "../fixtures/index.js";

const fill = async (page: Page, email: string, password: string) => {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
};

test("a member signs in and sees the approvals", { tag: ["@nojs", "@phone", "@postgres"] }, async ({ page, workspace }) => {
  await submitSignIn(page, await workspace.member("reviewer"));
  await expect(page).toHaveURL(/\/approvals$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Approvals");
  await expect(page.getByText(workspace.name).first()).toBeAttached();
});

test("a wrong password is refused without saying what was wrong", { tag: ["@nojs", "@phone"] }, async ({ page, workspace, allowProblem }) => {
  allowProblem(/status of 401/);
  const member = await workspace.member("reviewer");
  await open(page, "/sign-in");
  for (const email of [member.email, `nobody-${member.email}`]) {
    await fill(page, email, "not the right passphrase");
    await expect(page.getByRole("alert").filter({ hasText: "The e-mail address or the password is wrong." })).toBeVisible();
    await expect(page).toHaveURL(/\/sign-in/);
    await expect(page.getByLabel("Email")).toHaveValue(email);
    expect(page.url()).not.toContain("passphrase");
  }
  await fill(page, member.email, member.password);
  await expect(page).toHaveURL(/\/approvals$/);
});

test("whoever was on the way to a page gets there", { tag: ["@nojs"] }, async ({ page, workspace }) => {
  const approval = await workspace.pending();
  const member = await workspace.member("reviewer");
  await page.goto(`/approvals/${approval.id}?from=mail`);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await hydrated(page);
  await fill(page, member.email, member.password);
  await expect(page).toHaveURL(new RegExp(`/approvals/${approval.id}\\?from=mail$`));
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Your offer");
});

test("signing in never leads to another site", { tag: "@nojs" }, async ({ page, workspace }) => {
  const member = await workspace.member("reviewer");
  await open(page, "/sign-in?next=//evil.example/approvals");
  await fill(page, member.email, member.password);
  await expect(page).toHaveURL(/^http:\/\/127\.0\.0\.1:\d+\/approvals$/);
});

test("after ten wrong passwords even the right one waits", async ({ browsers, allowProblem }) => {
  allowProblem(/status of 4(01|29)/);
  // The count is by address too, so that this one has a server of its own.
  const server = await Server.start("sqlite");
  try {
    const workspace = await Workspace.create(server);
    const member = await workspace.member("reviewer");
    const page = await browsers({ baseURL: server.url });
    await open(page, "/sign-in");
    for (let wrong = 0; wrong < 10; wrong++) {
      const data = { input: { email: member.email, password: `wrong ${wrong}` } };
      const answer = await page.request.post("/api/fn/account/sign-in", { data, headers: { origin: server.url } });
      expect(answer.status()).toBe(401);
    }
    await fill(page, member.email, member.password);
    await expect(page.getByRole("alert").filter({ hasText: /Too many requests. Try again in \d+ s./ })).toBeVisible();
    await expect(page).toHaveURL(/\/sign-in/);
  } finally {
    await server.stop();
  }
});

/** What a page that is being left may still ask for, and be told that the session is over. */
const LAST_READS = /status of 401 .*\/api\/(fn\/(approvals\/(count|list|get)|notifications\/count)|orchestration\/events)\)/;

test("whoever signs out is out, on every page", { tag: ["@nojs", "@phone"] }, async ({ workspace, signIn, allowProblem }) => {
  allowProblem(LAST_READS);
  const page = await signIn(await workspace.member("reviewer"), { fresh: true });
  await open(page, "/settings");
  await page.getByRole("main").getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  for (const path of ["/approvals", "/audit", "/records", "/settings/members"]) {
    await page.goto(path);
    await expect(page, path).toHaveURL(/\/sign-in\?next=|\/sign-in$/);
  }
});

test("the member's menu signs out too", { tag: "@nojs" }, async ({ workspace, signIn, allowProblem }) => {
  allowProblem(LAST_READS);
  const page = await signIn(await workspace.member("reviewer"), { fresh: true });
  await open(page, "/approvals");
  const side = page.getByRole("banner");
  await side.locator("summary", { hasText: "Reviewer" }).click();
  await side.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
});

test("the first owner comes in by a link that works once", { tag: ["@nojs", "@phone"] }, async ({ browsers, allowProblem }) => {
  allowProblem(/status of 404/);
  const server = await Server.start("sqlite");
  try {
    await expect.poll(() => server.output).toMatch(/\/setup\?token=\S+/);
    const link = /\/setup\?token=\S+/.exec(server.output)?.[0] ?? "";
    const page = await browsers({ baseURL: server.url });
    await open(page, link);
    await page.getByLabel("Workspace").fill("Halden Instruments");
    await page.getByLabel("Your name").fill("Ada Lovelace");
    await page.getByLabel("Email").fill("ada@example.com");
    await page.getByLabel("Password").fill("correct horse battery");
    await page.getByRole("button", { name: "Set up the workspace" }).click();
    await expect(page).toHaveURL(/\/approvals$/);
    await expect(page.getByText("Halden Instruments").first()).toBeAttached();
    await expect(page.getByText("Nothing waits for you")).toBeVisible();

    const other = await browsers({ baseURL: server.url });
    expect((await other.goto(link))?.status()).toBe(404);
    await page.goto("/setup?token=guessed");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("This link does not work");
    // A page that outlives its server complains of it.
    await Promise.all([page.close(), other.close()]);
  } finally {
    await server.stop();
  }
});

test("what is wrong with a set-up is said at the field", { tag: "@nojs" }, async ({ browsers, allowProblem }) => {
  allowProblem(/status of 422/);
  const server = await Server.start("sqlite");
  try {
    await expect.poll(() => server.output).toMatch(/\/setup\?token=\S+/);
    const page = await browsers({ baseURL: server.url });
    await open(page, /\/setup\?token=\S+/.exec(server.output)?.[0] ?? "");
    await page.getByLabel("Workspace").fill("Halden");
    await page.getByLabel("Your name").fill("Ada");
    // A browser takes this address; the server wants a dot in the host.
    await page.getByLabel("Email").fill("ada@localhost");
    await page.getByLabel("Password").fill("correct horse battery");
    await page.getByRole("button", { name: "Set up the workspace" }).click();
    await expect(page.getByLabel("Email")).toHaveAttribute("aria-invalid", "true");
    await expect(page.getByLabel("Email")).toHaveAccessibleDescription(/must be an e-mail address/);
    await expect(page.getByLabel("Workspace")).toHaveValue("Halden");
    await page.getByLabel("Email").fill("ada@example.com");
    await page.getByLabel("Password").fill("correct horse battery");
    await page.getByRole("button", { name: "Set up the workspace" }).click();
    await expect(page).toHaveURL(/\/approvals$/);
    await page.close();
  } finally {
    await server.stop();
  }
});
