/** The rest of what can be done with a row, where rows are cards: on a phone, and on a desktop beside an approval. */
import { axeEverywhere, expect, scripts, test, type Workspace } from "../fixtures/index.js";
import { Detail } from "../pages/detail.js";
import { DEAF, deafen, Queue } from "../pages/queue.js";

const PHONE = { width: 390, height: 844 };

/** Three tasks, the first of which expires first. */
async function tasks(workspace: Workspace): Promise<void> {
  for (const [index, title] of ["One", "Two", "Three"].entries()) {
    await workspace.task(title, { expiresInSeconds: 30_000 + index * 600 });
  }
}

/** Where every row is in the page, however far that is scrolled: a press scrolls to what it presses. */
const places = (queue: Queue): Promise<string[]> =>
  queue.list.locator(":scope > li").evaluateAll((rows) =>
    rows.map((row) => {
      const { x, y, width, height } = row.getBoundingClientRect();
      return JSON.stringify([x, y + scrollY, width, height]);
    }),
  );

test.describe("on a phone", () => {
  test.beforeEach(async ({ reviewer }) => reviewer.setViewportSize(PHONE));

  test("a tap opens it, Escape closes it, and no row moves", { tag: ["@only-phone", "@only-nojs"] }, async ({ workspace, reviewer }) => {
    await tasks(workspace);
    const queue = await Queue.open(reviewer);
    const before = await places(queue);
    const menu = queue.menu("Two");
    await expect(menu).toBeHidden();
    const target = await queue.more("Two").boundingBox();
    expect(Math.min(target?.width ?? 0, target?.height ?? 0)).toBeGreaterThanOrEqual(44);
    if (scripts()) await queue.more("Two").tap();
    else await queue.more("Two").click();
    await expect(menu).toBeInViewport({ ratio: 1 });
    await expect(menu).toContainText("Two");
    await expect(menu.getByRole("link", { name: "Open" }), "it may cover the button").toBeFocused();
    expect(await places(queue)).toEqual(before);
    await reviewer.keyboard.press("Escape");
    await expect(menu).toBeHidden();
    await expect(queue.more("Two")).toBeFocused();

    // Another one takes its place; so does anything else that is pressed.
    await queue.more("Two").press("Enter");
    await expect(menu).toBeVisible();
    await queue.more("One").evaluate((button: HTMLElement) => button.click());
    await expect(queue.menu("One")).toBeVisible();
    await expect(menu).toBeHidden();
    await queue.heading.click();
    await expect(queue.menu("One")).toBeHidden();
    expect(await places(queue)).toEqual(before);

    const link = queue.menu("Two").getByRole("link", { name: "Open" });
    await queue.more("Two").click();
    await link.click();
    await expect(reviewer).toHaveURL(/\/approvals\/[0-9a-f-]{36}$/);
    await expect(new Detail(reviewer).heading).toContainText("Two");
  });

  test("it closes when Tab leaves it, so that it covers nothing that has focus", { tag: "@only-phone" }, async ({ workspace, reviewer }) => {
    await tasks(workspace);
    const queue = await Queue.open(reviewer);
    const { keyboard } = reviewer;
    await queue.more("One").press("Enter");
    await expect(queue.menu("One").getByRole("link", { name: "Open" })).toBeFocused();
    await keyboard.press("Shift+Tab");
    await expect(queue.more("One")).toBeFocused();
    await expect(queue.menu("One")).toBeHidden();
    await keyboard.press("Space");
    const buttons = await queue.menu("One").getByRole("button").all();
    expect(buttons.length).toBeGreaterThan(4);
    for (const button of buttons) {
      await keyboard.press("Tab");
      await expect(button).toBeFocused();
    }
    await keyboard.press("Tab");
    await expect(queue.tick("Two")).toBeFocused();
    await expect(queue.menu("One")).toBeHidden();
  });

  test("shortcuts wait while it is open, and Escape leaves the ticks alone", { tag: "@only-phone" }, async ({ workspace, reviewer }) => {
    await tasks(workspace);
    const queue = await Queue.open(reviewer);
    await queue.tick("Three").check();
    await queue.more("One").press("Enter");
    await expect(queue.menu("One")).toBeVisible();
    await reviewer.keyboard.press("a");
    await reviewer.keyboard.press("x");
    await reviewer.keyboard.press("Escape");
    await expect(queue.menu("One")).toBeHidden();
    await expect(queue.sheet.dialog).toBeHidden();
    await expect(queue.tick("One")).not.toBeChecked();
    await expect(queue.tick("Three")).toBeChecked();
  });

  test("what is snoozed leaves the list, and focus goes where it goes after a decision", { tag: "@only-phone" }, async ({ workspace, reviewer, signIn }) => {
    await tasks(workspace);
    const colleague = await signIn(await workspace.member("reviewer", "alan"));
    const queue = await Queue.open(reviewer);
    await queue.tick("Two").check();
    await (await queue.inMenu("Two", "1 hour")).click();
    await expect(queue.titles).toHaveText([/One/, /Three/]);
    await expect(queue.link("Three")).toBeFocused();
    await expect(queue.status).toHaveText(/^Snoozed until .* UTC: .*Two/);
    await expect(queue.bulk, "it is not decided on with the others").toBeHidden();
    await (await queue.inMenu("Three", "30 minutes")).click();
    await expect(queue.link("One"), "none comes after it").toBeFocused();
    await (await queue.inMenu("One", "4 hours")).click();
    await expect(reviewer.getByText("Nothing waits for you")).toBeVisible();
    await expect(queue.heading).toBeFocused();
    await expect((await Queue.open(colleague)).titles, "nobody else's").toHaveCount(3);

    const aside = await Queue.open(reviewer, "?snoozed=only");
    await expect(aside.titles).toHaveCount(3);
    await (await aside.inMenu("Two", "Bring it back")).click();
    await expect(aside.titles).toHaveText([/One/, /Three/]);
    await expect(aside.link("Three")).toBeFocused();
    await expect((await Queue.open(reviewer)).titles).toHaveText([/Two/]);
  });

  test("a reviewer says who is on it, and takes it back", { tag: ["@only-phone", "@only-nojs"] }, async ({ workspace, reviewer, signIn }) => {
    await tasks(workspace);
    const queue = await Queue.open(reviewer);
    await (await queue.inMenu("Two", "I am on it")).click();
    await expect(queue.row("Two")).toContainText("Reviewer is on it");
    await expect(queue.menu("Two")).toBeHidden();
    if (scripts()) {
      await expect(queue.more("Two")).toBeFocused();
      await expect(queue.status).toHaveText("The others see that you are on it.");
    }
    const colleague = await signIn(await workspace.member("reviewer", "alan"));
    await colleague.setViewportSize(PHONE);
    const theirs = await Queue.open(colleague);
    await (await theirs.inMenu("Two", "Take over")).click();
    await expect(theirs.row("Two")).toContainText("Alan is on it");
    await (await theirs.inMenu("Two", "Not on it any more")).click();
    await expect(theirs.row("Two")).not.toContainText("is on it");
    if (!scripts()) await reviewer.reload();
    await expect(queue.row("Two")).not.toContainText("is on it");
  });

  test("a row is selected there too, but for what is critical", { tag: "@only-phone" }, async ({ workspace, reviewer }) => {
    await tasks(workspace);
    await workspace.pending({ actionType: "financial_transaction", actionData: { amount: "40.00", currency: "EUR", counterparty: "Acme Ltd" } });
    const queue = await Queue.open(reviewer);
    await (await queue.inMenu("One", "Select")).click();
    await expect(queue.tick("One")).toBeChecked();
    await expect(queue.menu("One")).toBeHidden();
    await expect(queue.more("One")).toBeFocused();
    await expect(queue.status).toHaveText(/^Selected: .*One/);
    await expect(queue.bulk.getByRole("button", { name: "Approve 1 action" })).toBeVisible();
    await (await queue.inMenu("One", "Unselect")).click();
    await expect(queue.tick("One")).not.toBeChecked();
    await expect(await queue.inMenu("Acme", "Select")).toHaveCount(0);
    await expect(queue.menu("Acme").getByRole("button", { name: "I am on it" })).toBeVisible();
  });

  test("without scripts too a snooze takes a row out of the list", { tag: "@only-nojs" }, async ({ workspace, reviewer }) => {
    await tasks(workspace);
    const queue = await Queue.open(reviewer);
    await expect(await queue.inMenu("One", "Select"), "only a script can; the tick is there").toHaveCount(0);
    await queue.menu("One").getByRole("button", { name: "1 hour", exact: true }).click();
    await expect(queue.titles).toHaveText([/Two/, /Three/]);
    await Queue.open(reviewer, "?snoozed=only");
    await (await queue.inMenu("One", "Bring it back")).click();
    await expect(queue.titles).toHaveCount(0);
    await expect((await Queue.open(reviewer)).titles).toHaveCount(3);
  });

  test("what is wrong with a snooze is said where it is seen", { tag: ["@only-phone", "@only-nojs"] }, async ({ workspace, reviewer, allowProblem }) => {
    allowProblem(/status of 422/);
    await tasks(workspace);
    const queue = await Queue.open(reviewer);
    const hour = await queue.inMenu("One", "1 hour");
    await hour.evaluate((button) => button.setAttribute("value", "9999999"));
    await hour.click();
    await expect(queue.row("One").getByRole("alert").filter({ hasText: "must be between 60 and 2592000 seconds" })).toBeVisible();
    await expect(queue.titles).toHaveCount(3);
  });

  test("what somebody else decided meanwhile is said in the row", { tag: "@only-phone" }, async ({ workspace, reviewer, allowProblem }) => {
    allowProblem(DEAF);
    allowProblem(/status of 409/);
    await deafen(reviewer);
    await tasks(workspace);
    const gone = await workspace.task("Gone", { expiresInSeconds: 20_000 });
    const queue = await Queue.open(reviewer);
    await workspace.decide(gone, await workspace.member("reviewer", "alan"), { approved: false, reviewNotes: "No." });
    await (await queue.inMenu("Gone", "1 hour")).click();
    await expect(queue.row("Gone")).toContainText("already rejected by Alan");
    await expect(queue.row("Gone")).toContainText("Rejected");
    await expect(queue.link("Gone")).toBeFocused();
    await expect(queue.more("Gone"), "nothing is left to do").toHaveCount(0);
  });

  test("who may not decide has none", { tag: "@only-phone" }, async ({ workspace, signIn }) => {
    await tasks(workspace);
    const queue = await Queue.open(await signIn(await workspace.member("viewer")));
    await expect(queue.titles).toHaveCount(3);
    await expect(queue.list.locator("[popovertarget]")).toHaveCount(0);
  });

  test("it is accessible while it is open", { tag: "@only-phone" }, async ({ workspace, reviewer }) => {
    test.slow();
    await tasks(workspace);
    const queue = await Queue.open(reviewer);
    await queue.more("One").click();
    await expect(queue.menu("One")).toMatchAriaSnapshot(`
      - 'group "More for: Create the task \\"One\\""':
        - paragraph: Create the task "One"
        - link "Open"
        - button "I am on it"
        - button "Select"
        - paragraph: Snooze
        - paragraph: "It leaves your list, nobody else's, and comes back by itself in:"
        - button "30 minutes"
        - button "1 hour"
        - button "4 hours"
    `);
    await axeEverywhere(reviewer);
  });
});

test("on a wide screen it is not there, unless an approval beside the list makes cards of the rows", async ({ workspace, reviewer }) => {
  await tasks(workspace);
  const queue = await Queue.open(reviewer);
  const button = queue.row("Two").locator("[popovertarget]");
  await expect(button).toHaveCount(1);
  await expect(button).toBeHidden();

  await queue.link("One").click();
  const title = reviewer.locator("#panel-title");
  await expect(title).toBeFocused();
  await queue.more("Two").click();
  await queue.menu("Two").getByRole("link", { name: "Open" }).click();
  await expect(title).toContainText("Two");
  await expect(title).toBeFocused();
  await expect(queue.menu("Two")).toBeHidden();

  // What is shown beside the list goes with its row.
  await (await queue.inMenu("Two", "1 hour")).click();
  await expect(title).toHaveCount(0);
  await expect(reviewer).toHaveURL(/\/approvals$/);
  await expect(queue.titles).toHaveText([/One/, /Three/]);
  await expect(queue.heading).toBeFocused();
});
