// Canvases take their colours from the design tokens, and take them again when the scheme changes.

const dark = matchMedia("(prefers-color-scheme: dark)");

/** The value of a colour token, such as `--ink`. */
export const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A colour token as red, green and blue, 0 to 255. */
export function rgb(name: string): [number, number, number] {
  const hex = token(name);
  const at = (index: number) => Number.parseInt(hex.slice(index, index + 2), 16);
  return [at(1), at(3), at(5)];
}

/** Calls back when the colours change, until the returned function is called. */
export function onScheme(redraw: () => void): () => void {
  dark.addEventListener("change", redraw);
  return () => dark.removeEventListener("change", redraw);
}
