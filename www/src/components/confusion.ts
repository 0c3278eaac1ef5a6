import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

import { LABELS } from "../state/evaluation";
import { shared } from "../styles/shared";
import { text } from "../text";

const words = text.results.confusion;
const DIGITS = Array.from({ length: LABELS }, (_, digit) => digit);

/** Which digit was read as which: rows are what was drawn. */
@customElement("sotto-confusion")
export class Confusion extends LitElement {
  static override styles = [
    shared,
    css`
      .box {
        position: relative;
        overflow-x: auto;
      }
      table {
        width: 100%;
        min-width: 17rem;
        border-collapse: separate;
        border-spacing: 1px;
        font-size: 0.75rem;
        font-variant-numeric: tabular-nums;
        table-layout: fixed;
      }
      caption {
        padding-bottom: var(--space-2);
        color: var(--ink);
        font: 600 var(--text-m) / 1.3 var(--sans);
        text-align: left;
      }
      caption span {
        color: var(--ink-soft);
        font-size: var(--text-s);
        font-weight: 400;
      }
      th,
      td {
        height: 1.6rem;
        padding: 0;
        text-align: center;
      }
      th {
        color: var(--ink-soft);
        font-weight: 600;
      }
      td {
        background: color-mix(in oklab, var(--tint) calc(100% * var(--share)), var(--sunken));
        color: var(--ink);
      }
      td.right {
        --tint: color-mix(in oklab, var(--client) 42%, var(--sunken));
      }
      td.wrong {
        --tint: color-mix(in oklab, var(--aggregator) 42%, var(--sunken));
      }
    `,
  ];

  @property({ attribute: false }) counts: number[] = [];

  protected override render() {
    return html`
      <div class="box" role="region" tabindex="0" aria-label=${words.label}>
        <table>
          <caption>${words.caption}</caption>
          <thead>
            <tr>
              <td></td>
              ${DIGITS.map((digit) => html`<th scope="col">${digit}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${DIGITS.map((label) => this.line(label))}
          </tbody>
        </table>
      </div>
    `;
  }

  private line(label: number) {
    const line = DIGITS.map((answer) => this.counts[LABELS * label + answer] ?? 0);
    const all = Math.max(
      1,
      line.reduce((sum, many) => sum + many, 0),
    );
    return html`
      <tr>
        <th scope="row">${label}</th>
        ${line.map((many, answer) => {
          // Few mistakes among many digits are to be seen, too.
          const share = Math.sqrt(many / all);
          return html`<td class=${answer === label ? "right" : "wrong"} .style=${`--share:${share}`}>${many > 0 ? many : ""}</td>`;
        })}
      </tr>
    `;
  }
}
