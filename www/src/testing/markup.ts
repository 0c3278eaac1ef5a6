// What a person reads of a template.

import { nothing, type TemplateResult } from "lit";

/** The text of a template, with what is in its places and without tags; white space as a browser shows it. */
export function read(markup: unknown): string {
  const tags = /<[^>]*>/g;
  return flat(markup).replaceAll(tags, "").replaceAll("&amp;", "&").replaceAll(/\s+/g, " ").trim();
}

function flat(part: unknown): string {
  if (part === nothing || part === undefined || part === null) return "";
  if (Array.isArray(part)) return part.map(flat).join("");
  if (!isTemplate(part)) return String(part);
  return part.strings.map((string, index) => string + flat(part.values[index])).join("");
}

const isTemplate = (part: unknown): part is TemplateResult =>
  typeof part === "object" && part !== null && "strings" in part && "values" in part;
