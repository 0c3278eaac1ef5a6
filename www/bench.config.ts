import { defineConfig } from "@playwright/test";

import base from "./playwright.config";

const PORT = 4174;

const serve = (folder: string, port: number) => ({
  command: `node node_modules/sirv-cli/bin.js ${folder} --gzip --brotli --quiet --host localhost --port ${port}`,
  url: `http://localhost:${port}/`,
  reuseExistingServer: false,
});

export default defineConfig({
  ...base,
  testDir: "./bench",
  testMatch: "*.bench.ts",
  use: { ...base.use, baseURL: `http://localhost:${PORT}/` },
  webServer: [serve("../target/bench/page", PORT), serve("../dist", PORT + 1)],
});
