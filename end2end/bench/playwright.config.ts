/** What `make bench` measures in a browser, on the release build: one worker, no second project, no trace. */
import base from "../playwright.config.js";

const { launchOptions, ...use } = base.use ?? {};

export default {
  ...base,
  testDir: ".",
  testMatch: "*.bench.ts",
  outputDir: "../test-results/bench",
  fullyParallel: false,
  workers: 1,
  timeout: 600_000,
  reporter: [["dot"]],
  use: {
    ...use,
    trace: "off",
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      ...launchOptions,
      // The browser optimises the WASM as it does for everybody.
      args: launchOptions?.args?.filter((arg) => !arg.startsWith("--js-flags")) ?? [],
    },
  },
  projects: [{ name: "bench" }],
} satisfies typeof base;
