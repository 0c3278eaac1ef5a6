import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

import { bytes, percent } from "../format";
import { BEFORE, latest, type Show } from "../state/show";
import { shared } from "../styles/shared";
import { text } from "../text";

const words = text.training.stats;

/** The run in numbers. */
@customElement("sotto-stats")
export class Stats extends LitElement {
  static override styles = [
    shared,
    css`
      dl {
        display: grid;
        grid-template-columns: 1.3fr 1.05fr 0.75fr 0.85fr 0.9fr 0.9fr 1fr;
        border-block: 1px solid var(--line);
      }
      div {
        padding: var(--space-2) var(--space-3);
        border-left: 1px solid var(--line);
        min-width: 0;
      }
      div:first-child {
        padding-left: 0;
        border-left: 0;
      }
      dt {
        color: var(--ink-soft);
        font-size: var(--text-s);
        line-height: 1.3;
        white-space: nowrap;
      }
      dd {
        font: 600 1.125rem / 1.9rem var(--sans);
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      .accuracy dd {
        color: var(--aggregator);
        font: 600 var(--text-xl) / 1.9rem var(--serif);
        font-variant-numeric: tabular-nums lining-nums;
      }
      .hash {
        font: 500 1rem / 1.9rem var(--mono);
      }
      @media (max-width: 40rem) {
        dl {
          grid-template-columns: repeat(6, 1fr);
        }
        div {
          grid-column: span 3;
        }
        div:nth-child(n + 3) {
          grid-column: span 2;
          border-top: 1px solid var(--line);
        }
        div:nth-child(n + 6) {
          grid-column: span 3;
        }
        div:is(:nth-child(3), :nth-child(6)) {
          padding-left: 0;
          border-left: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) show: Show = BEFORE;

  protected override render() {
    const { state, model, run, tested } = this.show;
    const point = latest(this.show);
    return html`
      <dl>
        <div class="accuracy">
          <dt>${words.accuracy}</dt>
          <dd>
            <span data-testid="test-accuracy" data-round=${point?.round ?? ""}>${point ? percent(point.accuracy) : "–"}</span
            >${point ? " %" : ""}
          </dd>
        </div>
        <div title=${words.pensHelp}>
          <dt>${words.pens}</dt>
          <dd><span data-testid="pens-accuracy">${tested ? percent(tested.pens) : "–"}</span>${tested ? " %" : ""}</dd>
        </div>
        <div>
          <dt>${words.workers}</dt>
          <dd data-testid="worker-count">${state.workers.length}</dd>
        </div>
        <div>
          <dt>${words.round}</dt>
          <dd data-testid="round" data-round=${state.round}>${run ? words.rounds(state.round, state.rounds) : "–"}</dd>
        </div>
        <div>
          <dt>${words.sent}</dt>
          <dd data-testid="bytes-sent" data-bytes=${state.bytesSent}>${bytes(state.bytesSent)}</dd>
        </div>
        <div>
          <dt>${words.received}</dt>
          <dd data-testid="bytes-received" data-bytes=${state.bytesReceived}>${bytes(state.bytesReceived)}</dd>
        </div>
        <div>
          <dt>${words.hash}</dt>
          <dd
            class="hash"
            data-testid="weights-hash"
            data-hash=${model?.hash ?? ""}
            data-round=${model?.round ?? ""}
            title=${model ? words.hashHelp(model.hash) : ""}
          >
            ${model ? model.hash.slice(0, 8) : "–"}
          </dd>
        </div>
      </dl>
    `;
  }
}
