/** `/approvals`: the list, its filters, the strip, the bulk bar. */
import { expect, type Locator, type Page } from "@playwright/test";
import { open, scripts } from "../fixtures/page.js";
import { Detail } from "./detail.js";
import { Sheet } from "./sheet.js";

export class Queue {
  readonly list: Locator;
  readonly titles: Locator;
  /** The page's one polite status. */
  readonly status: Locator;
  readonly heading: Locator;
  /** Approvals of this member that can still be taken back. */
  readonly strip: Locator;
  readonly bulk: Locator;
  readonly sheet: Sheet;

  constructor(readonly page: Page) {
    this.list = page.getByRole("list", { name: "Approvals", exact: true });
    this.titles = this.list.getByRole("heading", { level: 2 });
    this.status = page.getByRole("status");
    this.heading = page.getByRole("heading", { level: 1 });
    this.strip = page.getByRole("region", { name: "Can be undone" });
    this.bulk = page.locator("form#bulk");
    this.sheet = new Sheet(page);
  }

  static async open(page: Page, query = ""): Promise<Queue> {
    await open(page, `/approvals${query}`);
    return new Queue(page);
  }

  row(title: string | RegExp): Locator {
    return this.list.getByRole("listitem").filter({ has: this.page.getByRole("heading", { level: 2, name: title }) });
  }

  link(title: string): Locator {
    return this.row(title).getByRole("heading").getByRole("link");
  }

  approve(title: string | RegExp): Locator {
    return this.row(title).getByRole("button", { name: /^(Vote|Approve)\b/ });
  }

  /** What leads to the sheet, or to the page without scripts, where risk is high or critical. */
  review(title: string | RegExp): Locator {
    return this.row(title).getByRole("link", { name: /^Review\b/ });
  }

  rejectOpener(title: string | RegExp): Locator {
    return this.row(title).getByRole("link", { name: /^Reject\b/ });
  }

  tick(title: string): Locator {
    return this.row(title).getByRole("checkbox");
  }

  /** What opens the rest of what can be done with a row, where rows are cards. */
  more(title: string): Locator {
    return this.row(title).getByRole("button", { name: /^More for: / });
  }

  /** What it opens. */
  menu(title: string): Locator {
    return this.row(title).getByRole("group", { name: /^More for: / });
  }

  /** Opens it; one of its buttons. */
  async inMenu(title: string, name: string): Promise<Locator> {
    await this.more(title).click();
    return this.menu(title).getByRole("button", { name, exact: true });
  }

  /** The "3 new" button. */
  arrivals(count: number): Locator {
    return this.page.getByRole("button", { name: `${count} new`, exact: true });
  }

  /** Rejects in the sheet; without scripts on the page, to which the same link leads. */
  async reject(title: string, reason: string): Promise<void> {
    await this.rejectOpener(title).click();
    if (!scripts()) return new Detail(this.page).reject(reason);
    await this.sheet.reason.fill(reason);
    await this.sheet.rejectButton.click();
  }

  /** Reads what has a high risk to its end and approves it. */
  async readAndApprove(title: string | RegExp): Promise<void> {
    await this.review(title).click();
    if (!scripts()) return new Detail(this.page).approve.click();
    await this.sheet.read();
    await this.sheet.approve.click();
  }

  /** The row says `words`; without scripts the list is loaded anew, where every state is shown. */
  async says(title: string | RegExp, ...words: string[]): Promise<void> {
    if (!scripts()) await open(this.page, "/approvals?status=all");
    for (const word of words) await expect(this.row(title)).toContainText(word);
  }
}

/** The page no longer hears what happens on the server: its stream is refused. */
export async function deafen(page: Page): Promise<void> {
  await page.route("**/api/orchestration/events", (route) => route.abort());
}
/** What `deafen` makes Chromium say. */
export const DEAF = /ERR_FAILED.*\/events|\/api\/orchestration\/events/;
