/** What people perceive who do not see colours, who listen, or who go by the keyboard; and enough time for them. */
import type { Locator, Page } from "@playwright/test";
import { expect, test, type Workspace } from "../fixtures/index.js";
import { Detail } from "../pages/detail.js";
import { Queue } from "../pages/queue.js";

const SIZES = [{ width: 390, height: 844 }, { width: 1280, height: 800 }];

/** One waiting action of each risk, and the list of them with the worst first. */
async function oneOfEach(workspace: Workspace, page: Page): Promise<Locator> {
  const team = await workspace.team({ name: "Field sales", department: "sales", autonomyLevel: "supervised" });
  await workspace.pending({ actionType: "log_activity", actionData: { message: "Called" }, teamId: team.id });
  await workspace.task("Call Northwind");
  await workspace.pending();
  await workspace.pending({ actionType: "financial_transaction", actionData: { amount: "40.00", currency: "EUR", counterparty: "Acme Ltd" } });
  const queue = await Queue.open(page, "?sort=risk");
  const rows = queue.list.locator(":scope > li");
  await expect(rows).toHaveCount(4);
  return rows;
}

test("without colours the risk is told by word, shape and edge", async ({ workspace, reviewer }) => {
  await reviewer.emulateMedia({ forcedColors: "active" });
  const rows = await oneOfEach(workspace, reviewer);
  const shapes: string[] = [];
  const edges: string[] = [];
  for (const [index, word] of ["Critical", "High", "Medium", "Low"].entries()) {
    const row = rows.nth(index);
    const badge = row.locator("span:has(> svg)").filter({ hasText: new RegExp(`^${word} risk$`) });
    await expect(badge).toBeVisible();
    shapes.push(await badge.locator("path").evaluateAll((paths) => paths.map((path) => path.getAttribute("d")).join("|")));
    edges.push(await row.evaluate((element) => {
      const { borderLeftWidth, borderLeftStyle } = getComputedStyle(element);
      return `${borderLeftWidth} ${borderLeftStyle}`;
    }));
  }
  expect(new Set(shapes).size, shapes.join("\n")).toBe(4);
  // What is low and what is medium share a plain edge; above it each has one of its own.
  expect(new Set(edges.slice(0, 3)).size, edges.join("\n")).toBe(3);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`in greys, ${colorScheme}, the four shapes look different`, async ({ workspace, reviewer }) => {
    await reviewer.emulateMedia({ colorScheme });
    const rows = await oneOfEach(workspace, reviewer);
    await reviewer.locator("html").evaluate((page) => (page.style.filter = "grayscale(1)"));
    const pictures: string[] = [];
    for (let index = 0; index < 4; index++) {
      const shape = rows.nth(index).locator("svg[class*=text-risk]");
      pictures.push((await shape.screenshot({ animations: "disabled" })).toString("base64"));
    }
    for (const [index, one] of pictures.entries()) {
      for (const other of pictures.slice(index + 1)) {
        // A shape is 14 by 14 pixels.
        expect(await otherwise(reviewer, one, other), "pixels that clearly differ").toBeGreaterThan(25);
      }
    }
  });
}

/** How many pixels of a picture are clearly lighter or darker in another one. */
async function otherwise(page: Page, one: string, other: string): Promise<number> {
  return page.evaluate(async (pictures) => {
    const [a, b] = await Promise.all(
      pictures.map(async (picture) => {
        const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes]));
        const context = new OffscreenCanvas(14, 14).getContext("2d");
        context?.drawImage(bitmap, 0, 0, 14, 14);
        const { data } = context?.getImageData(0, 0, 14, 14) ?? { data: new Uint8ClampedArray() };
        return data.filter((_, index) => index % 4 === 0);
      }),
    );
    return a?.reduce((count, grey, index) => count + Number(Math.abs(grey - (b?.[index] ?? 0)) > 60), 0) ?? 0;
  }, [one, other]);
}

test("a deadline is spoken of three times, not every second", async ({ workspace, reviewer }) => {
  test.slow();
  for (const [title, minutes] of [["Nine", 9], ["Eleven and a half", 11.5], ["Twelve", 12]] as const) {
    await workspace.task(title, { expiresInSeconds: minutes * 60 });
  }
  await reviewer.clock.install({ time: new Date() });
  const queue = await Queue.open(reviewer);
  await expect(queue.row("Nine").getByRole("timer")).toHaveText(/^expires in \d min$/);
  await queue.status.evaluate((status) => {
    const said: string[] = [];
    Object.assign(window, { said });
    new MutationObserver(() => said.push(status.textContent ?? "")).observe(status, { characterData: true, childList: true, subtree: true });
  });
  for (let step = 0; step < 20; step++) await reviewer.clock.runFor(30_000);
  await expect(queue.row("Nine").getByRole("timer")).toHaveText("expired");
  const said = await reviewer.evaluate(() => (window as unknown as { said: string[] }).said);
  expect(said.map((text) => text.replace("\u00a0", ""))).toEqual([
    "One approval expires in 10 minutes.",
    "One approval expires in 10 minutes.",
    "One approval expires in 1 minute.",
    "One approval has expired.",
  ]);
});

