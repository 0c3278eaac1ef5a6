import { css, html, LitElement, nothing, svg } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { LocalShow } from "../state/local";
import { shared } from "../styles/shared";
import { text } from "../text";

const words = text.worker.handwriting;

/** The curve, in pixels. */
const WIDTH = 120;
const HEIGHT = 28;

/** How well the global models of the run read one's own digits: what federated learning does for its learners. */
@customElement("sotto-handwriting-effect")
export class HandwritingEffect extends LitElement {
  static override styles = [
    shared,
    css`
      .effect {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2) var(--space-4);
      }
      path {
        fill: none;
        stroke: var(--client);
        stroke-width: 2;
      }
      line {
        stroke: var(--line);
      }
    `,
  ];

  @property({ attribute: false }) readings: LocalShow["readings"] = [];

  protected override render() {
    const [first, last] = [this.readings[0], this.readings.at(-1)];
    if (!first || !last) return nothing;
    const before = first === last ? "" : ` ${words.before(first.correct, first.count, first.round)}`;
    return html`
      <div class="effect">
        <p class="number" role="status" data-testid="own-accuracy" data-round=${last.round} data-correct=${last.correct} data-count=${last.count}>
          ${words.reads(last.round, last.correct, last.count)}${before}.
        </p>
        ${this.readings.length > 1 ? this.curve() : nothing}
      </div>
    `;
  }

  private curve() {
    const x = (place: number) => 1 + ((WIDTH - 2) * place) / (this.readings.length - 1);
    const y = (share: number) => 1 + (HEIGHT - 2) * (1 - share);
    const points = this.readings.map(({ correct, count }, place) => `${x(place)},${y(correct / count)}`);
    const said = words.readings(this.readings.slice(-12).map(({ round, correct, count }) => words.reading(round, correct, count)));
    return html`<svg width=${WIDTH} height=${HEIGHT} role="img" aria-label=${words.curve(said)}>
      <title>${said}</title>
      ${svg`<line x1="0" x2=${WIDTH} y1=${HEIGHT - 0.5} y2=${HEIGHT - 0.5} /><path d="M${points.join(" L")}" />`}
    </svg>`;
  }
}
