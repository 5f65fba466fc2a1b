/**
 * Browser tests against the real server. Each worker starts one on a folder of its own (fixtures/server.ts).
 *
 * Every test runs once, on a desktop, in the light theme, with scripts. A tag adds a run elsewhere:
 *   @nojs      the same test with JavaScript off
 *   @phone     the same test at 390 px, dark, with touch
 *   @postgres  the same test on PostgreSQL (scripts/e2e.sh starts one)
 * and @only-nojs, @only-phone take the desktop run away. Sizes and themes for accessibility need no tag:
 * `axeEverywhere` goes through all four on one loaded page.
 */
import { defineConfig, devices } from "@playwright/test";
import { launch } from "./fixtures/browser.js";
import type { Options } from "./fixtures/index.js";
import { patience } from "./fixtures/patience.js";

const chromium = process.env["COUNTERSIGN_CHROMIUM"];
const desktop = { ...devices["Desktop Chrome"], viewport: { width: 1280, height: 800 } };

export default defineConfig<object, Options>({
  testDir: "tests",
  outputDir: "test-results",
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env["CI"]),
  // A test that passes on a second try hides a race, so there is no second try.
  retries: 0,
  timeout: 30_000 * patience,
  expect: { timeout: 7_000 * patience },
  reporter: [["list"]],
  use: {
    // Recording what nobody looks at takes a quarter of the time: `make e2e ARGS="--trace retain-on-failure"`.
    trace: "off",
    screenshot: "only-on-failure",
    actionTimeout: 10_000 * patience,
    navigationTimeout: 15_000 * patience,
    locale: "en-GB",
    timezoneId: "UTC",
    launchOptions: launch(chromium),
  },
  projects: [
    { name: "desktop", grepInvert: /@only-/, use: { ...desktop, colorScheme: "light" } },
    { name: "no-js", grep: /@(only-)?nojs\b/, use: { ...desktop, colorScheme: "light", javaScriptEnabled: false } },
    {
      name: "phone",
      grep: /@(only-)?phone\b/,
      use: { ...desktop, viewport: { width: 390, height: 844 }, hasTouch: true, colorScheme: "dark" },
    },
    ...(process.env["COUNTERSIGN_TEST_POSTGRES"]
      ? [{ name: "postgres", grep: /@postgres\b/, use: { ...desktop, database: "postgres" as const } }]
      : []),
  ],
});