/** Presses Tab 40 times from the start of the content; what has focus there must show at least a part of itself. */
async function neverCovered(page: Page): Promise<void> {
  await page.locator("main").focus();
  let seen = 0;
  for (let press = 0; press < 40; press++) {
    await page.keyboard.press("Tab");
    const covered = await page.evaluate(() => {
      const focused = document.activeElement;
      if (!focused?.closest("main")) return "elsewhere";
      const { left, top, width, height } = focused.getBoundingClientRect();
      if (width < 2 || height < 2) return "elsewhere";
      const [right, bottom] = [left + width - 2, top + height - 2];
      const points = [[left + width / 2, top + height / 2], [left + 2, top + 2], [right, top + 2], [left + 2, bottom], [right, bottom]] as const;
      const over = points.map(([x, y]) => document.elementFromPoint(x, y));
      if (over.some((element) => element && (element.contains(focused) || focused.contains(element)))) return "";
      return `${focused.outerHTML.slice(0, 200)} at ${left},${top} is under ${over[0]?.outerHTML.slice(0, 200) ?? "the edge of the screen"}`;
    });
    if (covered === "elsewhere") continue;
    expect(covered).toBe("");
    seen++;
  }
  expect(seen, "elements with focus in the content").toBeGreaterThan(10);
}

for (const size of SIZES) {
  test(`in the list, one ticked, what has focus is never covered at ${size.width} px`, async ({ workspace, reviewer }) => {
    test.slow();
    // Smooth scrolling would still be under way when the place is measured.
    await reviewer.emulateMedia({ reducedMotion: "reduce" });
    await reviewer.setViewportSize(size);
    for (let n = 1; n <= 8; n++) await workspace.task(`Task ${n}`, { expiresInSeconds: 3000 + n * 600 });
    const queue = await Queue.open(reviewer);
    await queue.tick("Task 1").check();
    await expect(queue.bulk).toBeVisible();
    await neverCovered(reviewer);
  });

  test(`on an approval what has focus is never covered at ${size.width} px`, async ({ workspace, reviewer }) => {
    test.slow();
    await reviewer.emulateMedia({ reducedMotion: "reduce" });
    await reviewer.setViewportSize(size);
    await Detail.open(reviewer, await workspace.pending());
    await neverCovered(reviewer);
  });
}

test("a deadline can be moved ten times", async ({ workspace, reviewer }) => {
  test.slow();
  const approval = await workspace.task("Slow", { expiresInSeconds: 600 });
  await Detail.open(reviewer, approval);
  const given = async () => Date.parse((await workspace.approval(approval.id)).expiresAt) - Date.parse(approval.expiresAt);
  for (let hours = 1; hours <= 10; hours++) {
    await reviewer.getByRole("button", { name: "Add 1 hour" }).click();
    await expect.poll(given).toBe(hours * 3_600_000);
  }
});

test("what a screen reader finds: a row, the sheet, the decision", async ({ workspace, reviewer }) => {
  const approval = await workspace.task("Call Northwind");
  const queue = await Queue.open(reviewer);
  await expect(queue.row("Call Northwind")).toMatchAriaSnapshot(`
    - listitem:
      - 'checkbox "Select: Create the task \\"Call Northwind\\""'
      - heading "Create the task \\"Call Northwind\\"" [level=2]:
        - link "Create the task \\"Call Northwind\\""
      - paragraph:
        - text: Medium risk
        - code: create_task
      - timer:
        - time: /^expires in \\d+ (d|h)/
      - time: just now
      - 'button /^Approve ?: Create the task "Call Northwind"$/'
      - 'link /^Reject ?: Create the task "Call Northwind"$/'
  `);
  await queue.link("Call Northwind").focus();
  await reviewer.keyboard.press("a");
  await expect(queue.sheet.approve).toBeFocused();
  await expect(queue.sheet.dialog).toMatchAriaSnapshot(`
    - dialog "Your decision":
      - heading "Your decision" [level=2]
      - link "Close"
      - region "What will happen":
        - text: Medium risk
        - timer:
          - time: /^expires in \\d+ (d|h)/
        - text: Outreach agent
        - paragraph: Create the task "Call Northwind"
        - term: Title
        - definition: Call Northwind
        - term: Afterwards
        - definition: Can be put back
        - group: Show the data
      - group "Your answer":
        - button "Approve" [pressed]
        - button "Edit"
        - button "Reject"
      - group: Add a note
      - button "Approve"
  `);
  const detail = await Detail.open(reviewer, approval);
  await expect(detail.decision).toMatchAriaSnapshot(`
    - region "Decision":
      - heading "Decision" [level=2]
      - group: Add a note
      - button "Approve"
      - group: Edit
      - group: Reject
  `);
});
