/**
 * How quickly the queue answers a reviewer: interaction to next paint over a session of 100 decisions, and how long
 * `/approvals` takes to hydrate. Both with the processor slowed down four times, as a phone is.
 *
 * The browser's own Event Timing is read. It tells of interactions of 16 ms and more, in steps of 8 ms, and counts all
 * of them, so that what it does not tell of was quicker.
 */
import type { CDPSession, Page } from "@playwright/test";
import { expect, hydrated, open, test, type Workspace } from "../fixtures/index.js";
import { Queue } from "../pages/queue.js";

const SLOWED = 4;
const DECISIONS = 100;
const ROWS = 25;
const LOADS = 15;
const GOAL_MS = 100;

/** Durations that the page has seen since it was loaded, one for each interaction. */
interface Seen {
  durations: number[];
  interactions: number;
}

async function watched(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const longest = new Map<number, number>();
    Object.assign(window, {
      seen: () => ({
        durations: [...longest.values()],
        interactions: (performance as Performance & { interactionCount?: number }).interactionCount ?? longest.size,
      }),
    });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEventTiming & { interactionId: number })[]) {
        if (entry.interactionId > 0) {
          longest.set(entry.interactionId, Math.max(entry.duration, longest.get(entry.interactionId) ?? 0));
        }
      }
    }).observe({ type: "event", buffered: true, durationThreshold: 16 } as PerformanceObserverInit);
    new MutationObserver((_, observer) => {
      if (document.documentElement?.dataset["hydrated"] !== "true") return;
      performance.mark("hydrated");
      observer.disconnect();
    }).observe(document, { attributes: true, subtree: true, attributeFilter: ["data-hydrated"] });
  });
}

async function slowed(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWED });
  return session;
}

async function seen(page: Page): Promise<Seen> {
  // Entries come after the frame that they are about.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50))));
  return page.evaluate(() => (window as unknown as { seen: () => Seen }).seen());
}

const at = (sorted: number[], share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/** A line of the bench's table. */
function line(what: string, goal: string, measured: string, met?: boolean): void {
  const verdict = met === undefined ? "" : met ? "met" : "MISSED";
  console.log(`\n${what.padEnd(52)} ${goal.padEnd(12)} ${measured.padEnd(44)} ${verdict}`);
}

async function fill(workspace: Workspace, count: number): Promise<void> {
  for (let made = 0; made < count; made += 10) {
    await Promise.all(
      Array.from({ length: Math.min(10, count - made) }, (_, index) =>
        workspace.task(`Call customer ${made + index}`, { expiresInSeconds: 3600 + (made + index) * 60 }),
      ),
    );
  }
}

/** One page of the list, decided as people do: the pointer, the keys with the sheet, a reason, several at once. */
async function decidePage(page: Page): Promise<void> {
  const queue = await Queue.open(page);
  const titles = await queue.titles.getByRole("link").allInnerTexts();
  expect(titles).toHaveLength(ROWS);
  const [clicked, keyed, rejected, together] = [titles.slice(0, 8), titles.slice(8, 15), titles.slice(15, 20), titles.slice(20)];
  for (const title of clicked) {
    await queue.approve(title).click();
    await expect(queue.row(title)).toContainText("Approved");
  }
  for (const title of keyed) {
    await queue.link(title).focus();
    await page.keyboard.press("a");
    await expect(queue.sheet.approve).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(queue.row(title)).toContainText("Approved");
    await page.keyboard.press("j");
  }
  for (const title of rejected) {
    await queue.link(title).focus();
    await page.keyboard.press("r");
    await expect(queue.sheet.reason).toBeFocused();
    // Pasted: letters typed one by one would be interactions of their own, and quick ones.
    await page.keyboard.insertText("Not now.");
    await page.keyboard.press("Control+Enter");
    await expect(queue.row(title)).toContainText("Rejected");
  }
  for (const title of together) {
    await queue.link(title).focus();
    await page.keyboard.press("x");
  }
  await queue.bulk.getByRole("button", { name: "Approve 5 actions" }).click();
  for (const title of together) await expect(queue.row(title)).toContainText("Approved");
}

test("interaction to next paint over 100 decisions", async ({ workspace, reviewer: page }) => {
  await fill(workspace, DECISIONS);
  await watched(page);
  await slowed(page);
  const durations: number[] = [];
  let interactions = 0;
  for (let decided = 0; decided < DECISIONS; decided += ROWS) {
    await decidePage(page);
    const here = await seen(page);
    durations.push(...here.durations);
    interactions += here.interactions;
  }
  expect(interactions, "the browser has told of the interactions").toBeGreaterThan(DECISIONS);
  const quick = Array.from({ length: Math.max(0, interactions - durations.length) }, () => 16);
  const sorted = [...quick, ...durations].sort((a, b) => a - b);
  const [p50, p75, p98] = [at(sorted, 0.5), at(sorted, 0.75), at(sorted, 0.98)];
  line(
    `interaction to next paint, ${DECISIONS} decisions, CPU / ${SLOWED}`,
    `p75 ≤ ${GOAL_MS} ms`,
    `p50 ${p50}, p75 ${p75}, p98 ${p98} ms of ${interactions}`,
    p75 <= GOAL_MS,
  );
});

test("hydration of /approvals", async ({ workspace, reviewer: page }) => {
  await fill(workspace, ROWS);
  await watched(page);
  const measure = async (): Promise<number[]> => {
    const times: number[] = [];
    for (let load = 0; load < LOADS; load++) {
      await open(page, "/approvals");
      await hydrated(page);
      times.push(
        await page.evaluate(() => {
          const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
          const [mark] = performance.getEntriesByName("hydrated");
          return (mark?.startTime ?? Number.NaN) - (navigation?.responseEnd ?? 0);
        }),
      );
    }
    return times.sort((a, b) => a - b);
  };
  const rounds: [string, number[]][] = [["", await measure()]];
  await slowed(page);
  rounds.push([`, CPU / ${SLOWED}`, await measure()]);
  for (const [how, times] of rounds) {
    expect(times.every((time) => time > 0)).toBe(true);
    line(`hydration of /approvals after its HTML${how}`, "", `p50 ${at(times, 0.5).toFixed(0)}, p90 ${at(times, 0.9).toFixed(0)} ms`);
  }
});
