import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import { bytes, count } from "../format";
import type { LocalShow } from "../state/local";
import { signed } from "../state/sum";
import { shared } from "../styles/shared";
import "./heat-map";

/** The one thing that left the tab: the last update. */
@customElement("sotto-worker-sent")
export class WorkerSent extends LitElement {
  static override styles = [
    shared,
    css`
      .panel {
        display: grid;
        align-content: start;
        gap: var(--space-3);
        height: 100%;
      }
      dl {
        display: grid;
        grid-template-columns: repeat(4, auto);
        justify-content: space-between;
        gap: var(--space-2) var(--space-4);
      }
      dt {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      dd {
        font-weight: 600;
      }
      .up {
        color: var(--worker);
      }
      .down {
        color: var(--aggregator);
      }
    `,
  ];

  @property({ attribute: false }) sent?: NonNullable<LocalShow["sent"]>;
  @property({ attribute: false }) masked?: NonNullable<LocalShow["masked"]>;

  protected override render() {
    const { sent, masked } = this;
    const size = sent?.secure ? masked?.bytes : sent?.bytes;
    const cost = size === undefined ? "–" : bytes(size);
    return html`
      <section class="panel" aria-labelledby="sends">
        <h2 id="sends">${sent?.secure ? "What it learnt, and what it sends" : "What it sends"}</h2>
        <dl class="number">
          <div><dt>Round</dt><dd>${sent?.round ?? "–"}</dd></div>
          <div>
            <dt>Size</dt>
            <dd
              data-testid="worker-sent"
              data-bytes=${size ?? 0}
              data-round=${(size !== undefined && sent?.round) || ""}
              data-secure=${sent?.secure ?? ""}
            >
              ${cost}
            </dd>
          </div>
          <div><dt>Length of its step</dt><dd>${sent ? length(sent.norm) : "–"}</dd></div>
          <div><dt>Trained in</dt><dd>${sent ? `${(sent.millis / 1000).toFixed(1)} s` : "–"}</dd></div>
        </dl>
        <sotto-heat-map .values=${sent?.update ?? NO_UPDATE}></sotto-heat-map>
        <p class="note">
          ${sent ? `${count(sent.update.length)} numbers, one a weight` : "One number a weight"}: how far training moved it,
          <span class="up">up</span> or <span class="down">down</span>, times the number of digits. ${sent?.secure
            ? html`<strong>This picture stays in this tab.</strong> What leaves is the same numbers under masks:`
            : html`<strong>The aggregator can read all of this</strong>, and the mean loss with it; the digits themselves
                stay here. Secure aggregation would hide it.`}
        </p>
        ${sent?.secure
          ? html`<sotto-heat-map
              .values=${masked ? signed(masked.masked.subarray(0, CELLS), masked.bits) : NO_UPDATE}
              label="The first ${count(CELLS)} numbers that the aggregator receives: noise"
            ></sotto-heat-map>`
          : nothing}
      </section>
    `;
  }
}

/** As many as the picture has cells: the largest of a stretch of noise would be no noise. */
const CELLS = 96 * 32;
const NO_UPDATE = new Float32Array(0);

/** The length of a step; one that has run away is told by its size alone. */
const length = (norm: number): string => (norm < 1e5 ? norm.toFixed(3) : norm.toExponential(1));
