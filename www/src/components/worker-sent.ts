import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import { bytes, fixed, seconds } from "../format";
import type { LocalShow } from "../state/local";
import { signed } from "../state/sum";
import { shared } from "../styles/shared";
import { text } from "../text";
import "./heat-map";
import "./trust";

const words = text.worker.sent;

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
        --trust: var(--aggregator);
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
        <h2 id="sends">${sent?.secure ? words.secureTitle : words.title}</h2>
        <dl class="number">
          <div><dt>${words.round}</dt><dd>${sent?.round ?? "–"}</dd></div>
          <div>
            <dt>${words.size}</dt>
            <dd
              data-testid="worker-sent"
              data-bytes=${size ?? 0}
              data-round=${(size !== undefined && sent?.round) || ""}
              data-secure=${sent?.secure ?? ""}
            >
              ${cost}
            </dd>
          </div>
          <div><dt>${words.norm}</dt><dd>${sent ? length(sent.norm) : "–"}</dd></div>
          <div><dt>${words.time}</dt><dd>${sent ? seconds(sent.millis) : "–"}</dd></div>
        </dl>
        <sotto-heat-map .values=${sent?.update ?? NO_UPDATE}></sotto-heat-map>
        <p class="note">
          ${words.what(sent ? words.numbers(sent.update.length) : words.noNumbers)} ${sent?.secure ? words.secure : words.open}
        </p>
        ${
          sent?.secure
            ? html`<sotto-heat-map
              .values=${masked ? signed(masked.masked.subarray(0, CELLS), masked.bits) : NO_UPDATE}
              label=${words.masked(CELLS)}
            ></sotto-heat-map>`
            : nothing
        }
        ${sent ? html`<sotto-trust .claim=${sent.secure ? text.trust.sum : text.trust.clear}></sotto-trust>` : nothing}
      </section>
    `;
  }
}

/** As many as the picture has cells: the largest of a stretch of noise would be no noise. */
const CELLS = 96 * 32;
const NO_UPDATE = new Float32Array(0);

/** The length of a step; one that has run away is told by its size alone. */
const length = (norm: number): string => (norm < 1e5 ? fixed(norm, 3) : norm.toExponential(1));
