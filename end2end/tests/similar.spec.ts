/** What people decided before stands beside the data, with what is different this time. */
import { expect, test } from "../fixtures/index.js";
import { Detail } from "../pages/detail.js";

const mail = (subject: string, to = ["buyer@example.org"]) => ({ actionData: { to, subject, body: "As agreed." } });

test("the last decisions, and what differs from the last approved one", { tag: ["@nojs", "@phone", "@postgres"] }, async ({ workspace, reviewer }) => {
  const grace = await workspace.member("reviewer", "grace");
  const approved = await workspace.pending(mail("Your offer"));
  await workspace.decide(approved, grace, { approved: true });
  await workspace.decide(await workspace.pending(mail("Too cheap")), grace, { approved: false, reviewNotes: "Not below cost." });

  const detail = await Detail.open(reviewer, await workspace.pending(mail("Your \u202eoffer", ["buyer@example.org", "more@example.org"])));
  const decisions = reviewer.getByRole("list", { name: "Similar decisions" }).getByRole("listitem");
  await expect(decisions).toHaveCount(2);
  await expect(decisions.first()).toContainText(/Rejected.*Too cheap.*by Grace.*Not below cost\./s);
  await expect(decisions.last()).toContainText(/Approved.*Your offer.*by Grace/s);
  const table = reviewer.getByRole("table", { name: "What differs from the last approved one" });
  await expect(table.getByRole("row", { name: /to › 2/ })).toContainText("more@example.org");
  await expect(table.getByRole("row", { name: /subject/ })).toContainText("U+202E");
  await expect(table.getByRole("row", { name: /body/ })).toHaveCount(0);

  await decisions.last().getByRole("link").click();
  await expect(reviewer).toHaveURL(new RegExp(`/approvals/${approved.id}$`));
  await expect(detail.fact("Decision")).toHaveText("Approved");
});

test("the same data again is said to be the same", { tag: "@nojs" }, async ({ workspace, reviewer }) => {
  const grace = await workspace.member("reviewer", "grace");
  await Detail.open(reviewer, await workspace.pending(mail("First")));
  await expect(reviewer.getByText("Nobody has decided on one yet.")).toBeVisible();
  await workspace.decide(await workspace.pending(mail("Again")), grace, { approved: true });
  await Detail.open(reviewer, await workspace.pending(mail("Again")));
  await expect(reviewer.getByText("Exactly the same data as the last approved one.")).toBeVisible();
});
