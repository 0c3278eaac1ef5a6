import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

import { count } from "../format";
import { shared } from "../styles/shared";
import { text } from "../text";

const LABELS = Array.from({ length: 10 }, (_, label) => label);

/** How many digits of each label a shard has. */
@customElement("sotto-label-histogram")
export class LabelHistogram extends LitElement {
  static override styles = [
    shared,
    css`
      table {
        width: 100%;
        border-spacing: 0 2px;
        font-size: var(--text-s);
        font-variant-numeric: tabular-nums;
      }
      caption {
        padding-bottom: var(--space-1);
        color: var(--ink-soft);
        text-align: left;
      }
      th,
      .count {
        width: 1%;
        font-weight: 400;
        text-align: right;
      }
      .count {
        min-width: 3rem;
        padding-left: var(--space-2);
        color: var(--ink-soft);
      }
      th {
        padding-right: var(--space-2);
      }
      .fill {
        height: 0.7rem;
        border-radius: 0 2px 2px 0;
        background: var(--worker);
        transform: scaleX(var(--share));
        transform-origin: left;
      }
    `,
  ];

  /** Empty before the shard is here. */
  @property({ attribute: false }) counts: number[] = [];

  protected override render() {
    const most = Math.max(1, ...this.counts);
    return html`
      <table>
        <caption>${text.worker.digits.histogram}</caption>
        ${LABELS.map((label) => {
          const many = this.counts[label];
          return html`
            <tr>
              <th scope="row">${label}</th>
              <td><div class="fill" .style=${`--share:${(many ?? 0) / most}`}></div></td>
              <td class="count">${many === undefined ? "–" : count(many)}</td>
            </tr>
          `;
        })}
      </table>
    `;
  }
}
