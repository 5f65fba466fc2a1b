/** Keyboard shortcuts: the whole job with them, nothing of them while somebody writes, and none when they are off. */
import type { Page } from "@playwright/test";
import { expect, hydrated, open, test, type Workspace } from "../fixtures/index.js";
import { Detail } from "../pages/detail.js";
import { Queue } from "../pages/queue.js";

const TITLES = ["One", "Two", "Three", "Four"];

/** Four tasks, the first of which expires first. */
async function tasks(workspace: Workspace): Promise<void> {
  for (const [index, title] of TITLES.entries()) await workspace.task(title, { expiresInSeconds: 3000 + index * 600 });
}

test("the list is gone through, selected and decided with shortcuts", async ({ workspace, reviewer }) => {
  await tasks(workspace);
  const queue = await Queue.open(reviewer);
  const { keyboard } = reviewer;
  await keyboard.press("j");
  await expect(queue.link("One")).toBeFocused();
  await keyboard.press("j");
  await keyboard.press("ArrowDown");
  await expect(queue.link("Three")).toBeFocused();
  await keyboard.press("k");
  await expect(queue.link("Two")).toBeFocused();

  await keyboard.press("x");
  await expect(queue.tick("Two")).toBeChecked();
  await keyboard.press("j");
  await keyboard.press("j");
  await keyboard.press("Shift+X");
  for (const title of ["Two", "Three", "Four"]) await expect(queue.tick(title)).toBeChecked();
  await expect(queue.tick("One")).not.toBeChecked();
  await keyboard.press("Escape");
  for (const title of TITLES) await expect(queue.tick(title)).not.toBeChecked();

  // `a` is not yet the decision: Enter is.
  await keyboard.press("k");
  await keyboard.press("a");
  await expect(queue.sheet.approve).toBeFocused();
  await keyboard.press("Enter");
  await expect(queue.row("Three")).toContainText("Approved");
  await expect(queue.link("Four")).toBeFocused();
  await keyboard.press("z");
  await expect(queue.row("Three").getByRole("button", { name: /^Approve/ })).toBeVisible();
  await expect(queue.link("Three")).toBeFocused();

  await keyboard.press("r");
  await expect(queue.sheet.reason).toBeFocused();
  await keyboard.type("jkxarez/.? not this week");
  await keyboard.press("Control+Enter");
  await expect(queue.row("Three")).toContainText("Rejected");
  await expect(queue.link("Four")).toBeFocused();

  await workspace.task("Five");
  await expect(queue.arrivals(1)).toBeVisible();
  await keyboard.press(".");
  await expect(queue.row("Five")).toBeVisible();
  await keyboard.press("/");
  await expect(reviewer.getByRole("searchbox")).toBeFocused();
});

test("an approval is opened, changed and approved with shortcuts", async ({ workspace, reviewer }) => {
  const approval = await workspace.task("Send the quote");
  const queue = await Queue.open(reviewer);
  const { keyboard } = reviewer;
  await keyboard.press("j");
  await keyboard.press("Enter");
  await expect(reviewer).toHaveURL(new RegExp(approval.id));
  const detail = new Detail(reviewer);
  await expect(detail.heading).toContainText("Send the quote");
  // Where opening puts it, some frames after the panel is there.
  await expect(reviewer.locator("#panel-title")).toBeFocused();
  await keyboard.press("r");
  await expect(detail.decision.getByLabel("Reason")).toBeFocused();
  await keyboard.press("Tab");
  await keyboard.press("e");
  const title = detail.field("Title");
  await expect(title).toBeFocused();
  await title.fill("Send the new quote");
  await keyboard.press("Control+Enter");
  await expect(detail.fact("Decision")).toHaveText("Approved");
  await keyboard.press("z");
  await expect(detail.approve).toBeVisible();
  await keyboard.press("g");
  await keyboard.press("u");
  await expect(reviewer).toHaveURL(/\/audit/);
  await keyboard.press("g");
  await keyboard.press("t");
  await expect(reviewer).toHaveURL(/\/teams$/);
  await keyboard.press("g");
  await keyboard.press("a");
  await expect(reviewer).toHaveURL(/\/approvals$/);
  await expect(queue.row("Send the new quote")).toBeVisible();
});

test("a key that moves the focus while a panel opens keeps it", async ({ workspace, reviewer }) => {
  await workspace.task("Send the quote");
  // A machine that draws twice a second.
  await reviewer.addInitScript(() => {
    window.requestAnimationFrame = (draw) => window.setTimeout(() => draw(performance.now()), 500);
  });
  await Queue.open(reviewer);
  const { keyboard } = reviewer;
  await keyboard.press("j");
  await keyboard.press("Enter");
  await expect(new Detail(reviewer).heading).toContainText("Send the quote");
  await keyboard.press("/");
  const search = reviewer.getByRole("searchbox");
  await expect(search).toBeFocused();
  await reviewer.evaluate(() => new Promise((done) => setTimeout(done, 1500)));
  await expect(search).toBeFocused();
});

