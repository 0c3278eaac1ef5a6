// Curves of test accuracy by round as an SVG that reads on light and dark pages.

const WIDTH = 720;
const HEIGHT = 360;
const PLOT = { left: 46, right: 500, top: 34, bottom: 320 };
/** Apart for people who see few colours (Okabe and Ito 2008). */
export const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999", "#b0a000"];

export const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** The chart of `lines`, each with its words and its points of round and percent. */
export function curves(title, lines) {
  const points = lines.flatMap(({ curve }) => curve);
  const rounds = Math.max(1, ...points.map(([round]) => round));
  const least = Math.max(0, Math.floor(Math.min(90, ...lines.map(({ curve }) => curve.at(-1)[1])) / 10 - 1) * 10);
  const x = (round) => PLOT.left + ((PLOT.right - PLOT.left) * round) / rounds;
  const y = (percent) => PLOT.bottom - ((PLOT.bottom - PLOT.top) * (Math.max(least, percent) - least)) / (100 - least);
  const ticks = Array.from({ length: 6 }, (_, index) => least + ((100 - least) * index) / 5);
  const grid = ticks.map(
    (tick) =>
      `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(tick)}" y2="${y(tick)}" stroke="#8884"/><text x="${PLOT.left - 6}" y="${y(tick) + 4}" text-anchor="end">${Math.round(tick)}</text>`,
  );
  const below = [0, 0.25, 0.5, 0.75, 1].map(
    (part) => `<text x="${x(part * rounds)}" y="${PLOT.bottom + 18}" text-anchor="middle">${Math.round(part * rounds)}</text>`,
  );
  const drawn = lines.map(({ words, curve }, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const path = curve.map(([round, percent]) => `${x(round).toFixed(1)},${y(percent).toFixed(1)}`).join(" ");
    const at = PLOT.top + 14 + 20 * index;
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/><line x1="${PLOT.right + 14}" x2="${PLOT.right + 34}" y1="${at - 4}" y2="${at - 4}" stroke="${colour}" stroke-width="3"/><text x="${PLOT.right + 40}" y="${at}">${escaped(words)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" fill="#777">
<title>${escaped(title)}</title>
<text x="${PLOT.left}" y="18" font-size="14">Test accuracy in percent, by round</text>
${[...grid, ...below, ...drawn].join("\n")}
</svg>
`;
}
