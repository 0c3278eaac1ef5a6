// Curves with both axes logarithmic, as an SVG that reads on light and dark pages.

import { COLOURS, escaped } from "./curves.mjs";

const WIDTH = 720;
const HEIGHT = 360;
const PLOT = { left: 58, right: 500, top: 34, bottom: 320 };

/** Powers of ten from below the least value to above the most. */
function decades(values) {
  const least = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
  const most = Math.ceil(Math.log10(Math.max(...values)) - 1e-9);
  return Array.from({ length: Math.max(1, most - least) + 1 }, (_, index) => least + index);
}

const power = (exponent) => `10<tspan dy="-4" font-size="9">${exponent}</tspan>`;

/** `lines` have words and points of x, y and whether the limits are kept; beyond them a line is dotted. */
export function loglog(title, lines) {
  const all = lines.flatMap(({ points }) => points);
  const [across, up] = [0, 1].map((axis) => decades(all.map((point) => point[axis])));
  const scale = (exponents, from, to) => (value) =>
    from + ((to - from) * (Math.log10(value) - exponents[0])) / (exponents.at(-1) - exponents[0]);
  const x = scale(across, PLOT.left, PLOT.right);
  const y = scale(up, PLOT.bottom, PLOT.top);
  const grid = up.map((exponent) => {
    const at = y(10 ** exponent);
    return `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${at.toFixed(1)}" y2="${at.toFixed(1)}" stroke="#8884"/><text x="${PLOT.left - 8}" y="${(at + 4).toFixed(1)}" text-anchor="end">${power(exponent)}</text>`;
  });
  const below = across.map(
    (exponent) => `<text x="${x(10 ** exponent).toFixed(1)}" y="${PLOT.bottom + 20}" text-anchor="middle">${power(exponent)}</text>`,
  );
  const drawn = lines.flatMap(({ words, points }, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const path = (part) => part.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
    const end = points.findIndex(([, , kept]) => !kept);
    const kept = end < 0 ? points : points.slice(0, end);
    const beyond = end < 0 ? [] : points.slice(Math.max(0, end - 1));
    const at = PLOT.top + 14 + 20 * index;
    return [
      `<polyline points="${path(kept)}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      `<polyline points="${path(beyond)}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="2 4"/>`,
      `<line x1="${PLOT.right + 14}" x2="${PLOT.right + 34}" y1="${at - 4}" y2="${at - 4}" stroke="${colour}" stroke-width="3"/><text x="${PLOT.right + 40}" y="${at}">${escaped(words)}</text>`,
    ];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" fill="#777">
<title>${escaped(title)}</title>
<text x="${PLOT.left}" y="18" font-size="14">${escaped(title)}</text>
${[...grid, ...below, ...drawn].join("\n")}
</svg>
`;
}
