/** What changes while a reviewer looks: arrivals, deadlines, holds, outcomes. */
import { createServer, type Server as NetServer, type Socket } from "node:net";
import { expect, Server, test, Workspace } from "../fixtures/index.js";
import { Detail } from "../pages/detail.js";
import { DEAF, deafen, Queue } from "../pages/queue.js";

test("new arrivals wait for a press and move nothing", { tag: "@postgres" }, async ({ workspace, reviewer }) => {
  for (const [title, seconds] of [["First", 3000], ["Second", 4000]] as const) {
    await workspace.task(title, { expiresInSeconds: seconds });
  }
  const queue = await Queue.open(reviewer);
  const titles = ['Create the task "First"', 'Create the task "Second"'];
  await expect(queue.titles).toHaveText(titles);
  await queue.approve("Second").focus();
  const place = await queue.approve("Second").boundingBox();

  // This one is due first, so that it belongs on top.
  await workspace.task("Third", { expiresInSeconds: 2000 });
  await expect(queue.arrivals(1)).toBeVisible();
  await expect(queue.status).toHaveText("1 new");
  await workspace.task("Fourth", { expiresInSeconds: 5000 });
  await expect(queue.arrivals(2)).toBeVisible();
  await expect(queue.titles).toHaveText(titles);
  await expect(queue.approve("Second")).toBeFocused();
  expect((await queue.approve("Second").boundingBox())?.x).toBe(place?.x);

  await queue.arrivals(2).click();
  await expect(queue.titles).toHaveText(['Create the task "Third"', ...titles, 'Create the task "Fourth"']);
  await expect(queue.arrivals(2)).toHaveCount(0);
  await expect(queue.heading).toBeFocused();
});

test("the number of waiting approvals in the navigation follows", async ({ workspace, reviewer }) => {
  await workspace.task("First");
  const queue = await Queue.open(reviewer);
  const link = reviewer.getByRole("navigation", { name: "Main" }).first().getByRole("link", { name: /Approvals/ });
  await expect(link).toHaveAccessibleName(/\b1 waiting/);
  const second = await workspace.task("Second");
  await expect(link).toHaveAccessibleName(/\b2 waiting/);
  await workspace.decide(second, await workspace.member("reviewer", "alan"), { approved: false, reviewNotes: "No." });
  await expect(link).toHaveAccessibleName(/\b1 waiting/);
  await expect(queue.approve("First")).toBeVisible();
});

test("an approval expires while people look at it", { tag: "@postgres" }, async ({ workspace, signIn }) => {
  const member = await workspace.member("reviewer");
  const [list, page] = [await signIn(member), await signIn(member)];
  const approval = await workspace.task("Too late", { expiresInSeconds: 12 });
  await workspace.task("In time");
  const [queue, detail] = [await Queue.open(list), await Detail.open(page, approval)];
  await expect(queue.row("Too late").getByRole("timer")).toHaveText(/^expires in \d+ s$/);
  await expect(queue.row("Too late")).toContainText("Expired", { timeout: 16_000 });
  await expect(queue.approve("Too late")).toHaveCount(0);
  await expect(queue.approve("In time")).toBeVisible();
  await expect(queue.status).toHaveText("One approval has expired.");
  await expect(detail.fact("Decision")).toHaveText("Expired");
  await expect(detail.decision).toHaveCount(0);
  await expect(detail.history).toContainText("Expired undecided");
});

test("whoever decides too late is told so", { tag: "@nojs" }, async ({ workspace, reviewer, allowProblem }) => {
  allowProblem(DEAF);
  allowProblem(/status of 409/);
  await deafen(reviewer);
  const approval = await workspace.task("Too late", { expiresInSeconds: 10 });
  const detail = await Detail.open(reviewer, approval);
  await expect.poll(async () => (await workspace.approval(approval.id)).status, { timeout: 16_000 }).toBe("expired");
  await detail.approve.click();
  await expect(reviewer.getByText(/already expired by Countersign on .* UTC/).first()).toBeVisible();
  await expect(detail.fact("Decision")).toHaveText("Expired");
});

test("after the hold the strip goes, the action runs, and an undo is refused", { tag: "@nojs" }, async ({ workspace, signIn, allowProblem }) => {
  allowProblem(DEAF);
  allowProblem(/status of 409/);
  const member = await workspace.member("reviewer");
  const page = await signIn(member);
  await deafen(page);
  // The page's clock stands still, so that it goes on offering what the server no longer gives.
  await page.clock.setFixedTime(new Date());
  const approval = await workspace.task("Call Northwind");
  const detail = await Detail.open(page, approval);
  await workspace.hold(page, 1);
  await detail.approve.click();
  const undo = page.getByRole("button", { name: "Undo" });
  await expect(undo).toBeVisible();
  await expect.poll(async () => (await workspace.approval(approval.id)).outcome.status).toBe("succeeded");
  await undo.click();
  await expect(page.getByText("The hold is over: the action was released and can no longer be undone.").first()).toBeVisible();
  await expect(detail.fact("Outcome")).toHaveText("Succeeded");
  await expect(undo).toHaveCount(0);
});

test("the strip counts down and goes when the hold is over", async ({ workspace, reviewer }) => {
  await workspace.task("Call Northwind");
  const queue = await Queue.open(reviewer);
  await workspace.hold(reviewer, 3);
  await queue.approve("Call Northwind").click();
  await expect(queue.strip).toContainText(/[123] s left/);
  await expect(queue.row("Call Northwind")).toContainText("Succeeded");
  await expect(queue.strip.getByRole("button")).toHaveCount(0);
});

