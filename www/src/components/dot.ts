// A message on its way over a line of a picture.

import { css, svg } from "lit";

import { properties } from "./properties";

export type Point = [x: number, y: number];

/** A dot that travels once, when it is first drawn; `colour` is a token. It stops short of both ends. */
export function dot([fromX, fromY]: Point, [toX, toY]: Point, colour: string) {
  const at = (part: number): Point => [fromX + (toX - fromX) * part, fromY + (toY - fromY) * part];
  const [[startX, startY], [endX, endY]] = [at(0.2), at(0.72)];
  const way = properties({ "--from-x": `${startX}px`, "--from-y": `${startY}px`, "--to-x": `${endX}px`, "--to-y": `${endY}px` });
  return svg`<g class="dot" ${way}><circle r="7" fill="var(${colour})" stroke="var(--surface)" stroke-width="2" /></g>`;
}

export const dotStyles = css`
  .dot {
    animation: travel var(--travel, 900ms) ease-in-out both;
  }
  @keyframes travel {
    from {
      transform: translate(var(--from-x), var(--from-y));
    }
    to {
      transform: translate(var(--to-x), var(--to-y));
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .dot {
      animation: none;
      transform: translate(var(--to-x), var(--to-y));
    }
  }
`;
