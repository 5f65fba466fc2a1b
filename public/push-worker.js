// The service worker of web push: shows what the server sent to this browser, and opens what it is about. It answers no
// request and keeps nothing, so that pages load as they do without it.

/** The page to go to where a message names none. */
const LIST = "/notifications";

/** What the server sent; src/server/services/notifications/push_text.rs writes it. */
function read(data) {
  try {
    const message = data.json();
    return message !== null && typeof message === "object" ? message : {};
  } catch {
    return {};
  }
}

const text = (value, otherwise) => (typeof value === "string" && value !== "" ? value : otherwise);

/** A page of ours, whatever the message says. */
function address(path) {
  const origin = self.location.origin;
  try {
    const found = new URL(text(path, LIST), origin);
    if (found.origin === origin) return found.href;
  } catch {
    // It is no address.
  }
  return new URL(LIST, origin).href;
}

// A browser takes the permission away from who is sent something and shows nothing: there is always something to show.
self.addEventListener("push", (event) => {
  const message = read(event.data);
  const tag = text(message.tag, "");
  event.waitUntil(
    self.registration.showNotification(text(message.title, "Countersign"), {
      body: text(message.body, ""),
      tag,
      // What takes another's place under the same tag is news too.
      renotify: tag !== "",
      requireInteraction: message.critical === true,
      data: { href: text(message.href, LIST) },
    }),
  );
});

async function open(url) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  // Only a window that shows it already: another one may hold what somebody has typed.
  const shown = windows.find((client) => client.url === url);
  if (shown !== undefined) return shown.focus();
  return self.clients.openWindow(url);
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(address(event.notification.data?.href)));
});

// A new version takes over at once: there are no pages that depend on the old one.
self.addEventListener("install", () => self.skipWaiting());