test("a critical action asks for its target first, whatever is pressed", async ({ workspace, reviewer }) => {
  const approval = await workspace.pending({
    actionType: "financial_transaction",
    actionData: { amount: "4000.00", currency: "EUR", counterparty: "Acme Ltd" },
  });
  const queue = await Queue.open(reviewer);
  const { keyboard } = reviewer;
  for (const key of ["j", "x", "a"]) await keyboard.press(key);
  await expect(queue.sheet.about).toBeFocused();
  for (const key of ["Enter", "Control+Enter", "a", "Escape", "Enter"]) await keyboard.press(key);
  await expect(reviewer, "Enter on a row opens it").toHaveURL(new RegExp(`open=${approval.id}`));
  const detail = new Detail(reviewer);
  await expect(reviewer.locator("#panel-title")).toBeFocused();
  await keyboard.press("a");
  await expect(detail.decision.locator("#confirm")).toBeFocused();
  await keyboard.press("Enter");
  await keyboard.press("Control+Enter");
  expect((await workspace.approval(approval.id)).status).toBe("pending");
});

test("the list behind ? has every shortcut that a page names, and closes where it was opened", async ({ workspace, reviewer }) => {
  await tasks(workspace);
  const approval = await workspace.pending();
  const queue = await Queue.open(reviewer);
  await queue.approve("One").click();
  await expect(queue.strip.getByRole("button", { name: /^Undo/ })).toBeVisible();
  const named = new Set<string>();
  const collect = async () => {
    const keys = await reviewer.locator("[aria-keyshortcuts]").evaluateAll((all) => all.map((each) => each.getAttribute("aria-keyshortcuts") ?? ""));
    for (const each of keys.flatMap((text) => text.split(" "))) named.add(each);
  };
  await collect();
  await queue.link("Two").focus();
  await reviewer.keyboard.press("?");
  const dialog = reviewer.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(dialog).toBeVisible();
  const listed = new Set((await dialog.locator("kbd").allTextContents()).map((key) => key.replace(/^Ctrl /, "Control+").replace(/^Shift /, "Shift+")));
  await reviewer.keyboard.press("a");
  await reviewer.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(queue.link("Two")).toBeFocused();
  await Detail.open(reviewer, approval);
  await collect();
  expect([...named]).toEqual(expect.arrayContaining(["/", "a", "e", "r", "x", "z"]));
  for (const key of named) expect(listed).toContain(key);
});

test("letters in a field are letters", async ({ workspace, reviewer }) => {
  await tasks(workspace);
  const queue = await Queue.open(reviewer);
  const search = reviewer.getByRole("searchbox");
  await search.click();
  await reviewer.keyboard.type("gajkxaerz/.?");
  await expect(search).toHaveValue("gajkxaerz/.?");
  await expect(search).toBeFocused();
  await expect(reviewer.getByRole("dialog")).toHaveCount(0);
  await expect(queue.bulk).toBeHidden();
});

/** A small generator, so that a failure can be repeated. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

const focused = (page: Page) => page.evaluate(() => document.activeElement?.tagName ?? "none");

test("200 presses at random never lose the focus", async ({ workspace, reviewer }) => {
  test.slow();
  await tasks(workspace);
  await workspace.pending();
  await Queue.open(reviewer);
  await reviewer.keyboard.press("j");
  const keys = ["j", "k", "ArrowDown", "ArrowUp", "x", "Shift+X", "a", "r", "e", "z", ".", "/", "g", "u", "Escape", "Tab", "Shift+Tab", "?", "Enter", "q"];
  const seed = Number(process.env.KEYS_SEED ?? 1);
  const roll = dice(seed);
  const pressed: string[] = [];
  for (let press = 0; press < 200; press++) {
    const key = keys[roll(keys.length)] ?? "j";
    pressed.push(key);
    await reviewer.keyboard.press(key);
    const said = `KEYS_SEED=${seed}, after ${pressed.slice(-6).join(" ")} at ${reviewer.url()}`;
    await expect.poll(() => focused(reviewer), said).not.toMatch(/BODY|none/);
    if (!reviewer.url().includes("/approvals")) {
      await open(reviewer, "/approvals");
      await reviewer.keyboard.press("Tab");
    }
  }
});

test("turned off, no key is a shortcut and no page names one", { tag: "@phone" }, async ({ workspace, signIn }) => {
  await tasks(workspace);
  const page = await signIn(await workspace.member("reviewer", "quiet"));
  await open(page, "/settings");
  await expect(page.getByText("Next row")).toBeVisible();
  await page.getByRole("button", { name: "Turn shortcuts off" }).click();
  await expect(page.getByText("Your preferences are saved.")).toBeVisible();
  await hydrated(page);
  await expect(page.getByText("Next row")).toHaveCount(0);

  const queue = await Queue.open(page);
  await expect(page.locator("[aria-keyshortcuts], [data-command]")).toHaveCount(0);
  await queue.link("Two").focus();
  for (const key of ["j", "k", "x", "a", "r", "z", ".", "/", "?", "g", "u"]) await page.keyboard.press(key);
  await expect(queue.link("Two")).toBeFocused();
  await expect(page).toHaveURL(/\/approvals$/);
  await expect(page.getByRole("dialog")).toHaveCount(0);

  await open(page, "/settings");
  await page.getByRole("button", { name: "Turn shortcuts on" }).click();
  await expect(page.getByText("Next row")).toBeVisible();
});
