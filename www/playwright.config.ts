import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const PORT = Number(process.env["SOTTO_PORT"] ?? 4173);

const CHROMIUM = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser"];
const executablePath = CHROMIUM.find((path) => path && existsSync(path));

export default defineConfig({
  testDir: "../tests/browser",
  // One at a time: the tests train, and measure what they train.
  workers: 1,
  retries: 0,
  forbidOnly: Boolean(process.env["CI"]),
  reporter: "list",
  use: {
    // Each test meets the page for the first time; the one of the page without a network asks for it.
    serviceWorkers: "block",
    baseURL: `http://localhost:${PORT}/`,
    launchOptions: {
      ...(executablePath && { executablePath }),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  webServer: {
    command: `node node_modules/sirv-cli/bin.js ../dist --gzip --brotli --quiet --host localhost --port ${PORT}`,
    url: `http://localhost:${PORT}/`,
    reuseExistingServer: !process.env["CI"],
  },
});
