import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

import site from "../vite.config.ts";

// The bench page is not part of the site.
export default defineConfig({
  ...site,
  root: fileURLToPath(new URL(".", import.meta.url)),
  publicDir: fileURLToPath(new URL("../public", import.meta.url)),
  build: { ...site.build, outDir: "../../target/bench/page", rolldownOptions: {} },
});
