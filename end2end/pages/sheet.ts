/** The decision sheet over the list. */
import type { Locator, Page } from "@playwright/test";
import { readToItsEnds } from "../fixtures/page.js";

export class Sheet {
  readonly dialog: Locator;
  /** What will happen and the data: the part that scrolls. */
  readonly about: Locator;
  readonly approve: Locator;
  readonly reason: Locator;
  readonly rejectButton: Locator;

  constructor(readonly page: Page) {
    this.dialog = page.getByRole("dialog", { name: "Your decision" });
    this.about = this.dialog.getByRole("region", { name: "What will happen" });
    // Two buttons have this name: the first one chooses the answer, the second one sends it.
    this.approve = this.dialog.locator("form").getByRole("button", { name: /^(Vote to a|A)pprove$/ });
    this.reason = this.dialog.getByLabel("Reason");
    this.rejectButton = this.dialog.getByRole("button", { name: "Reject with this reason" });
  }

  /** One of the three answers. */
  choose(answer: "Approve" | "Edit" | "Reject"): Promise<void> {
    return this.dialog.getByRole("group", { name: "Your answer" }).getByRole("button", { name: answer }).click();
  }

  /** Scrolls to the end of the data, as a reader does. */
  async read(): Promise<void> {
    await readToItsEnds(this.dialog.locator("#sheet-data"));
  }
}
