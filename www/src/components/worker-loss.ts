import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

import { fixed } from "../format";
import { NOTHING, type LocalShow } from "../state/local";
import { shared } from "../styles/shared";
import { text } from "../text";
import type { Curve } from "./chart";
import "./chart";

const words = text.worker.loss;
const CURVES: Curve[] = [{ label: words.loss, colour: "--worker", scale: "left" }];

/** How this worker learns: the loss of every batch. */
@customElement("sotto-worker-loss")
export class WorkerLoss extends LitElement {
  static override styles = [
    shared,
    css`
      .panel {
        display: grid;
        grid-template-rows: auto auto 1fr;
        gap: var(--space-2);
        height: 100%;
      }
      sotto-chart {
        min-height: 12rem;
      }
    `,
  ];

  @property({ attribute: false }) show: LocalShow = NOTHING;

  protected override render() {
    const { losses, steps, progress } = this.show;
    const most = Math.max(0.5, ...losses.map((point) => point.loss));
    const now = progress && fixed(progress.loss, 3);
    return html`
      <section class="panel" aria-labelledby="learning">
        <h2 id="learning">${words.title}</h2>
        <p class="note number">${words.now(html`<strong data-testid="worker-loss">${now ?? "–"}</strong>`, steps)}</p>
        <sotto-chart
          .curves=${CURVES}
          .data=${[losses.map((point) => point.step), losses.map((point) => point.loss)]}
          .across=${[0, Math.max(20, steps)]}
          .left=${[0, Math.ceil(most * 2) / 2]}
          label=${words.label(now ? words.after(steps, now) : words.noSteps)}
        ></sotto-chart>
      </section>
    `;
  }
}
