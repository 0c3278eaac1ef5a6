// The five roles and the seven links between them, with the bytes of one classification.

import { css, html, nothing, svg } from "lit";
import { keyed } from "lit/directives/keyed.js";

import type { RoleName } from "../../../wasm/sotto.js";
import { bytes } from "../../format";
import { LINKS, type Ends, type Wired, type WireMessage } from "../../state/wire";
import { text } from "../../text";
import { dot, type Point } from "../dot";
import { INKS } from "./role";

const words = text.secret.wire;

const WIDTH = 320;
const HEIGHT = 272;
const NODE_WIDTH = 66;
const NODE_HEIGHT = 26;

const PLACES: Record<Wired, Point> = {
  client: [160, 20],
  alice: [44, 106],
  bob: [276, 106],
  dealer: [160, 178],
  owner: [160, 250],
};

/** Bytes over a link; `ahead`: they went before the drawing. */
export interface Load {
  bytes: number | undefined;
  ahead: boolean;
  /** Whether something that is looked at went here. */
  marked: boolean;
}

export type Loads = (ends: Ends) => Load;

export function links(load: Loads, now?: WireMessage) {
  const name = (role: RoleName) => text.roles.name[role];
  const said = LINKS.map(([one, other]) => words.link(name(one), name(other), amount(load([one, other]))));
  return html`
    <svg class="links" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${words.links(said)}>
      ${LINKS.map((ends) => svg`<path class="link" data-ahead=${load(ends).ahead} data-marked=${load(ends).marked} d=${path(ends)} />`)}
      ${LINKS.map((ends) => {
        const [x, y] = middle(ends);
        return svg`<text class="load" x=${x} y=${y}>${load(ends).bytes === undefined ? "" : amount(load(ends))}</text>`;
      })}
      ${Object.entries(PLACES).map(
        ([role, [x, y]]) => svg`
          <g data-role=${role}>
            <rect x=${x - NODE_WIDTH / 2} y=${y - NODE_HEIGHT / 2} width=${NODE_WIDTH} height=${NODE_HEIGHT} rx="13" />
            <text class="node" x=${x} y=${y}>${name(role as RoleName)}</text>
          </g>
        `,
      )}
      ${now ? keyed(now, dot(PLACES[now.from], PLACES[now.to], INKS[now.from])) : nothing}
    </svg>
  `;
}

const amount = ({ bytes: some }: Load): string => (some === undefined ? words.nothing : bytes(some));

/** The owner's links go round the dealer. */
function path([one, other]: Ends): string {
  const [x, y] = PLACES[one];
  const [u, v] = PLACES[other];
  return one === "owner" ? `M${x} ${y}C${u} ${y} ${u} ${y} ${u} ${v}` : `M${x} ${y}L${u} ${v}`;
}

function middle([one, other]: Ends): Point {
  const [x, y] = PLACES[one];
  const [u, v] = PLACES[other];
  return one === "owner" ? [(x + 7 * u) / 8, (7 * y + v) / 8 - 9] : [(x + u) / 2, (y + v) / 2];
}

export const linkStyles = css`
  .links {
    display: block;
    width: 100%;
    max-width: 24rem;
    margin-inline: auto;
  }
  .link {
    fill: none;
    stroke: var(--line-strong);
    stroke-width: 1.5;
  }
  .link[data-ahead="true"] {
    stroke-dasharray: 3 4;
  }
  .link[data-marked="true"] {
    stroke: var(--alice);
    stroke-width: 4;
  }
  .links text {
    font: 12px var(--sans);
    font-variant-numeric: tabular-nums;
    text-anchor: middle;
    dominant-baseline: central;
  }
  .load {
    fill: var(--ink);
    stroke: var(--surface);
    stroke-width: 6;
    stroke-linejoin: round;
    paint-order: stroke;
  }
  .links rect {
    fill: var(--role);
  }
  .links .node {
    fill: var(--on-role);
    font-weight: 600;
  }
`;
