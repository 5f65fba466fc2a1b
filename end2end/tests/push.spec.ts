/**
 * Web push in a real browser: turning it on, what the service worker shows, and where a press leads. Chromium reaches
 * no push service here: subscribing gives keys and an endpoint of the test's own, at which the server's messages really
 * arrive; what they hold is then delivered to the real service worker.
 */
import { createDecipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from "node:crypto";
import { createServer, type Server as HttpServer } from "node:http";
import type { CDPSession, Page, Worker } from "@playwright/test";
import { whole } from "../fixtures/browser.js";
import { axeEverywhere, expect, hydrated, open, scripts, Server, test, Workspace } from "../fixtures/index.js";

const HIGH = { actionType: "publish_content", actionData: { title: "Spring release", body: "It is here.", channel: "blog" } };
const SETTINGS = "/settings/notifications";

interface Message {
  title: string;
  body: string;
  href: string;
  tag: string;
  critical: boolean;
}

/** A push service for one browser, with that browser's keys. */
class PushService {
  readonly messages: Message[] = [];
  status = 201;
  private readonly keys: ECDH = createECDH("prime256v1");
  private readonly auth = randomBytes(16);
  private http: HttpServer | undefined;
  private port = 0;

  static async start(): Promise<PushService> {
    const service = new PushService();
    service.keys.generateKeys();
    const http = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        if (service.status < 300) service.messages.push(service.read(Buffer.concat(chunks)));
        response.writeHead(service.status).end();
      });
    });
    await new Promise<void>((done) => http.listen(0, "127.0.0.1", done));
    const address = http.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return Object.assign(service, { http, port: address.port });
  }

  stop(): void {
    this.http?.close();
  }

  get subscription() {
    return {
      endpoint: `http://127.0.0.1:${this.port}/push/1`,
      p256dh: this.keys.getPublicKey("base64url"),
      auth: this.auth.toString("base64url"),
    };
  }

  /** RFC 8291, as a browser reads it. */
  private read(body: Buffer): Message {
    const [salt, ours] = [body.subarray(0, 16), body.subarray(21, 86)];
    const secret = this.keys.computeSecret(ours);
    const info = Buffer.concat([Buffer.from("WebPush: info\0"), this.keys.getPublicKey(), ours]);
    const input = Buffer.from(hkdfSync("sha256", secret, this.auth, info, 32));
    const derived = (name: string, length: number) => Buffer.from(hkdfSync("sha256", input, salt, `Content-Encoding: ${name}\0`, length));
    const decipher = createDecipheriv("aes-128-gcm", derived("aes128gcm", 16), derived("nonce", 12));
    decipher.setAuthTag(body.subarray(-16));
    const text = Buffer.concat([decipher.update(body.subarray(86, -16)), decipher.final()]);
    return JSON.parse(text.subarray(0, text.lastIndexOf(2)).toString()) as Message;
  }
}

/** Subscribing gives what the service knows, as a browser that can reach its push service does. */
async function reachable(page: Page, service: PushService): Promise<void> {
  await page.context().grantPermissions(["notifications"]);
  await page.addInitScript((given) => {
    const bytes = (text: string) =>
      Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0)).buffer;
    const made = {
      endpoint: given.endpoint,
      getKey: (name: string) => bytes(name === "auth" ? given.auth : given.p256dh),
    };
    PushManager.prototype.subscribe = async (options) => {
      const key = options?.applicationServerKey;
      if (!options?.userVisibleOnly || !(key instanceof Uint8Array) || key.length !== 65 || key[0] !== 4) throw new TypeError("options");
      localStorage.setItem("subscribed", "yes");
      return made as unknown as PushSubscription;
    };
    PushManager.prototype.getSubscription = async () =>
      localStorage.getItem("subscribed") === null ? null : (made as unknown as PushSubscription);
  }, service.subscription);
}

const card = (page: Page, title: string) => page.locator("section").filter({ has: page.getByRole("heading", { name: title, exact: true }) });
const here = (page: Page) => card(page, "This browser");
const rows = (page: Page) => page.getByRole("list", { name: "Your browsers" }).locator(":scope > li");

/** Turns push on in this browser. */
async function turnedOn(page: Page): Promise<void> {
  await open(page, SETTINGS);
  await here(page).getByRole("button", { name: "Turn on in this browser" }).click();
  await expect(page.getByText("This browser gets notifications now.")).toBeVisible();
}

/** A member's browser, added without it: keys and all. */
async function added(workspace: Workspace, page: Page, service: PushService, browser: string): Promise<void> {
  const data = { ...service.subscription, endpoint: `${service.subscription.endpoint}/${encodeURIComponent(browser)}`, browser };
  const answer = await page.request.post("/api/orchestration/notifications/push", { data, headers: { origin: workspace.server.url } });
  expect(answer.status(), await answer.text()).toBe(201);
}

