import { axeEverywhere, expect, open, submitSignIn, test } from "../fixtures/index.js";

test("a member signs in and sees the approvals", { tag: ["@nojs", "@phone", "@postgres"] }, async ({ page, workspace }) => {
  await submitSignIn(page, await workspace.member("reviewer"));
  await open(page, "/approvals");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Approvals");
});

test("the sign-in page is accessible", async ({ page }) => {
  await open(page, "/sign-in");
  await axeEverywhere(page);
});
