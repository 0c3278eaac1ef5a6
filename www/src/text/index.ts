// The language of a page, which its html element names. A translation is one file like `en.ts`, and its place here.

import { en } from "./en";

/** All that the page says, and how. */
export type Text = typeof en;

export const LANGUAGES: Readonly<Record<string, Text>> = { en };

/** Tests read some of it where there is no page. */
const language = typeof document === "undefined" ? "" : document.documentElement.lang;

export const text: Text = LANGUAGES[language] ?? en;
