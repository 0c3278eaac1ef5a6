// The language of a page, which its html element names. A translation is a file like `en.ts` with a
// folder beside it, and its place here.

import { en } from "./en.ts";

/** All that the page says, and how. */
export type Text = typeof en;

export const LANGUAGES: Readonly<Record<string, Text>> = { en };

/** The build and the tests read texts where there is no page. */
const language = typeof document === "undefined" ? "" : document.documentElement.lang;

export const text: Text = LANGUAGES[language] ?? en;
