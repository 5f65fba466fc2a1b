/** The dashboard: its numbers are the API's, they lead to lists that are as long, and everybody can read it. */
import type { Page } from "@playwright/test";
import { axe, axeEverywhere, expect, hydrated, open, scripts, test, type Workspace } from "../fixtures/index.js";

interface Figures {
  actions: number;
  automatic: number;
  automaticShare: number | null;
  approved: number;
  rejected: number;
  approvalRate: number | null;
}

interface Metrics {
  figures: Figures;
  slices: { figures: Figures }[];
  pending: { riskLevel: string; count: number }[];
}

/** Some of each: two ran by themselves, four asked, one of them approved and one rejected. */
async function lived(workspace: Workspace): Promise<{ team: { id: string } }> {
  const team = await workspace.team({ name: "Field sales", department: "sales", autonomyLevel: "semi_autonomous" });
  for (const message of ["Called Northwind", "Called Contoso"]) {
    // Of no team: an agent that is not in it does not gain its autonomy.
    await workspace.submit({ actionType: "log_activity", actionData: { message } });
  }
  const alan = await workspace.member("reviewer", "alan");
  const approved = await workspace.task("Send the quote", { teamId: team.id });
  await workspace.decide(approved, alan, { approved: true });
  const rejected = await workspace.task("Send it again", { teamId: team.id });
  await workspace.decide(rejected, alan, { approved: false, reviewNotes: "Once is enough." });
  await workspace.task("Call them", { teamId: team.id });
  await workspace.pending();
  return { team };
}

async function figures(workspace: Workspace, query: string): Promise<Metrics> {
  return (await workspace.api("GET", `/metrics?${query}`, undefined, await workspace.person(await workspace.member("owner")))) as Metrics;
}

/** How many rows the audit trail at this address has, all pages together. */
async function rows(page: Page): Promise<number> {
  let count = 0;
  for (;;) {
    await hydrated(page);
    await expect(page.getByRole("heading", { level: 1, name: "Audit" })).toBeVisible();
    const rows = page.getByRole("table", { name: "Audit trail" }).getByRole("rowheader");
    // A list that is loaded after its page has none for a moment; those asked about are never empty.
    await expect(rows.first()).toBeVisible();
    count += await rows.count();
    const next = page.getByRole("link", { name: "Next page" });
    if ((await next.count()) === 0) return count;
    await next.click();
  }
}

test("the numbers are the API's and lead to lists that are as long", { tag: ["@nojs", "@postgres"] }, async ({ workspace, reviewer }) => {
  test.slow();
  await lived(workspace);
  const { figures: all, pending } = await figures(workspace, "range=7d&tz=UTC");
  expect(all).toMatchObject({ actions: 6, automatic: 2, approved: 1, rejected: 1, approvalRate: 0.5 });
  await open(reviewer, "/?range=7d&tz=UTC");
  const strip = reviewer.getByRole("list", { name: "Figures of the range" });
  for (const [name, text, count] of [
    [/actions: see the list/, `${all.actions}`, all.actions],
    [/automatic: see the list/, "33 %", all.automatic],
    [/approved: see the list/, "50 %", all.approved + all.rejected],
  ] as const) {
    const link = strip.getByRole("link", { name });
    await expect(link).toContainText(text);
    await link.click();
    await expect(reviewer).toHaveURL(/\/audit\?/);
    expect(await rows(reviewer)).toBe(count);
    await open(reviewer, "/?range=7d&tz=UTC");
  }
  for (const { riskLevel, count } of pending) {
    await expect(reviewer.getByRole("link", { name: `${count} ${riskLevel} waiting` })).toBeVisible();
  }
  await reviewer.getByRole("link", { name: "1 medium waiting" }).click();
  await expect(reviewer).toHaveURL(/\/approvals\?.*riskLevel=medium/);
  await expect(reviewer.getByRole("link", { name: /Call them/ }).first()).toBeVisible();
});

test("department, range and zone are in the address", { tag: "@nojs" }, async ({ workspace, reviewer, allowProblem }) => {
  allowProblem(/422/);
  await lived(workspace);
  await open(reviewer, "/?tz=Asia/Kathmandu");
  await expect(reviewer.getByText("Days of Asia/Kathmandu")).toBeVisible();
  await reviewer.getByRole("navigation", { name: "Departments" }).getByRole("link", { name: "Sales" }).click();
  await expect(reviewer).toHaveURL(/department=sales/);
  const actions = reviewer.getByRole("list", { name: "Figures of the range" }).getByRole("link", { name: /actions: see/ });
  await expect(actions).toContainText("3");
  await reviewer.getByRole("navigation", { name: "Range" }).getByRole("link", { name: "30 days" }).click();
  await expect(reviewer).toHaveURL(/department=sales.*range=30d/);
  await expect(actions).toContainText("3");
  await reviewer.getByRole("navigation", { name: "Departments" }).getByRole("link", { name: "Finance" }).click();
  await expect(actions).toContainText("0");
  await expect(reviewer.getByText("Agents did nothing in this range.")).toBeVisible();
  await reviewer.goto("/?tz=Europe/Nowhere");
  await expect(reviewer.getByRole("alert")).toContainText("such as Europe/Vienna");
});

