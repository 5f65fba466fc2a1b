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

/** Holds the code of the late pages back until it is let go. */
async function holdCode(page: Page): Promise<() => void> {
  let release!: () => void;
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(/split_late/, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

/** As a link on the page would, which the router takes. */
async function follow(page: Page, address: string): Promise<void> {
  await page.evaluate((href) => {
    const link = document.body.appendChild(document.createElement("a"));
    link.href = href;
    link.click();
    link.remove();
    return new Promise((done) => setTimeout(done, 100));
  }, address);
}

test("of several pages asked for in a row the last one is drawn, however late their code comes", async ({
  workspace,
  reviewer,
}) => {
  await workspace.task("Call Northwind");
  const queue = await Queue.open(reviewer);
  const release = await holdCode(reviewer);
  for (const address of ["/audit", "/teams", "/approvals"]) await follow(reviewer, address);
  release();
  // What a late page would replace, it does within a few frames of its code.
  await reviewer.evaluate(() => new Promise((done) => setTimeout(done, 1500)));
  await expect(reviewer).toHaveURL(/\/approvals$/);
  await expect(queue.row("Call Northwind")).toBeVisible();
  await follow(reviewer, "/teams");
  await expect(reviewer.getByRole("heading", { level: 1 })).toHaveText("Teams");
});

test("of two pages of one kind asked for in a row the second is drawn", async ({ workspace, reviewer }) => {
  const first = await workspace.record({ kind: "contact", title: "Ada Berg" });
  const second = await workspace.record({ kind: "contact", title: "Bo Lind" });
  await Queue.open(reviewer);
  const release = await holdCode(reviewer);
  for (const record of [first, second]) await follow(reviewer, `/records/${record.id}`);
  release();
  await expect(reviewer.getByRole("heading", { level: 1 })).toHaveText("Bo Lind");
  await expect(reviewer).toHaveURL(new RegExp(second.id));
});
