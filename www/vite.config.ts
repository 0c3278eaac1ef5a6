import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

import { LANGUAGES } from "./src/text/index.ts";

const page = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Fills places such as {{pages.room.title}} with the text of the page's language. */
const text: Plugin = {
  name: "sotto-text",
  transformIndexHtml: {
    order: "pre",
    handler: (html, { path }) => {
      const language = /<html lang="(.*?)">/.exec(html)?.[1] ?? "";
      return html.replace(/\{\{(.*?)\}\}/g, (_, name: string) => {
        const found = name.split(".").reduce<unknown>((part, key) => Object(part)[key], LANGUAGES[language]);
        if (typeof found === "string") return found;
        throw new Error(`${path}: no text "${name}" in language "${language}"`);
      });
    },
  },
};

export default defineConfig({
  // Relative addresses: dist works from any folder of any static host.
  base: "./",
  plugins: [text],
  worker: { format: "es" },
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    target: "es2022",
    // The Content-Security-Policy allows files, not data: addresses, for scripts and fetches.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: [page("index.html"), page("worker.html"), page("party.html")] },
  },
});
