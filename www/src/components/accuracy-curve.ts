import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { Point } from "../state/history";
import { shared } from "../styles/shared";
import { text } from "../text";
import type { Curve } from "./chart";
import "./chart";

const words = text.training.curve;

const CURVES: Curve[] = [
  { label: words.accuracy, colour: "--aggregator", scale: "left", points: true },
  { label: words.loss, colour: "--ink-soft", scale: "right", dashed: true },
];

/** The global model's accuracy and loss on the test digits, round by round. */
@customElement("sotto-accuracy-curve")
export class AccuracyCurve extends LitElement {
  static override styles = [
    shared,
    css`
      :host,
      figure {
        display: grid;
        grid-template-rows: auto 1fr;
        position: relative;
        min-width: 0;
      }
      :host {
        grid-template-rows: 1fr;
      }
      figcaption {
        display: flex;
        justify-content: space-between;
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      .accuracy {
        color: var(--aggregator);
        font-weight: 600;
      }
      .empty {
        position: absolute;
        inset: 35% 15% auto;
        color: var(--ink-soft);
        font: italic var(--text-m) / 1.4 var(--serif);
        text-align: center;
      }
      sotto-chart {
        min-height: 11rem;
      }
    `,
  ];

  @property({ attribute: false }) points: Point[] = [];
  @property({ type: Number }) rounds = 10;

  protected override render() {
    const { points } = this;
    const lossMax = Math.max(0.5, ...points.map((point) => point.loss));
    const last = points.at(-1);
    return html`
      <figure>
        <figcaption>
          <span>${words.caption}</span>
          <span>${words.dashed}</span>
        </figcaption>
        <sotto-chart
          .curves=${CURVES}
          .data=${[points.map((p) => p.round), points.map((p) => p.accuracy), points.map((p) => p.loss)]}
          .across=${[0, Math.max(1, this.rounds, last?.round ?? 0)]}
          .left=${[0, 100]}
          .right=${[0, Math.ceil(lossMax * 2) / 2]}
          label=${words.label(points.map(({ round, accuracy, loss }) => words.point(round, accuracy, loss)))}
        ></sotto-chart>
        ${last === undefined || last.round === 0 ? html`<p class="empty">${words.empty}</p>` : nothing}
      </figure>
    `;
  }
}
