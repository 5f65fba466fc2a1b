/** Filters, order and pages live in the address: a link shows what its sender saw. */
import { expect, open, test } from "../fixtures/index.js";
import { Queue } from "../pages/queue.js";

test("search, filters and order are in the address and survive a reload", { tag: "@nojs" }, async ({ workspace, reviewer }) => {
  await workspace.task("Call Northwind");
  await workspace.task("Call Contoso");
  await workspace.pending();
  const queue = await Queue.open(reviewer);
  const search = reviewer.getByRole("search", { name: "Approvals" });
  await search.getByRole("searchbox").fill("call");
  await search.getByRole("button", { name: "Search" }).click();
  await expect(reviewer).toHaveURL(/[?&]q=call/);
  await expect(queue.titles).toHaveText([/Northwind/, /Contoso/]);

  await search.locator("summary").click();
  await search.getByLabel("Order").selectOption("Newest first");
  await search.getByLabel("Risk").selectOption("Medium");
  await search.getByRole("button", { name: "Apply" }).click();
  await expect(reviewer).toHaveURL(/riskLevel=medium/);
  await expect(reviewer).toHaveURL(/sort=created_at/);
  await expect(queue.titles).toHaveText([/Contoso/, /Northwind/]);
  await reviewer.reload();
  await expect(queue.titles).toHaveText([/Contoso/, /Northwind/]);
  await expect(search.getByRole("searchbox")).toHaveValue("call");
  await expect(search.getByLabel("Order")).toHaveValue("created_at");

  const chips = reviewer.getByRole("list", { name: "Filters in force" });
  await chips.getByRole("link", { name: /Remove filter Text/ }).click();
  // The address changes first; the chips follow with the list, and lead to where the new list is.
  await expect(chips.getByRole("link", { name: /Remove filter Text/ })).toHaveCount(0);
  await expect(reviewer).not.toHaveURL(/q=call/);
  await expect(reviewer).toHaveURL(/riskLevel=medium/);
  await chips.getByRole("link", { name: /Remove filter Risk/ }).click();
  await expect(queue.titles).toHaveCount(3);
  await reviewer.goBack();
  await expect(queue.titles).toHaveCount(2);
  await expect(search.getByRole("searchbox")).toHaveValue("");
});

test("a filter that nothing fits says so and leads back", async ({ workspace, reviewer }) => {
  await workspace.task("Call Northwind");
  const queue = await Queue.open(reviewer, "?riskLevel=critical");
  await expect(reviewer.getByText("No approval matches")).toBeVisible();
  await reviewer.getByRole("link", { name: "Show what waits" }).click();
  await expect(queue.titles).toHaveCount(1);
});

test("a filter that does not exist is named, not ignored", async ({ reviewer, allowProblem }) => {
  allowProblem(/status of 422/);
  await reviewer.goto("/approvals?riskLevel=terrible");
  await expect(reviewer.getByRole("alert").filter({ hasText: "could not be loaded" })).toContainText(/terrible|risk/i);
});

test("an empty queue says what will appear", async ({ reviewer }) => {
  await open(reviewer, "/approvals");
  await expect(reviewer.getByText("Nothing waits for you")).toBeVisible();
});

test("orders by deadline, by age and by risk", async ({ workspace, reviewer }) => {
  await workspace.task("Soon", { expiresInSeconds: 1000 });
  await workspace.pending({ actionType: "financial_transaction", actionData: { amount: "1.00", currency: "EUR", counterparty: "Acme" }, expiresInSeconds: 3000 });
  await workspace.task("Late", { expiresInSeconds: 2000 });
  for (const [query, order] of [
    ["", [/Soon/, /Late/, /Acme/]],
    ["?sort=created_at", [/Late/, /Acme/, /Soon/]],
    ["?sort=risk", [/Acme/, /Soon/, /Late/]],
  ] as const) {
    const queue = await Queue.open(reviewer, query);
    await expect(queue.titles).toHaveText([...order]);
  }
});

test("pages follow one another without gap or repetition", { tag: "@nojs" }, async ({ workspace, reviewer }) => {
  for (let n = 0; n < 27; n++) await workspace.task(`Task ${String(n).padStart(2, "0")}`, { expiresInSeconds: 1000 + n * 60 });
  const queue = await Queue.open(reviewer);
  await expect(queue.titles).toHaveCount(25);
  await expect(queue.titles.first()).toContainText("Task 00");
  const pages = reviewer.getByRole("navigation", { name: "Pages of approvals" });
  await pages.getByRole("link", { name: "Next page" }).click();
  await expect(reviewer).toHaveURL(/cursor=/);
  await expect(queue.titles).toHaveText([/Task 25/, /Task 26/]);
  await pages.getByRole("link", { name: "First page" }).click();
  await expect(queue.titles).toHaveCount(25);
});

test("tabs show each state", { tag: "@nojs" }, async ({ workspace, reviewer }) => {
  const [one, two] = [await workspace.task("Yes"), await workspace.task("No")];
  await workspace.submit({ actionType: "log_activity", actionData: { message: "By itself" } });
  const alan = await workspace.member("reviewer", "alan");
  await workspace.decide(one, alan, { approved: true });
  await workspace.decide(two, alan, { approved: false, reviewNotes: "No." });
  const queue = await Queue.open(reviewer);
  const tabs = reviewer.getByRole("navigation", { name: "Approvals by state" });
  for (const [tab, title] of [["Approved", "Yes"], ["Rejected", "No"], ["Ran automatically", "By itself"]] as const) {
    await tabs.getByRole("link", { name: tab }).click();
    await expect(queue.titles).toHaveText([new RegExp(title)]);
    await expect(tabs.getByRole("link", { name: tab })).toHaveAttribute("aria-current", "page");
  }
  await tabs.getByRole("link", { name: "All", exact: true }).click();
  await expect(queue.titles).toHaveCount(3);
});

test("one team's approvals", async ({ workspace, reviewer }) => {
  const team = await workspace.team({ name: "Field sales", department: "sales" });
  await workspace.task("Ours", { teamId: team.id });
  await workspace.task("Theirs");
  const queue = await Queue.open(reviewer);
  await queue.row("Ours").getByRole("link", { name: /Field sales/ }).click();
  await expect(reviewer).toHaveURL(new RegExp(`teamId=${team.id}`));
  await expect(queue.titles).toHaveText([/Ours/]);
  await expect(reviewer.getByRole("link", { name: /Remove filter Team ?Field sales/ })).toBeVisible();
  await open(reviewer, "/approvals?department=sales");
  await expect(queue.titles).toHaveText([/Ours/]);
});
