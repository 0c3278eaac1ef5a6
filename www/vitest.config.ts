// Unit tests of what the page shows and says, in Node, without a browser.

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    // Modules are new in each file, which is all that has to be; workers for each file would take longer than the tests.
    pool: "threads",
    isolate: false,
    setupFiles: "src/testing/setup.ts",
    restoreMocks: true,
  },
});