/** The browser's own way to hand a message to the service worker. */
async function delivery(page: Page): Promise<(data: string) => Promise<void>> {
  const session: CDPSession = await page.context().newCDPSession(page);
  const registered = new Promise<string>((done) => {
    session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const ours = registrations.find((one) => !one.isDeleted);
      if (ours) done(ours.registrationId);
    });
  });
  await session.send("ServiceWorker.enable");
  const registrationId = await registered;
  const origin = new URL(page.url()).origin;
  return async (data) => {
    await session.send("ServiceWorker.deliverPushMessage", { origin, registrationId, data });
  };
}

interface Shown {
  title: string;
  body: string;
  tag: string;
  href: string;
  stays: boolean;
}

async function shown(page: Page): Promise<Shown[]> {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.getNotifications()).map((one) => ({
      title: one.title,
      body: one.body,
      tag: one.tag,
      href: (one.data as { href: string }).href,
      stays: one.requireInteraction,
    }));
  });
}

async function worker(page: Page): Promise<Worker> {
  const context = page.context();
  return context.serviceWorkers()[0] ?? context.waitForEvent("serviceworker");
}

/** Where a press on a notification with this address leads. Opening a window needs a real press, which the protocol
 * cannot make: the window that would be opened is noted instead. */
async function pressed(page: Page, href: unknown): Promise<{ opened: string[]; closed: boolean }> {
  return (await worker(page)).evaluate(async (href) => {
    const scope = self as unknown as { clients: { openWindow: (url: string) => Promise<null> }; dispatchEvent: (event: Event) => boolean };
    const opened: string[] = [];
    let closed = false;
    scope.clients.openWindow = async (url) => {
      opened.push(url);
      return null;
    };
    const waited: Promise<unknown>[] = [];
    const event = Object.assign(new Event("notificationclick"), {
      notification: { data: { href }, close: () => (closed = true) },
      waitUntil: (promise: Promise<unknown>) => waited.push(promise),
    });
    scope.dispatchEvent(event);
    await Promise.all(waited);
    return { opened, closed };
  }, href);
}

test.use({ launchOptions: whole });

