// Numbers as the page writes them.

const grouped = new Intl.NumberFormat("en");

export const count = (n: number): string => grouped.format(n);

export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  if (n < 1e6) return `${(n / 1e3).toFixed(n < 1e4 ? 1 : 0)} kB`;
  if (n < 1e9) return `${(n / 1e6).toFixed(n < 1e7 ? 1 : 0)} MB`;
  return `${(n / 1e9).toFixed(2)} GB`;
}

export const percent = (n: number): string => n.toFixed(2);

export const plural = (n: number, word: string): string => `${count(n)} ${word}${n === 1 ? "" : "s"}`;

/** What a person calls the worker at this place. */
export const workerName = (slot: number): string => `Worker ${slot + 1}`;

const WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/** As `plural`, with a small number as a word. */
export const inWords = (n: number, word: string): string => (WORDS[n] ? `${WORDS[n]} ${word}${n === 1 ? "" : "s"}` : plural(n, word));

const exact = new Intl.NumberFormat("en", { maximumFractionDigits: 12 });

/** A number with all of its digits that a double is sure of. */
export const decimal = (n: number): string => exact.format(n);
