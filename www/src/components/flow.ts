// The lines between the workers' rows and the aggregator: a pulse runs down them with the
// model and up with an update. Many voices, one model.

import { css, html, svg } from "lit";

import { reports, type Member, type Show } from "../state/show";
import { text } from "../text";

const words = text.training.roster;

/** Pixels: a row of the roster, the drawing beside the rows, the aggregator in it. */
const ROW = 28;
const WIDTH = 88;
const NODE = 72;
const RADIUS = 13;

/** Lines that wait for workers in an empty room. */
const EXPECTED = 10;

/** A line from each worker's row, in the order of the rows. */
export function lines(state: Show["state"], workers: Member[]) {
  const { here, wanted } = reports(state);
  const height = workers.length * ROW;
  const under = state.attempt > 0;
  const label = under ? words.flow(here, wanted) : words.noFlow;
  return html`
    <svg class="lines" width=${WIDTH} height=${height} role="img" aria-label=${label}>
      ${workers.map((worker, index) => {
        const d = path(index, workers.length);
        return svg`<path class="line" data-state=${worker.state} d=${d} />
          <path class="pulse" pathLength="100" data-state=${worker.state} d=${d} />`;
      })}
      <circle class="node" cx=${NODE} cy=${height / 2} r=${RADIUS} data-under=${under} />
      <text class="tally" x=${NODE} y=${height / 2}>${under ? `${here}/${wanted}` : ""}</text>
    </svg>
  `;
}

/** The same picture with nobody in it. */
export function noLines() {
  const height = EXPECTED * ROW;
  return html`
    <svg class="waiting" width=${WIDTH} height=${height} aria-hidden="true">
      ${Array.from({ length: EXPECTED }, (_, index) => svg`<path class="line" d=${path(index, EXPECTED)} />`)}
      <circle class="node" cx=${NODE} cy=${height / 2} r=${RADIUS} />
    </svg>
  `;
}

function path(index: number, rows: number): string {
  const y = (index + 0.5) * ROW;
  const middle = (rows * ROW) / 2;
  return `M0 ${y}C${WIDTH / 2} ${y} ${WIDTH / 2} ${middle} ${NODE} ${middle}`;
}

/** How the lines between workers and aggregator look and move. */
export const flow = css`
  .lines {
    margin-top: var(--head);
  }
  .line,
  .pulse {
    fill: none;
  }
  .line {
    stroke: var(--line);
    stroke-width: 1.25;
  }
  .line[data-state="training"] {
    stroke: var(--worker);
    stroke-dasharray: 2 4;
  }
  .line[data-state="reported"] {
    stroke: var(--aggregator);
    stroke-width: 2;
  }
  .waiting .line {
    stroke: var(--line-strong);
    stroke-dasharray: 1 4;
  }
  .pulse {
    stroke: transparent;
    stroke-width: 5;
    stroke-linecap: round;
    stroke-dasharray: 4 200;
    stroke-dashoffset: 4;
  }
  /* Dash offsets run from the aggregator's end (-100) to the worker's (4), and back. */
  .pulse[data-state="training"] {
    stroke: var(--aggregator);
    animation: down 600ms ease-in-out both;
  }
  .pulse[data-state="reported"] {
    stroke: var(--worker);
    animation: up 600ms ease-in-out both;
  }
  @keyframes down {
    from {
      stroke-dashoffset: -100;
    }
    to {
      stroke-dashoffset: 4;
    }
  }
  @keyframes up {
    from {
      stroke-dashoffset: 4;
    }
    to {
      stroke-dashoffset: -100;
    }
  }
  .node {
    fill: var(--surface);
    stroke: var(--aggregator);
    stroke-width: 2;
  }
  .node[data-under="true"] {
    fill: var(--aggregator);
  }
  .tally {
    fill: var(--on-role);
    font: 600 10px var(--sans);
    font-variant-numeric: tabular-nums;
    text-anchor: middle;
    dominant-baseline: central;
  }
  @media (prefers-reduced-motion: reduce) {
    .pulse {
      display: none;
    }
  }
`;
