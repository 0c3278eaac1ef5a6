import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { LibraryShow } from "../../state/library";
import { percent } from "../../format";
import { shared } from "../../styles/shared";
import { text } from "../../text";

const words = text.library.comparison;

/** Two models on the test digits, label by label. */
@customElement("sotto-comparison")
export class Comparison extends LitElement {
  static override styles = [
    shared,
    css`
      .table {
        overflow-x: auto;
      }
      table {
        width: 100%;
        max-width: 40rem;
        border-collapse: collapse;
      }
      caption {
        padding-bottom: var(--space-2);
        font-weight: 600;
        text-align: left;
      }
      th,
      td {
        padding: 0.15rem var(--space-3) 0.15rem 0;
        text-align: right;
      }
      thead th {
        color: var(--ink-soft);
        font-size: var(--text-s);
        overflow-wrap: break-word;
        vertical-align: bottom;
      }
      tr > :first-child {
        text-align: left;
      }
      tbody tr:last-child > * {
        border-top: 1px solid var(--line);
        font-weight: 600;
      }
      .bar {
        width: 30%;
      }
      /* More to the right of the middle, less to the left. */
      .bar i {
        display: block;
        height: 0.75rem;
        background: linear-gradient(var(--line-strong), var(--line-strong)) center / 1px 100% no-repeat;
      }
      .bar b {
        display: block;
        width: var(--length);
        height: 100%;
        margin-left: var(--start);
        background: var(--aggregator);
      }
      .bar b.less {
        background: var(--ink-soft);
      }
      @media (max-width: 40rem) {
        th,
        td {
          padding-right: var(--space-2);
        }
        .bar {
          display: none;
        }
      }
      progress {
        width: 100%;
        max-width: 40rem;
        accent-color: var(--aggregator);
      }
    `,
  ];

  @property({ attribute: false }) results?: NonNullable<LibraryShow["results"]>;
  @property({ attribute: false }) progress?: NonNullable<LibraryShow["comparing"]>;

  protected override render() {
    const { progress } = this;
    if (progress) {
      return html`<p class="note">${words.reading}</p>
        <progress aria-label=${words.progress} max=${progress.all} value=${progress.done}></progress>`;
    }
    if (!this.results) return nothing;
    const [a, b] = this.results;
    const rows = a.labels.map((left, label) => ({ name: String(label), left, right: b.labels[label] ?? 0 }));
    const widest = Math.max(1, ...rows.map(({ left, right }) => Math.abs(right - left)));
    return html`
      <div class="table" tabindex="0" role="region" aria-label=${words.label}>
        <table class="number" data-testid="comparison">
          <caption>${words.caption}</caption>
          <thead>
            <tr><th scope="col">${words.digit}</th><th scope="col">${a.name}</th><th scope="col">${b.name}</th><th scope="col">${words.difference}</th><td class="bar"></td></tr>
          </thead>
          <tbody>
            ${rows.map((row) => this.row(row, row.name, widest))}
            ${this.row({ name: "all", left: a.accuracy, right: b.accuracy }, words.all, widest)}
          </tbody>
        </table>
      </div>
    `;
  }

  private row({ name, left, right }: { name: string; left: number; right: number }, said: string, widest: number) {
    const difference = right - left;
    const length = (50 * Math.min(widest, Math.abs(difference))) / widest;
    const style = `--length: ${length}%; --start: ${difference < 0 ? 50 - length : 50}%`;
    return html`
      <tr data-label=${name}>
        <th scope="row">${said}</th>
        <td>${percent(left)}</td>
        <td>${percent(right)}</td>
        <td>${difference > 0 ? "+" : difference < 0 ? "−" : ""}${percent(Math.abs(difference))}</td>
        <td class="bar"><i><b class=${difference < 0 ? "less" : ""} .style=${style}></b></i></td>
      </tr>
    `;
  }
}
