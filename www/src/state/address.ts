// The page's address holds the whole run: every setting that is not its default.

import type { Setting } from "../../wasm/sotto.js";

/** A setting and what it shall be. */
export interface Change {
  name: string;
  value: string;
}

/** The query with one setting changed, for the aggregator to judge. */
export function changed(query: string, name: string, value: string): string {
  const parameters = new URLSearchParams(query);
  parameters.set(name, value);
  return text(parameters);
}

/** The query that says these settings, and leaves the parameters of others alone. */
export function spoken(query: string, settings: Setting[]): string {
  const parameters = new URLSearchParams(query);
  for (const { name, value, default: silent } of settings) {
    if (value === silent) parameters.delete(name);
    else parameters.set(name, value);
  }
  return text(parameters);
}

/** A colon needs no escape in a query, and is easier to read. */
const text = (parameters: URLSearchParams): string => (parameters.size ? `?${parameters}`.replaceAll("%3A", ":") : "");