test("a reviewer gives an approval more time", { tag: "@nojs" }, async ({ workspace, reviewer }) => {
  const approval = await workspace.task("Slow", { expiresInSeconds: 600 });
  const detail = await Detail.open(reviewer, approval);
  await reviewer.getByRole("button", { name: "Add 1 day" }).click();
  await expect(detail.history).toContainText("Gave more time to");
  const later = Date.parse((await workspace.approval(approval.id)).expiresAt) - Date.parse(approval.expiresAt);
  expect(later).toBe(86_400_000);
});

test("who asked can withdraw, and nobody decides on their own request", { tag: "@nojs" }, async ({ workspace, signIn }) => {
  const operator = await workspace.member("operator");
  const approval = await workspace.task("My own", {}, await workspace.person(operator));
  const detail = await Detail.open(await signIn(operator), approval);
  await expect(detail.page.getByText("You asked for this; somebody else decides.")).toBeVisible();
  await expect(detail.page.getByRole("button", { name: "Approve" })).toHaveCount(0);
  await detail.page.getByLabel("Reason").fill("Done by hand.");
  await detail.page.getByRole("button", { name: "Withdraw" }).click();
  await expect(detail.fact("Decision")).toHaveText("Withdrawn");
  await expect(detail.fact("By")).toHaveText("Operator");
  expect(await workspace.approval(approval.id)).toMatchObject({ status: "withdrawn" });
});

test("a failed action is tried again by a person", { tag: "@nojs" }, async ({ workspace, reviewer }) => {
  const contact = await workspace.record({ kind: "contact", title: "Ada", data: { status: "new" } });
  const approval = await workspace.pending({
    actionType: "change_pipeline_stage",
    actionData: { recordId: contact.id, stage: "won" },
  });
  await workspace.decide(approval, await workspace.member("reviewer", "alan"), { approved: true });
  await expect.poll(async () => (await workspace.approval(approval.id)).outcome.status).toBe("failed");
  const detail = await Detail.open(reviewer, approval);
  await expect(detail.fact("Decision")).toHaveText("Approved");
  await expect(detail.fact("Outcome")).toHaveText("Failed");
  await expect(detail.fact("Error")).toContainText("not a deal");
  await reviewer.getByRole("button", { name: "Try again" }).click();
  await expect(detail.history).toContainText("Asked to try again");
  await expect.poll(async () => (await workspace.approval(approval.id)).outcome).toMatchObject({ status: "failed", attempts: 2 });
});

/** A mail server that takes the message and hangs up instead of answering: it may have been sent. */
class LosesTheAnswer {
  private readonly sockets = new Set<Socket>();
  private constructor(private readonly server: NetServer) {}

  static async start(): Promise<LosesTheAnswer> {
    const server = createServer();
    const made = new LosesTheAnswer(server);
    server.on("connection", (socket) => {
      made.sockets.add(socket);
      let message = false;
      socket.on("error", () => {});
      socket.write("220 mail.example ESMTP\r\n");
      socket.on("data", (chunk) => {
        if (message) {
          if (chunk.toString().includes("\r\n.\r\n")) socket.destroy();
          return;
        }
        message = /^DATA/i.test(chunk.toString());
        socket.write(message ? "354 go on\r\n" : "250 mail.example\r\n");
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return made;
  }

  get port(): number {
    const address = this.server.address();
    if (address === null || typeof address === "string") throw new Error("not listening");
    return address.port;
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}

test.describe("an outcome that nobody knows", () => {
  let mail: LosesTheAnswer, server: Server;

  test.beforeAll(async () => {
    mail = await LosesTheAnswer.start();
    server = await Server.start("sqlite", {
      COUNTERSIGN_SMTP_HOST: "127.0.0.1",
      COUNTERSIGN_SMTP_PORT: String(mail.port),
      COUNTERSIGN_SMTP_TLS: "none",
      COUNTERSIGN_SMTP_FROM: "Countersign <countersign@example.com>",
    });
  });

  test.afterAll(async () => {
    await server?.stop();
    mail?.stop();
  });

  for (const [press, word] of [["It succeeded", "Succeeded"], ["It failed", "Failed"]] as const) {
    test(`is shown, and a person's word settles it: ${press}`, { tag: "@nojs" }, async ({ signInAt }) => {
      const workspace = await Workspace.create(server);
      const approval = await workspace.pending();
      await workspace.decide(approval, await workspace.member("reviewer"), { approved: true });
      await expect.poll(async () => (await workspace.approval(approval.id)).outcome.status).toBe("unknown");
      const page = await signInAt(server, await workspace.member("operator"));
      const queue = await Queue.open(page, "?status=approved");
      await expect(queue.row("Your offer")).toContainText("Unknown");
      const detail = await Detail.open(page, approval);
      await expect(detail.fact("Decision")).toHaveText("Approved");
      await expect(detail.fact("Outcome")).toHaveText("Unknown");
      await expect(page.getByText("It may or may not have happened.")).toBeVisible();
      if (word === "Failed") await page.getByLabel("What failed").fill("The buyer got nothing.");
      await page.getByRole("button", { name: press }).click();
      await expect(detail.fact("Outcome")).toHaveText(word);
      if (word === "Failed") await expect(detail.fact("Error")).toHaveText("The buyer got nothing.");
      await expect(page.getByRole("button", { name: press })).toHaveCount(0);
    });
  }
});
