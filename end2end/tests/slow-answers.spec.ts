/** An answer that is slower than what changes the page meanwhile: an event, another form, a reader who goes elsewhere. */
import type { Page } from "@playwright/test";
import { expect, open, test } from "../fixtures/index.js";
import { Detail } from "../pages/detail.js";
import { Queue } from "../pages/queue.js";

/** Keeps the answers of a server function back until `seen` has happened on the page; the change is made at once. */
async function holdBack(page: Page, path: string, seen: () => Promise<void>): Promise<void> {
  await page.route(`**/api/fn/${path}`, async (route) => {
    const response = await route.fetch();
    await seen();
    await route.fulfill({ response });
  });
}

/** Follows a link that the page's script takes. */
async function goElsewhere(page: Page): Promise<void> {
  await page.getByRole("banner").getByRole("link", { name: "Records" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Records");
}

/** What was left behind neither moves the focus nor leads back. */
async function isLeftInPeace(page: Page): Promise<void> {
  // What a late answer does, it does within a few frames.
  await page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
  await expect(page).toHaveURL(/\/records/);
  await expect(page.getByRole("main")).toBeFocused();
}

test("a form that another one's answer draws anew still says what it did", async ({ workspace, signIn }) => {
  const page = await signIn(await workspace.member("operator"));
  const team = await workspace.team({ name: "Field sales", department: "sales" });
  await open(page, `/settings/teams/${team.id}`);
  await holdBack(page, "teams/freeze", () => expect(page.getByRole("button", { name: "Resume" })).toBeVisible());
  await page.getByRole("button", { name: "Freeze" }).click();
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("The team is frozen.")).toBeVisible();
  await expect(page.locator("#notice")).toBeFocused();
});

test("a decision that an event shows first still moves the focus", async ({ workspace, reviewer }) => {
  const detail = await Detail.open(reviewer, await workspace.pending());
  await holdBack(reviewer, "approvals/decide", () => expect(detail.fact("Decision")).toHaveText("Approved"));
  await detail.approve.click();
  await expect(reviewer.locator("#state-now")).toBeFocused();
});

test("who goes elsewhere while a form is sent is left in peace", async ({ workspace, signIn, reviewer }) => {
  await workspace.task("Call Northwind");
  const queue = await Queue.open(reviewer);
  await holdBack(reviewer, "approvals/decide", () => goElsewhere(reviewer));
  await queue.approve(/./).click();
  await isLeftInPeace(reviewer);

  const detail = await Detail.open(reviewer, await workspace.pending());
  await detail.approve.click();
  await isLeftInPeace(reviewer);

  const page = await signIn(await workspace.member("operator"));
  const team = await workspace.team({ name: "Field sales", department: "sales" });
  await open(page, `/settings/teams/${team.id}`);
  await holdBack(page, "teams/freeze", () => goElsewhere(page));
  await page.getByRole("button", { name: "Freeze" }).click();
  await isLeftInPeace(page);
});
