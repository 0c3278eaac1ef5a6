import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { LayerRangeView, RangesView } from "../../../wasm/sotto.js";
import { fixed } from "../../format";
import { shared } from "../../styles/shared";
import { text } from "../../text";

const words = text.secret.ranges;
const BITS = 32;

/** Whether a model's numbers fit the ring, layer by layer. */
@customElement("sotto-ranges")
export class Ranges extends LitElement {
  static override styles = [
    shared,
    css`
      .verdict {
        min-height: 4.5em;
        margin-block: var(--space-2) var(--space-3);
        padding: var(--space-2) var(--space-3);
        border-left: 4px solid var(--client);
        border-radius: var(--round-s);
        background: var(--sunken);
        font-size: var(--text-s);
      }
      .verdict[data-verdict="never"] {
        border-left-color: var(--warn);
        background: var(--warn-ground);
      }
      .box {
        overflow-x: auto;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: var(--text-s);
        font-variant-numeric: tabular-nums;
      }
      th,
      td {
        padding: 0.2rem 0 0.2rem var(--space-2);
        font-weight: 400;
        text-align: right;
        white-space: nowrap;
      }
      th:first-child {
        padding-left: 0;
        text-align: left;
      }
      thead th {
        color: var(--ink-soft);
      }
      .note {
        margin-top: var(--space-2);
      }
      .wide {
        width: 45%;
        min-width: 2.5rem;
      }
      .bar {
        position: relative;
        height: 0.9rem;
        border-radius: 2px;
        background: linear-gradient(to right, var(--sunken) calc(100% * var(--limit)), transparent 0);
        overflow: hidden;
      }
      .bar::before,
      .bar::after {
        position: absolute;
        inset: 0;
        content: "";
        transform: scaleX(var(--seen));
        transform-origin: left;
        background: var(--client);
      }
      .bar::before {
        transform: scaleX(var(--worst));
        opacity: 0.35;
      }
      .edge {
        position: absolute;
        inset-block: 0;
        left: calc(100% * var(--limit) - 1px);
        z-index: 1;
        border-left: 2px solid var(--ink);
      }
      [data-verdict="never"] .bar::before,
      [data-verdict="never"] .bar::after {
        background: var(--warn);
      }
      tr[data-verdict="never"] .says {
        color: var(--warn);
        font-weight: 600;
      }
    `,
  ];

  @property({ attribute: false }) ranges?: RangesView;
  /** The bits that are in force. */
  @property({ type: Number }) fraction = 8;

  protected override render() {
    const { ranges } = this;
    const fresh = ranges?.fraction === this.fraction ? ranges : undefined;
    return html`
      <h3>${words.title}</h3>
      <p class="verdict" role="status" data-testid="range-verdict" data-verdict=${fresh?.verdict ?? ""}>
        ${fresh ? words.says[fresh.verdict] : words.waiting}
      </p>
      ${ranges ? table(ranges.layers) : nothing}
      <p class="note">${words.note}</p>
    `;
  }
}

const table = (layers: LayerRangeView[]) => html`
  <div class="box" role="region" tabindex="0" aria-label=${words.table}>
    <table>
      <thead>
        <tr>
          <th scope="col">${words.layer}</th>
          <th scope="col" class="wide"><span class="visually-hidden">${words.picture}</span></th>
          <th scope="col">${words.seen}</th>
          <th scope="col">${words.worst}</th>
          <th scope="col">${words.limit}</th>
          <th scope="col"><span class="visually-hidden">${words.verdict}</span></th>
        </tr>
      </thead>
      <tbody>
        ${layers.map(
          ({ layer, seenBits, worstBits, limitBits, verdict }) => html`
            <tr data-verdict=${verdict}>
              <th scope="row">${layer}</th>
              <td>
                <div
                  class="bar"
                  .style=${`--seen:${part(seenBits)};--worst:${part(worstBits)};--limit:${part(limitBits)}`}
                >
                  <div class="edge"></div>
                </div>
              </td>
              <td>${fixed(seenBits, 1)}</td>
              <td>${fixed(worstBits, 1)}</td>
              <td>${limitBits}</td>
              <td class="says">${words.short[verdict]}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
  </div>
`;

const part = (bits: number): number => Math.min(1, bits / BITS);
