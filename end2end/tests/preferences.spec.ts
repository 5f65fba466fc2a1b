/** How the pages are for one person: density, direction, time zone. */
import type { Page } from "@playwright/test";
import { axeEverywhere, expect, hydrated, open, scripts, test } from "../fixtures/index.js";
import { Queue } from "../pages/queue.js";

/** Saves what was chosen on /settings; the page comes anew. */
async function save(page: Page, what: string): Promise<void> {
  await page.getByRole("button", { name: `Save the ${what}` }).click();
  await expect(page.getByText("Your preferences are saved.")).toBeVisible();
  await hydrated(page);
}

test("compact rows are lower", { tag: "@nojs" }, async ({ workspace, reviewer }) => {
  await workspace.task("Call Northwind");
  const queue = await Queue.open(reviewer);
  const height = async () => (await queue.row("Call Northwind").boundingBox())?.height ?? 0;
  const before = await height();
  await open(reviewer, "/settings");
  await reviewer.getByRole("radio", { name: /^Compact/ }).check();
  await save(reviewer, "density");
  await expect(reviewer.getByRole("radio", { name: /^Compact/ })).toBeChecked();
  await Queue.open(reviewer);
  await expect(reviewer.locator("html")).toHaveAttribute("data-density", "compact");
  // Without scripts a time stands there whole, and its lines make the row high.
  if (scripts()) expect(await height()).toBeLessThan(before);
  await expect(queue.approve("Call Northwind")).toBeVisible();
});

// axe is a script.
test("pages begin at the right", async ({ workspace, reviewer }) => {
  test.slow();
  await workspace.task("Call Northwind");
  const approval = await workspace.pending();
  await open(reviewer, "/settings");
  await reviewer.getByRole("radio", { name: /^Right to left/ }).check();
  await save(reviewer, "direction");
  for (const path of ["/approvals", `/approvals/${approval.id}`]) {
    await open(reviewer, path);
    await expect(reviewer.locator("html")).toHaveAttribute("dir", "rtl");
    await test.step(path, () => axeEverywhere(reviewer));
  }
  await open(reviewer, "/settings");
  await reviewer.getByRole("radio", { name: /^Left to right/ }).check();
  await save(reviewer, "direction");
  await expect(reviewer.locator("html")).not.toHaveAttribute("dir", "rtl");
});

test("times are those of the chosen zone", { tag: "@nojs" }, async ({ workspace, reviewer }) => {
  await workspace.task("Call Northwind");
  await open(reviewer, "/settings");
  const zone = reviewer.getByLabel("The zone in which times are shown");
  await zone.selectOption("Asia/Tokyo");
  await save(reviewer, "time zone");
  await expect(zone).toHaveValue("Asia/Tokyo");

  await open(reviewer, "/audit");
  const time = reviewer.getByRole("table", { name: "Audit trail" }).locator("time").first();
  const at = Date.parse((await time.getAttribute("datetime")) ?? "");
  const clock = new Date(at + 9 * 3_600_000).toISOString().slice(11, 16);
  await expect(time).toHaveText(new RegExp(`, ${clock} UTC\\+9$`));
  const queue = await Queue.open(reviewer);
  await expect(queue.row("Call Northwind").getByRole("timer").locator("time")).toHaveAttribute("title", / UTC\+9$/);

  await open(reviewer, "/settings");
  await zone.selectOption("The browser's");
  await save(reviewer, "time zone");
  await open(reviewer, "/audit");
  await expect(time).toHaveText(/ UTC$/);
});