test.describe("push", () => {
  let server: Server, service: PushService;

  test.beforeAll(async () => {
    server = await Server.start("sqlite", {
      COUNTERSIGN_WEBHOOKS_ALLOW_HTTP: "true",
      COUNTERSIGN_WEBHOOKS_ALLOW_PRIVATE: "127.0.0.0/8",
    });
  });

  test.afterAll(async () => server?.stop());

  test.beforeEach(async () => {
    service = await PushService.start();
  });

  test.afterEach(() => service.stop());

  test("is turned on by a press, shown by the service worker, and turned off", { tag: "@phone" }, async ({ signInAt }) => {
    const workspace = await Workspace.create(server);
    const page = await signInAt(server, await workspace.member("reviewer"));
    await reachable(page, service);
    await open(page, SETTINGS);
    await expect(here(page).getByText("Off", { exact: true })).toBeVisible();
    await expect(page.getByText("None of your browsers gets notifications.")).toBeVisible();
    await turnedOn(page);
    await expect(here(page).getByText("On", { exact: true })).toBeVisible();
    await expect(rows(page)).toHaveCount(1);
    await expect(rows(page).first()).toContainText(/Chrome on \w+/);
    await expect(rows(page).first().getByText("This browser", { exact: true })).toBeVisible();
    await expect(rows(page).first()).toContainText("Nothing was sent yet.");
    const deliver = await delivery(page);

    await rows(page).first().getByRole("button", { name: /^Send a test/ }).click();
    await expect(page.getByText(/^A test is on its way to Chrome on/)).toBeVisible();
    await expect.poll(() => service.messages.length).toBe(1);
    await expect(rows(page).first()).toContainText("Last reached");
    await deliver(JSON.stringify(service.messages[0]));
    await expect.poll(() => shown(page)).toMatchObject([{ title: "Notifications work here", href: SETTINGS, stays: false }]);

    const { approval } = await workspace.submit({ ...HIGH });
    await expect.poll(() => service.messages.length).toBe(2);
    const message = service.messages[1]!;
    expect(message).toMatchObject({ title: "An approval needs you", href: `/approvals/${approval.id}`, critical: false });
    expect(message.body).toContain("Spring release");
    await deliver(JSON.stringify(message));
    await expect.poll(async () => (await shown(page)).length).toBe(2);
    // More of the same takes its place, and what is critical stays until it is seen to.
    await deliver(JSON.stringify({ ...message, title: "2 approvals need you", critical: true }));
    await expect.poll(async () => (await shown(page)).find((one) => one.tag === message.tag)).toMatchObject({
      title: "2 approvals need you",
      stays: true,
    });
    expect(await shown(page)).toHaveLength(2);

    await page.reload();
    await hydrated(page);
    await here(page).getByRole("button", { name: "Turn off in this browser" }).click();
    await expect(page.getByText("This browser gets no more notifications.")).toBeVisible();
    await expect(here(page).getByText("Off", { exact: true })).toBeVisible();
    await expect(rows(page)).toHaveCount(0);
  });

  test("a press opens our page, whatever the message says", async ({ signInAt }) => {
    const workspace = await Workspace.create(server);
    const page = await signInAt(server, await workspace.member("reviewer"));
    await reachable(page, service);
    await turnedOn(page);
    for (const [href, path] of [
      ["/approvals/7", "/approvals/7"],
      ["https://elsewhere.example/approvals/7", "/notifications"],
      ["//elsewhere.example/x", "/notifications"],
      ["javascript:alert(1)", "/notifications"],
      [undefined, "/notifications"],
      [7, "/notifications"],
    ] as const) {
      expect(await pressed(page, href), String(href)).toEqual({ opened: [`${server.url}${path}`], closed: true });
    }
    const deliver = await delivery(page);
    for (const data of ["no JSON", "null", "{}"]) await deliver(data);
    // What cannot be read is shown as little as it says; a browser wants something shown.
    await expect.poll(async () => (await shown(page)).length).toBeGreaterThan(0);
    expect((await shown(page))[0]).toMatchObject({ title: "Countersign", href: "/notifications" });
  });

  test("says what a browser forbids or lacks", async ({ signInAt }) => {
    const workspace = await Workspace.create(server);
    const member = await workspace.member("reviewer");
    const blocked = await signInAt(server, member);
    await blocked.addInitScript(() => Object.defineProperty(Notification, "permission", { get: () => "denied" }));
    await open(blocked, SETTINGS);
    await expect(here(blocked)).toContainText("This browser blocks notifications of this site.");
    await expect(here(blocked).getByRole("button")).toHaveCount(0);

    const old = await signInAt(server, member);
    await old.addInitScript(() => {
      delete (window as { PushManager?: unknown }).PushManager;
    });
    await open(old, SETTINGS);
    await expect(here(old)).toContainText("This browser cannot get notifications");

    const hesitant = await signInAt(server, member);
    await hesitant.addInitScript(() => {
      Object.defineProperty(Notification, "permission", { get: () => "default" });
      Notification.requestPermission = async () => "default";
    });
    await open(hesitant, SETTINGS);
    await here(hesitant).getByRole("button", { name: "Turn on in this browser" }).click();
    await expect(here(hesitant).getByRole("alert")).toContainText("notifications of this site were not allowed");
    await expect(here(hesitant).getByRole("button", { name: "Turn on in this browser" })).toBeEnabled();
  });

  test("the list works without a script too", { tag: "@nojs" }, async ({ signInAt }) => {
    const workspace = await Workspace.create(server);
    const page = await signInAt(server, await workspace.member("reviewer"));
    await added(workspace, page, service, "Firefox on Linux");
    await added(workspace, page, service, "Safari on macOS");
    await open(page, SETTINGS);
    if (!scripts()) await expect(here(page)).toContainText("Turning notifications on here needs JavaScript.");
    await expect(rows(page)).toHaveCount(2);
    await rows(page).first().getByRole("button", { name: /^Send a test\s*: Firefox on Linux$/ }).click();
    await expect(page.getByText(/^A test is on its way/)).toBeVisible();
    await expect.poll(() => service.messages.map((one) => one.title)).toEqual(["Notifications work here"]);

    service.status = 403;
    await rows(page).last().getByRole("button", { name: /^Send a test/ }).click();
    await expect(async () => {
      await open(page, SETTINGS);
      await expect(rows(page).last()).toContainText(/Nothing arrives since .* The push service answered 403 Forbidden/, { timeout: 500 });
    }).toPass();

    await rows(page).first().getByRole("button", { name: /^Remove/ }).click();
    await expect(page.getByText("That browser gets no more notifications.")).toBeVisible();
    await expect(rows(page)).toHaveCount(1);
    await expect(rows(page)).toContainText("Safari on macOS");

    const kind = page.getByRole("group", { name: "Approval needed" });
    await expect(kind.getByRole("checkbox", { name: "Push" })).toBeChecked();
    await kind.getByRole("checkbox", { name: "Push" }).uncheck();
    await page.getByRole("button", { name: "Save your choice" }).click();
    await expect(page.getByText("Your choice is saved.")).toBeVisible();
    await open(page, SETTINGS);
    await expect(kind.getByRole("checkbox", { name: "Push" })).not.toBeChecked();
    await expect(kind.getByRole("checkbox", { name: "E-mail" })).toBeChecked();
  });

  test("the page passes axe", async ({ signInAt }) => {
    test.slow();
    const workspace = await Workspace.create(server);
    const page = await signInAt(server, await workspace.member("reviewer"));
    await reachable(page, service);
    await open(page, SETTINGS);
    await expect(here(page).getByText("Off", { exact: true })).toBeVisible();
    await test.step("off", () => axeEverywhere(page));
    await turnedOn(page);
    service.status = 500;
    await added(workspace, page, service, "A browser with a rather long name that somebody gave it on a small phone");
    await rows(page).first().getByRole("button", { name: /^Send a test/ }).click();
    await expect(async () => {
      await open(page, SETTINGS);
      await expect(rows(page).filter({ hasText: "Nothing arrives since" })).toHaveCount(1, { timeout: 500 });
    }).toPass();
    await test.step("on, and failing", () => axeEverywhere(page));
  });
});
