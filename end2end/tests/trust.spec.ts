/** Learned trust: five approvals in a row suggest it, an admin accepts it, it runs by itself, a rejection ends it. */
import type { Page } from "@playwright/test";
import { axeEverywhere, expect, open, test } from "../fixtures/index.js";
import type { Agent, Approval, Workspace } from "../fixtures/index.js";
import { Detail } from "../pages/detail.js";

interface Ground {
  team: string;
  agent: Agent;
}

/** A semi-autonomous team with one agent. */
async function ground(workspace: Workspace): Promise<Ground> {
  const owner = await workspace.person(await workspace.member("owner"));
  const agent = await workspace.agent();
  const team = await workspace.team({ name: "Sales", department: "sales", autonomyLevel: "semi_autonomous" });
  const { items } = (await workspace.api("GET", "/agents", undefined, owner)) as { items: { id: string; name: string }[] };
  const agentId = items.find(({ name }) => name === agent.name)?.id;
  await workspace.api("POST", `/teams/${team.id}/members`, { agentId }, owner);
  return { team: team.id, agent };
}

const task = (workspace: Workspace, { team }: Ground, title: string): Promise<Approval> => workspace.task(title, { teamId: team });

/** The agent asks and the reviewer approves, this many times. */
async function earn(workspace: Workspace, on: Ground, count: number): Promise<void> {
  const reviewer = await workspace.member("reviewer");
  for (let made = 0; made < count; made++) {
    await workspace.decide(await task(workspace, on, `Send quote ${made + 1}`), reviewer, { approved: true });
  }
}

const opener = (page: Page, name: string) => page.locator("summary", { hasText: name });
const suggestion = (page: Page) => page.getByRole("link", { name: "Let create_task run by itself on Sales" });

test(
  "it is suggested, looked at, accepted; then it runs, and a rejection ends it",
  { tag: ["@nojs", "@phone", "@postgres"] },
  async ({ workspace, reviewer, signIn }) => {
    const on = await ground(workspace);
    await earn(workspace, on, 3);
    const waiting = await task(workspace, on, "A quote that waits");
    const admin = await signIn(await workspace.member("admin"));
    await open(admin, "/trust");
    await expect(admin.getByText("Nothing is suggested")).toBeVisible();

    // The last two by hand.
    for (const title of ["Send quote 4", "Send quote 5"]) {
      const detail = await Detail.open(reviewer, await task(workspace, on, title));
      await detail.approve.click();
      await expect(detail.fact("Decision")).toHaveText("Approved");
    }
    await open(admin, `/settings/teams/${on.team}`);
    await suggestion(admin).click();
    await expect(admin.getByRole("heading", { level: 1 })).toHaveText("Let create_task run by itself on Sales");
    await expect(admin.getByText("would have run 6 actions by itself; people had approved 5 as they were, 1 left undecided.")).toBeVisible();
    await expect(admin.getByRole("list", { name: "Approvals it rests on" }).getByRole("listitem")).toHaveCount(5);

    await opener(admin, "Accept").click();
    await expect(admin.getByText("From now on nobody is asked before create_task up to medium risk on Sales.")).toBeVisible();
    await admin.getByRole("button", { name: "Let it run by itself" }).click();
    await expect(admin.getByText("Accepted: from now on it runs by itself.")).toBeVisible();
    await expect(admin.getByText("Granted", { exact: true }).first()).toBeVisible();

    const ran = await workspace.submit({ actionType: "create_task", actionData: { title: "Send quote 6" }, teamId: on.team });
    expect(ran.verdict).toBe("executed");
    await open(reviewer, `/approvals/${ran.approval.id}`);
    await expect(reviewer.getByRole("heading", { name: "Why it ran by itself" })).toBeVisible();
    await expect(reviewer.getByText(/^Trusted: granted by Admin on .*, after 5 approvals in a row\.$/)).toBeVisible();
    await reviewer.getByRole("link", { name: "See the grant" }).click();
    await expect(reviewer.getByRole("heading", { level: 1 })).toHaveText("Let create_task run by itself on Sales");
    await expect(reviewer.getByText("1 action", { exact: true })).toBeVisible();
    await expect(opener(reviewer, "Revoke"), "a reviewer looks").toHaveCount(0);

    await workspace.decide(waiting, await workspace.member("reviewer"), { approved: false, reviewNotes: "Not this one" });
    await open(admin, admin.url());
    await expect(admin.getByText("A reviewer rejected one.")).toBeVisible();
    await task(workspace, on, "Send quote 7");
    await open(admin, "/trust");
    await expect(suggestion(admin)).toHaveCount(0);
    await admin.getByRole("link", { name: "Show what is over" }).click();
    await expect(suggestion(admin)).toBeVisible();
  },
);

test("it is declined with a reason, and a grant is revoked by hand", { tag: ["@nojs", "@phone"] }, async ({ workspace, signIn }) => {
  const on = await ground(workspace);
  await earn(workspace, on, 5);
  const admin = await signIn(await workspace.member("admin"));
  await open(admin, "/trust");
  await suggestion(admin).click();
  await opener(admin, "Decline").click();
  await admin.getByLabel("Why not (optional)").fill("The prices change in May.");
  await admin.getByRole("button", { name: "Decline the suggestion" }).click();
  await expect(admin.getByText("Declined: people go on deciding.")).toBeVisible();
  await expect(admin.getByText("The prices change in May.")).toBeVisible();

  await earn(workspace, on, 5);
  await open(admin, "/trust");
  await suggestion(admin).click();
  await opener(admin, "Accept").click();
  await admin.getByRole("button", { name: "Let it run by itself" }).click();
  await opener(admin, "Revoke").click();
  await admin.getByRole("button", { name: "Revoke the grant" }).click();
  await expect(admin.getByText("Revoked: people decide again.")).toBeVisible();
  await expect(admin.getByText(/^Somebody revoked it\./)).toBeVisible();
  await task(workspace, on, "Send one more");
});

test("whoever may not accept it is told why", { tag: "@nojs" }, async ({ workspace, reviewer }) => {
  const on = await ground(workspace);
  await earn(workspace, on, 5);
  await open(reviewer, "/trust");
  await suggestion(reviewer).click();
  await expect(reviewer.getByText("Owners and admins accept it.")).toBeVisible();
  await expect(opener(reviewer, "Accept")).toHaveCount(0);
  await expect(opener(reviewer, "Decline")).toHaveCount(0);
});

test("the suggestion comes while somebody looks, and its pages are accessible", async ({ workspace, signIn }) => {
  test.slow();
  const on = await ground(workspace);
  const admin = await signIn(await workspace.member("admin"));
  await open(admin, "/trust");
  await axeEverywhere(admin);
  await expect(admin.getByText("Nothing is suggested")).toBeVisible();
  await earn(workspace, on, 5);
  await expect(suggestion(admin)).toBeVisible();
  await axeEverywhere(admin);

  // With the keyboard alone.
  await suggestion(admin).focus();
  await admin.keyboard.press("Enter");
  await opener(admin, "Accept").focus();
  await admin.keyboard.press("Enter");
  await axeEverywhere(admin);
  await admin.keyboard.press("Tab");
  await expect(admin.getByRole("button", { name: "Let it run by itself" })).toBeFocused();
  await admin.keyboard.press("Enter");
  await expect(admin.getByText("Accepted: from now on it runs by itself.")).toBeVisible();
  await expect(admin.locator("#notice"), "the focus is not lost").toBeFocused();
  await axeEverywhere(admin);
  await open(admin, `/settings/teams/${on.team}`);
  await axeEverywhere(admin);
});
