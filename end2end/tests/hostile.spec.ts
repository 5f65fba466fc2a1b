/** What an agent writes is text: it can neither hide, nor act, nor push the decision away. */
import { expect, test } from "../fixtures/index.js";
import { Detail } from "../pages/detail.js";
import { Queue } from "../pages/queue.js";

const BIDI = "Invoice \u202egnp.exe";
const HIDDEN = ["U+202E", "U+200B", "U+2066", "U+00A0"];

const hostile = {
  actionType: "send_email",
  actionData: { to: ["x@evil.example"], subject: BIDI, body: "zero\u200bwidth \u2066isolated\u2069 a\u00a0b" },
  description: "Please \u202eapprove quickly <b>now</b>",
};

test("characters that hide or reorder text are shown, to eyes and to screen readers", { tag: ["@nojs", "@phone"] }, async ({ workspace, reviewer }) => {
  const approval = await workspace.pending(hostile);
  const queue = await Queue.open(reviewer);
  const title = queue.titles.first();
  await expect(title.getByText("U+202E")).toBeVisible();
  await expect(title.getByRole("link")).toHaveAccessibleName(/Invoice hidden character U\+202E ?gnp\.exe/);
  await expect(queue.review("Invoice")).toHaveAccessibleName(/Invoice \[U\+202E\]gnp\.exe/);

  const detail = await Detail.open(reviewer, approval);
  await expect(detail.heading).toContainText("Invoice [U+202E]gnp.exe");
  const json = await detail.json("Action data");
  for (const code of HIDDEN) {
    await expect(detail.data("Action data").getByText(code).first()).toBeVisible();
    await expect(json.getByText(code).first()).toBeVisible();
  }
  await expect(reviewer.getByText("In the agent's words")).toBeVisible();
  // Nowhere on the page does such a character work: not in the text, not in a label, not in the title.
  const left = await reviewer.evaluate(() => {
    const parts = [document.body.innerText, document.title];
    for (const element of document.querySelectorAll("*")) {
      // What a copy button or a form sends is exact, and nobody reads it.
      for (const name of ["aria-label", "title", "alt", "placeholder"]) parts.push(element.getAttribute(name) ?? "");
    }
    return [...parts.join("\n").matchAll(/[\u202a-\u202e\u2066-\u2069\u200b-\u200f\u2060]/g)].map(([found]) => found.codePointAt(0)?.toString(16));
  });
  expect(left).toEqual([]);
  const tree = await reviewer.locator("main").ariaSnapshot();
  expect(tree).toContain("hidden character U+202E");
  expect(tree).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b]/);
});

test("markup stays text", { tag: ["@nojs"] }, async ({ workspace, reviewer }) => {
  const markup = `<img src=x onerror="window.hit=1"><script>window.hit=1</script>`;
  const approval = await workspace.pending({
    actionType: "send_email",
    actionData: { to: ["a@example.org"], subject: markup, body: `</code></pre>${markup}`, replyTo: "b@example.org" },
    description: markup,
  });
  const queue = await Queue.open(reviewer);
  await expect(queue.titles.first()).toContainText(markup);
  const detail = await Detail.open(reviewer, approval);
  await expect(detail.heading).toContainText(markup);
  await expect(detail.data("Action data")).toContainText(`</code></pre><img`);
  await expect(await detail.json("Action data")).toContainText(`</code></pre><img`);
  await expect(reviewer.locator("main img")).toHaveCount(0);
  expect(await reviewer.evaluate(() => "hit" in window)).toBe(false);
});

test("ten thousand lines do not push the decision away", { tag: ["@phone"] }, async ({ workspace, reviewer }) => {
  const lines = "\n".repeat(10_000);
  const approval = await workspace.pending({
    actionType: "send_email",
    actionData: { to: ["a@example.org"], subject: "Long", body: `top${lines}bottom` },
    description: `Harmless.${lines.slice(0, 9_000)}Not at all harmless.`,
  });
  const queue = await Queue.open(reviewer);
  const row = await queue.row("Long").boundingBox();
  expect(row?.height).toBeLessThan(300);
  await expect(queue.review("Long")).toBeInViewport();

  const detail = await Detail.open(reviewer, approval);
  const data = detail.data("Action data");
  await expect(data).toContainText("bottom");
  expect((await data.boundingBox())?.height, "the data scrolls in a region of its own").toBeLessThan(1200);
  const height = await reviewer.evaluate(() => document.documentElement.scrollHeight);
  expect(height, "the agent's words do not make the page endless").toBeLessThan(6000);
  await detail.approve.click();
  await expect(detail.fact("Decision")).toHaveText("Approved");
});

test("one endless word does not make the page scroll sideways", { tag: ["@phone"] }, async ({ workspace, reviewer }) => {
  const word = "W".repeat(5_000);
  const approval = await workspace.pending({
    actionType: "send_email",
    actionData: { to: ["a@example.org"], subject: word.slice(0, 500), body: word },
    description: word,
  });
  for (const path of ["/approvals", `/approvals/${approval.id}`, "/audit"]) {
    await reviewer.goto(path);
    await expect(reviewer.getByRole("heading", { level: 1 })).toBeVisible();
    const [inner, outer] = await reviewer.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    expect(inner, path).toBeLessThanOrEqual(outer as number);
  }
});

test("the exact data can be copied, hidden characters and all", async ({ workspace, reviewer }) => {
  await reviewer.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const detail = await Detail.open(reviewer, await workspace.pending(hostile));
  const figure = reviewer.getByRole("figure").filter({ has: await detail.json("Action data") });
  await figure.getByRole("button", { name: /Copy/ }).click();
  await expect(figure.getByRole("button", { name: /Copied/ })).toBeVisible();
  const copied = await reviewer.evaluate(() => navigator.clipboard.readText());
  expect(JSON.parse(copied)).toEqual(hostile.actionData);
});
