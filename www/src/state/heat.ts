// An update is tens of thousands of numbers: a picture of it shows fewer cells.

/** The value of largest magnitude in each of `cells` equal stretches. */
export function peaks(values: Float32Array, cells: number): Float32Array {
  const found = new Float32Array(cells);
  for (let index = 0; index < values.length; index += 1) {
    const cell = Math.floor((index * cells) / values.length);
    const value = values[index] ?? 0;
    if (Math.abs(value) > Math.abs(found[cell] ?? 0)) found[cell] = value;
  }
  return found;
}

/** Magnitudes from 0 to 1 with their sign, on a scale that shows the small ones too. */
export function shades(values: Float32Array): Float32Array {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  return values.map((value) => Math.sign(value) * Math.sqrt(Math.abs(value) / largest));
}