test("a chart has a name, a takeaway, its numbers as a table, and one tab stop with arrow keys", async ({ workspace, reviewer }) => {
  await lived(workspace);
  const { slices } = await figures(workspace, "range=7d&tz=UTC");
  await open(reviewer, "/?range=7d&tz=UTC");
  const chart = reviewer.getByRole("figure", { name: "Actions by verdict" });
  await expect(chart).toContainText("6 actions: 33 % ran by themselves, 67 % were held for people, 0 % denied.");
  await chart.locator("summary").click();
  const table = chart.getByRole("table", { name: "Actions by verdict: the numbers" });
  await expect(table.getByRole("rowheader")).toHaveCount(slices.length);
  const last = table.getByRole("row").last().getByRole("cell");
  const now = slices.at(-1)?.figures;
  await expect(last.nth(0)).toHaveText(`${now?.automatic}`);
  const plot = chart.getByRole("slider", { name: "Actions by verdict, by point" });
  await plot.focus();
  const words = () => plot.getAttribute("aria-valuetext");
  expect(await words()).toMatch(/ran by themselves 2, held for people 4, denied 0$/);
  await reviewer.keyboard.press("ArrowLeft");
  expect(await words()).toMatch(/ran by themselves 0, held for people 0, denied 0$/);
  await reviewer.keyboard.press("Home");
  await expect(plot).toHaveAttribute("aria-valuenow", "1");
  await reviewer.keyboard.press("End");
  await expect(plot).toHaveAttribute("aria-valuenow", `${slices.length}`);
  await expect(chart.locator("[tabindex='0']")).toHaveCount(1);
});

test("it follows what happens without losing what is open", async ({ workspace, reviewer }) => {
  await lived(workspace);
  await open(reviewer, "/?range=7d&tz=UTC");
  const chart = reviewer.getByRole("figure", { name: "Actions by verdict" });
  await chart.locator("summary").click();
  await chart.getByRole("slider").focus();
  await workspace.submit({ actionType: "log_activity", actionData: { message: "Called Fabrikam" } });
  await expect(reviewer.getByRole("list", { name: "Figures of the range" }).getByRole("link", { name: /actions: see/ })).toContainText("7");
  await expect(reviewer.getByRole("link", { name: /Called Fabrikam/ })).toBeVisible();
  await expect(chart.getByRole("table")).toBeVisible();
  await expect(chart.getByRole("slider")).toBeFocused();
});

test("an operator changes a team's autonomy and freezes it there", async ({ workspace, signIn }) => {
  await lived(workspace);
  const page = await signIn(await workspace.member("operator"));
  await open(page, "/?tz=UTC");
  const row = page.getByRole("row").filter({ hasText: "Field sales" });
  await row.locator("summary").click();
  await row.getByLabel(/^Supervised/).check();
  await row.getByRole("button", { name: /Set the autonomy/ }).click();
  // It has to be confirmed first.
  await expect(row.getByText("Supervised", { exact: true })).toBeVisible();
  await row.getByLabel(/From now on/).check();
  await row.getByRole("button", { name: /Set the autonomy/ }).click();
  await expect(page.getByText("Field sales is supervised now.")).toBeVisible();
  await row.getByRole("button", { name: /^Freeze\s?: Field sales$/ }).click();
  await expect(page.getByText("Field sales is frozen: nothing runs by itself.")).toBeVisible();
  await expect(row).toContainText("Frozen");
  await open(page, "/audit?event=team");
  await expect(page.getByRole("table", { name: "Audit trail" })).toContainText("Field sales");
});

test("a reviewer sees how they review, an owner everybody", async ({ workspace, reviewer, signIn }) => {
  await lived(workspace);
  const task = await workspace.task("Look first");
  const grace = await workspace.member("reviewer");
  await workspace.decide(task, grace, { approved: true });
  await open(reviewer, "/?tz=UTC");
  const oversight = (page: Page) => page.getByRole("table", { name: "Oversight by reviewer" });
  await expect(oversight(reviewer).getByRole("rowheader")).toHaveText([grace.name]);
  await oversight(reviewer).getByRole("link", { name: "1 decided without opening" }).click();
  expect(await rows(reviewer)).toBe(1);
  const owner = await signIn(await workspace.member("owner"));
  await open(owner, "/?tz=UTC");
  await expect(oversight(owner).getByRole("rowheader")).toHaveText(["Alan", grace.name]);
});

test("nothing is in the way of anybody, empty or full, at any width", async ({ workspace, reviewer }) => {
  test.slow();
  await open(reviewer, "/?tz=UTC");
  await expect(reviewer.getByText("No agent has done anything yet")).toBeVisible();
  await axeEverywhere(reviewer);
  await lived(workspace);
  await open(reviewer, "/?tz=UTC");
  await axeEverywhere(reviewer);
  for (const width of [320, 390, 1280]) {
    await reviewer.setViewportSize({ width, height: 800 });
    const over = await reviewer.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(over, `pixels that scroll sideways at ${width} px`).toBeLessThanOrEqual(0);
  }
  await reviewer.emulateMedia({ forcedColors: "active" });
  await axe(reviewer);
});

test("without a script the charts are pictures with words", { tag: "@nojs" }, async ({ workspace, reviewer }) => {
  test.skip(scripts(), "the other tests are about the page with a script");
  await lived(workspace);
  await open(reviewer, "/?range=7d&tz=UTC");
  const chart = reviewer.getByRole("figure", { name: "Actions by verdict" });
  await expect(chart.getByRole("img", { name: /Actions by verdict. 6 actions/ })).toBeVisible();
  await expect(chart.locator("[tabindex]")).toHaveCount(0);
});
