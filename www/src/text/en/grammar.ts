// How English writes numbers, counts things and joins words.

// Formats are made when they are needed: the first of them costs as much as all of the page.
const LOCALE = "en";

/** A whole number, in groups of three. By hand: it is the first thing that the page says, and formats come later. */
export const count = (n: number): string => String(n).replaceAll(/\B(?=(\d{3})+$)/g, ",");

/** In the unit in which the number, as it is rounded, is below 1000. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  if (n < 999.5e3) return `${(n / 1e3).toFixed(n < 9.95e3 ? 1 : 0)} kB`;
  if (n < 999.5e6) return `${(n / 1e6).toFixed(n < 9.95e6 ? 1 : 0)} MB`;
  return `${(n / 1e9).toFixed(2)} GB`;
}

/** A number with so many digits behind its point. */
export const fixed = (n: number, digits: number): string => n.toFixed(digits);

export const percent = (n: number): string => fixed(n, 2);

/** A number with all of its digits that a double is sure of. */
export const decimal = (n: number): string => n.toLocaleString(LOCALE, { maximumFractionDigits: 12 });

export const millis = (n: number): string => `${fixed(n, 1)} ms`;

/** From milliseconds. */
export const seconds = (n: number): string => `${fixed(n / 1000, 1)} s`;

/** A moment, from milliseconds. */
export const date = (at: number): string => new Date(at).toLocaleString(LOCALE, { dateStyle: "medium", timeStyle: "short" });

export const plural = (n: number, word: string): string => `${count(n)} ${word}${n === 1 ? "" : "s"}`;

const WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/** As `plural`, with a small number as a word. */
export const inWords = (n: number, word: string): string => (WORDS[n] ? `${WORDS[n]} ${word}${n === 1 ? "" : "s"}` : plural(n, word));

/** "1, 2 and 3". */
export const list = (items: (string | number)[]): string =>
  items.length < 2 ? items.join() : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;

/** What a person calls the worker at this place. */
export const workerName = (slot: number): string => `Worker ${slot + 1}`;

/** As a sentence begins. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A sentence of its own, with its full stop. */
export const sentence = (text: string): string => (/^$|[.!?]$/.test(text) ? capital(text) : `${capital(text)}.`);
