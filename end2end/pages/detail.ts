/** `/approvals/{id}`. */
import type { Locator, Page } from "@playwright/test";
import { open } from "../fixtures/page.js";

export class Detail {
  readonly heading: Locator;
  readonly status: Locator;
  /** The forms that decide, while it waits. */
  readonly decision: Locator;
  readonly approve: Locator;
  readonly history: Locator;
  readonly alerts: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { level: 1 });
    this.status = page.getByRole("status");
    this.decision = page.getByRole("region", { name: "Decision" });
    this.approve = this.decision.getByRole("button", { name: /^(Vote to a|A)pprove$/ });
    this.history = page.getByRole("list", { name: "History of this approval" });
    this.alerts = page.getByRole("alert");
  }

  static async open(page: Page, approval: { id: string }): Promise<Detail> {
    await open(page, `/approvals/${approval.id}`);
    return new Detail(page);
  }

  opener(name: "Edit" | "Reject"): Locator {
    return this.decision.locator("summary", { hasText: name });
  }

  /** The value beside a term: "Decision", "By", "Outcome". */
  fact(term: string): Locator {
    return this.page
      .locator("dl > div, dl")
      .filter({ has: this.page.locator("dt", { hasText: new RegExp(`^${term}$`) }) })
      .last()
      .locator("dd")
      .first();
  }

  data(label: string): Locator {
    return this.page.getByRole("region", { name: label, exact: true });
  }

  async comment(text: string, audience = "Colleagues and the agent"): Promise<void> {
    await this.page.getByLabel("Comment", { exact: true }).fill(text);
    await this.page.getByRole("radio", { name: audience }).check();
    await this.page.getByRole("button", { name: "Comment", exact: true }).click();
  }

  async reject(reason: string): Promise<void> {
    await this.opener("Reject").click();
    await this.decision.getByLabel("Reason").fill(reason);
    await this.decision.getByRole("button", { name: "Reject with this reason" }).click();
  }
}
