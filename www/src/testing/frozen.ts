// For reducers: whoever changes what was shown before, in place of returning what is shown next, throws.

/** The same value, which nobody can change. Numbers in typed arrays are left as they are: those cannot be frozen. */
export function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value;
  for (const part of value instanceof Map ? value.values() : Object.values(value)) frozen(part);
  return Object.freeze(value);
}
