/** `/approvals/{id}`, or the same beside the list. */
import type { Locator, Page } from "@playwright/test";
import { open, readToItsEnds, scripts } from "../fixtures/page.js";


export class Detail {
  /** The page's, or the panel's beside the list. */
  readonly heading: Locator;
  readonly status: Locator;
  /** The forms that decide, while it waits. */
  readonly decision: Locator;
  readonly approve: Locator;
  readonly history: Locator;
  readonly alerts: Locator;

  constructor(readonly page: Page) {
    this.heading = page.locator("#panel-title, .page:not(:has(#panel-title)) #page-title");
    this.status = page.getByRole("status");
    this.decision = page.getByRole("region", { name: "Decision" });
    this.approve = this.decision.getByRole("button", { name: /^(Vote to a|A)pprove$/ });
    this.history = page.getByRole("list", { name: "History of this approval" });
    this.alerts = page.getByRole("alert");
  }

  /** Opens the page and reads the data to its end, as a reviewer does: what has a high risk can then be approved. */
  static async open(page: Page, approval: { id: string }): Promise<Detail> {
    await open(page, `/approvals/${approval.id}`);
    const detail = new Detail(page);
    await detail.read();
    return detail;
  }

  async read(): Promise<void> {
    if (scripts()) await readToItsEnds(this.page.locator("#data"));
  }

  opener(name: "Edit" | "Reject"): Locator {
    return this.decision.locator("summary", { hasText: new RegExp(`^${name}$`) });
  }

  /** The edit's field of this label, once it is open. */
  field(label: string): Locator {
    return this.decision.locator("form#edit-fields").getByLabel(new RegExp(`^${label}( \\(optional\\))?$`));
  }

  /** Opens the edit as JSON, from nothing; its text. */
  async editJson(): Promise<Locator> {
    await this.opener("Edit").click();
    await this.decision.locator("summary", { hasText: "Edit as JSON" }).click();
    return this.decision.getByLabel("Action data as JSON");
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

  /** Data as a tree: "Action data", "Data before the edit". */
  data(label: string): Locator {
    return this.page.getByLabel(label, { exact: true });
  }

  /** The same data as exact JSON, opened. */
  async json(label: string): Promise<Locator> {
    await this.page.locator("summary", { hasText: `Exact JSON: ${label}` }).click();
    return this.page.getByRole("region", { name: `${label} as exact JSON`, exact: true });
  }

  async comment(text: string, audience = "Colleagues and the agent"): Promise<void> {
    await this.page.getByLabel("Comment", { exact: true }).fill(text);
    await this.page.getByRole("radio", { name: audience }).check();
    await this.page.getByRole("button", { name: "Comment", exact: true }).click();
  }

  async reject(reason: string): Promise<void> {
    // A link to the form may have opened it already.
    if (!(await this.decision.getByLabel("Reason").isVisible())) await this.opener("Reject").click();
    await this.decision.getByLabel("Reason").fill(reason);
    await this.decision.getByRole("button", { name: "Reject with this reason" }).click();
  }
}
