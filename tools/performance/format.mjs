// Figures as people read them.

const thousands = (value) => Math.round(value).toLocaleString("en-GB");

/** Three digits, or all before the point. */
export function short(value) {
  const size = Math.abs(value);
  if (size >= 100) return thousands(value);
  return value.toFixed(size >= 10 ? 1 : 2).replace(/^-(0\.?0*)$/, "$1");
}

export const millis = (value) => (Math.abs(value) >= 1000 ? `${short(value / 1000)} s` : `${short(value)} ms`);
export const micros = (value) => (Math.abs(value) >= 1000 ? millis(value / 1000) : `${short(value)} µs`);
export const percent = (value) => `${value.toFixed(2)} %`;
export const number = (value) => thousands(value);

export function bytes(value) {
  if (value >= 1e6) return `${short(value / 1e6)} MB`;
  return value >= 1e3 ? `${short(value / 1e3)} kB` : `${thousands(value)} bytes`;
}

/** The middle of three, with the least and the most; their unit once, where it is the same. */
export function spread(least, middle, most, form) {
  const words = [least, middle, most].map(form);
  if (words[0] === words[2]) return words[1];
  const units = words.map((one) => one.replace(/^\S+/, ""));
  const [from, to] = units.every((unit) => unit === units[1])
    ? [words[0], words[2]].map((one) => one.replace(/ .*/, ""))
    : [words[0], words[2]];
  return `${words[1]} (${from} to ${to})`;
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
