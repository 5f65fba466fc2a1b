/** Saved views: lists under a name, one's own and the shared ones. */
import type { Page } from "@playwright/test";
import { expect, type Member, open, scripts, test, type Workspace } from "../fixtures/index.js";
import { Queue } from "../pages/queue.js";

const saved = (page: Page) => page.getByRole("navigation", { name: "Saved views" });
const opener = (page: Page) => page.locator("summary", { hasText: "Save this view" });

/** Saves the list that is shown. */
async function save(page: Page, name: string, shared = false): Promise<void> {
  await opener(page).click();
  const form = page.locator("form#save-view");
  await form.getByLabel("Name").fill(name);
  if (shared) await form.getByRole("checkbox", { name: /^Share it/ }).check();
  await form.getByRole("button", { name: "Save the view" }).click();
  await expect(saved(page).getByRole("link", { name })).toBeVisible();
}

/** A view, made through the API. */
async function view(workspace: Workspace, member: Member, name: string, query: string): Promise<void> {
  await workspace.api("POST", "/views", { name, query }, await workspace.person(member));
}

test("a filtered list is saved under a name, and shared or not", { tag: "@nojs" }, async ({ workspace, reviewer, signIn }) => {
  await workspace.task("Call Northwind");
  await workspace.pending();
  const queue = await Queue.open(reviewer);
  await expect(opener(reviewer), "the list without filters is there anyway").toHaveCount(0);

  await Queue.open(reviewer, "?riskLevel=medium");
  await save(reviewer, "For the phone", true);
  if (scripts()) await expect(queue.status).toHaveText("Saved: For the phone");
  await expect(opener(reviewer), "it is saved already").toHaveCount(0);
  await Queue.open(reviewer, "?riskLevel=high&sort=risk");
  await save(reviewer, "Worth a look");

  await open(reviewer, "/approvals");
  await expect(queue.titles).toHaveCount(2);
  await saved(reviewer).getByRole("link", { name: "For the phone" }).click();
  await expect(reviewer).toHaveURL(/\/approvals\?riskLevel=medium$/);
  await expect(queue.titles).toHaveText([/Northwind/]);
  await expect(saved(reviewer).getByRole("link", { name: "For the phone" })).toHaveAttribute("aria-current", "page");

  const colleague = await signIn(await workspace.member("reviewer", "alan"));
  await open(colleague, "/approvals");
  const theirs = saved(colleague).getByRole("link");
  await expect(theirs).toHaveText([/^For the phone \(Shared by Reviewer\)$/, "Change"]);
  await theirs.first().click();
  await expect(colleague).toHaveURL(/\/approvals\?riskLevel=medium$/);
  await expect(new Queue(colleague).titles).toHaveText([/Northwind/]);
});

test("1 to 4 open the first four", async ({ workspace, reviewer }) => {
  const member = await workspace.member("reviewer");
  const queries = ["riskLevel=low", "riskLevel=medium", "riskLevel=high", "riskLevel=critical", "sort=risk"];
  for (const [index, query] of queries.entries()) await view(workspace, member, `View ${index + 1}`, query);
  await Queue.open(reviewer);
  await expect(saved(reviewer).getByRole("link", { name: /^View/ })).toHaveCount(5);
  for (const [index, query] of queries.slice(0, 4).entries()) {
    await reviewer.keyboard.press(String(index + 1));
    await expect(reviewer).toHaveURL(new RegExp(`/approvals\\?${query}$`));
    await expect(saved(reviewer).locator("[aria-current]")).toHaveText(`View ${index + 1}`);
  }
  await reviewer.keyboard.press("5");
  await expect(saved(reviewer).getByRole("link", { name: "View 5" })).not.toHaveAttribute("aria-keyshortcuts");
  await expect(reviewer).toHaveURL(/riskLevel=critical$/);
});

test("the settings rename, share and delete a view", async ({ workspace, reviewer, signIn }) => {
  const member = await workspace.member("reviewer");
  await view(workspace, member, "Big ones", "riskLevel=critical");
  await view(workspace, member, "By risk", "sort=risk");
  await open(reviewer, "/settings/views");
  const rows = reviewer.getByRole("list", { name: "Saved views" }).getByRole("listitem");
  await expect(rows).toHaveText([/Big ones.*Yours alone.*riskLevel=critical/, /By risk/]);

  const big = rows.filter({ has: reviewer.getByRole("link", { name: /^Big/ }) });
  await big.locator("summary", { hasText: "Change" }).click();
  await big.getByLabel("Name").fill("Biggest");
  await big.getByRole("radio", { name: "Everybody in the workspace" }).check();
  await big.getByRole("button", { name: "Save" }).click();
  await expect(reviewer.getByText("Saved: Biggest")).toBeVisible();
  await expect(rows, "shared ones come last").toHaveText([/By risk/, /Biggest.*Yours, shared with the workspace/]);

  // A colleague may use it, not change it.
  const colleague = await signIn(await workspace.member("reviewer", "alan"));
  await open(colleague, "/settings/views");
  const theirs = colleague.getByRole("list", { name: "Saved views" }).getByRole("listitem");
  await expect(theirs).toHaveText([/Biggest.*Shared by Reviewer/]);
  await expect(theirs.locator("summary")).toHaveCount(0);

  await big.locator("summary", { hasText: "Delete" }).click();
  await big.getByRole("button", { name: /^Delete the view/ }).click();
  await expect(reviewer.getByText("The view is deleted.")).toBeVisible();
  await expect(rows).toHaveText([/By risk/]);
  await open(colleague, "/approvals");
  await expect(saved(colleague)).toHaveCount(0);
});
