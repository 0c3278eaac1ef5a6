// The language of the page. A translation is one file like `en.ts`, and its line here.

import { en } from "./en";

/** All that the page says, and how. */
export type Text = typeof en;

const LANGUAGES: Record<string, Text> = { en };

export const text: Text = LANGUAGES[document.documentElement.lang] ?? en;
