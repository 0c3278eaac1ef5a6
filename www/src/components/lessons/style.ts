import { css } from "lit";

/** A lesson: a heading, a sentence, what can be moved, what comes of it. */
export const lesson = css`
  article {
    display: grid;
    align-content: start;
    gap: var(--space-3);
    min-width: 0;
  }
  h3 {
    font: 600 var(--text-l) / 1.3 var(--serif);
  }
  .lead {
    max-width: 42rem;
    color: var(--ink-soft);
  }
  .fields {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-3) var(--space-4);
    align-items: end;
  }
  .field {
    display: grid;
    gap: var(--space-1);
    min-width: 0;
    font-size: var(--text-s);
    font-weight: 600;
  }
  .field output {
    font-weight: 400;
  }
  input[type="number"] {
    width: 7rem;
  }
  input[type="range"] {
    min-height: 1.75rem;
    padding: 0;
    border: 0;
    background: none;
    accent-color: var(--thumb, var(--client));
  }
  .side {
    display: grid;
    grid-template-columns: minmax(9rem, 13rem) minmax(0, 1fr);
    gap: var(--space-4) var(--space-5);
    align-items: center;
  }
  .stack {
    display: grid;
    gap: var(--space-3);
    min-width: 0;
  }
  svg {
    display: block;
    width: 100%;
    height: auto;
    overflow: visible;
  }
  .said {
    min-height: 1.5em;
    font-variant-numeric: tabular-nums;
  }
  .declined {
    color: var(--warn);
  }
  dl {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: var(--space-1) var(--space-4);
    align-items: baseline;
  }
  dt {
    color: var(--ink-soft);
    font-size: var(--text-s);
  }
  dd {
    overflow-wrap: anywhere;
    font: 500 var(--text-m) / 1.4 var(--mono);
  }
  .alice {
    color: var(--alice);
  }
  .bob {
    color: var(--bob);
  }
  .dealer {
    color: var(--dealer);
  }
  .client {
    color: var(--client);
  }
  @media (max-width: 30rem) {
    .side {
      grid-template-columns: minmax(0, 1fr);
    }
    .side > svg {
      max-width: 14rem;
      margin-inline: auto;
    }
  }
`;

/** A point of a circle of 100 around the origin; a turn of 0 is at the top, and goes clockwise. */
export function onCircle(turn: number, radius: number): [x: number, y: number] {
  const angle = 2 * Math.PI * turn;
  return [radius * Math.sin(angle), -radius * Math.cos(angle)];
}

/** The path around the circle from one turn on for another, with a radius that may shrink. */
export function around(from: number, by: number, radius: number, end = radius): string {
  const pieces = Math.max(2, Math.ceil(Math.abs(by) * 96));
  const points = Array.from({ length: pieces + 1 }, (_, index) => {
    const part = index / pieces;
    return onCircle(from + by * part, radius + (end - radius) * part)
      .map((value) => value.toFixed(2))
      .join(" ");
  });
  return `M${points.join("L")}`;
}

/** The value of a number field, when it is a whole number of the field's range. */
export function whole(event: Event): number | undefined {
  const field = event.currentTarget as HTMLInputElement;
  const value = field.valueAsNumber;
  return field.validity.valid && Number.isInteger(value) ? value : undefined;
}
