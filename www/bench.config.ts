import { defineConfig } from "@playwright/test";

import base from "./playwright.config";

const PORT = 4174;

export default defineConfig({
  ...base,
  testDir: "./bench",
  testMatch: "*.bench.ts",
  use: { ...base.use, baseURL: `http://localhost:${PORT}/` },
  webServer: {
    command: `node node_modules/sirv-cli/bin.js ../target/bench/page --quiet --host localhost --port ${PORT}`,
    url: `http://localhost:${PORT}/`,
    reuseExistingServer: false,
  },
});
