// A digit's image as the strokes of a pen: thinned to its skeleton, then followed.

export type Point = { x: number; y: number };

const SIDE = 28;
const INK = 100;
const AROUND = [
  [-1, 0],
  [-1, 1],
  [0, 1],
  [1, 1],
  [1, 0],
  [1, -1],
  [0, -1],
  [-1, -1],
] as const;

/** The strokes of a 28 x 28 image, with coordinates from 0 to 1. */
export function strokesOf(image: Uint8Array): Point[][] {
  const ink = thinned(Array.from(image, (value) => value >= INK));
  const left = new Set(ink.flatMap((on, place) => (on ? [place] : [])));
  const near = (place: number) => neighbours(place).filter((other) => left.has(other));
  const strokes: Point[][] = [];
  while (left.size > 0) {
    // A line is followed from one of its ends; a ring has none.
    const places = [...left];
    let here = places.find((place) => near(place).length === 1) ?? places[0];
    const stroke: Point[] = [];
    while (here !== undefined) {
      left.delete(here);
      stroke.push({ x: ((here % SIDE) + 0.5) / SIDE, y: (Math.floor(here / SIDE) + 0.5) / SIDE });
      here = near(here)[0];
    }
    const [first, last] = [stroke[0], stroke.at(-1)];
    // A ring's end meets its beginning.
    if (first && last && stroke.length > 6 && Math.hypot(first.x - last.x, first.y - last.y) < 2 / SIDE) stroke.push(first);
    strokes.push(stroke);
  }
  return strokes;
}

/** A round line through some points (Catmull and Rom, 1974), with so many on the way from each to the next. */
export function handwritten(through: Point[], steps = 6): Point[] {
  const at = (index: number) => through[Math.min(through.length - 1, Math.max(0, index))] as Point;
  const line = through.slice(1).flatMap((_, index) =>
    Array.from({ length: steps }, (_, step) => {
      const t = step / steps;
      const weights = [-t + 2 * t ** 2 - t ** 3, 2 - 5 * t ** 2 + 3 * t ** 3, t + 4 * t ** 2 - 3 * t ** 3, -(t ** 2) + t ** 3];
      const mixed = (of: (point: Point) => number) =>
        weights.reduce((sum, weight, place) => sum + (weight * of(at(index + place - 1))) / 2, 0);
      return { x: mixed(({ x }) => x), y: mixed(({ y }) => y) };
    }),
  );
  return [...line, at(through.length)];
}

function neighbours(place: number): number[] {
  const [row, column] = [Math.floor(place / SIDE), place % SIDE];
  return AROUND.map(([down, right]) => [row + down, column + right] as const)
    .filter(([r, c]) => r >= 0 && r < SIDE && c >= 0 && c < SIDE)
    .map(([r, c]) => r * SIDE + c);
}

/** Zhang and Suen's thinning (1984). */
function thinned(ink: boolean[]): boolean[] {
  const at = (row: number, column: number) => row >= 0 && row < SIDE && column >= 0 && column < SIDE && ink[row * SIDE + column] === true;
  for (let changed = true; changed; ) {
    changed = false;
    for (const half of [0, 1]) {
      const gone: number[] = [];
      for (let row = 0; row < SIDE; row++) {
        for (let column = 0; column < SIDE; column++) {
          if (!at(row, column)) continue;
          const ring = AROUND.map(([down, right]) => at(row + down, column + right));
          const [n, , e, , s, , w] = ring;
          const count = ring.filter(Boolean).length;
          const turns = ring.filter((on, i) => !on && ring[(i + 1) % 8]).length;
          const open = half === 0 ? !(n && e && s) && !(e && s && w) : !(n && e && w) && !(n && s && w);
          if (count >= 2 && count <= 6 && turns === 1 && open) gone.push(row * SIDE + column);
        }
      }
      for (const place of gone) ink[place] = false;
      changed ||= gone.length > 0;
    }
  }
  return ink;
}
