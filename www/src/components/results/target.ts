import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

import { bytes, fixed } from "../../format";
import { reached, traffic, type History } from "../../state/history";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { tell } from "../events";

const words = text.results.target;

/** What a run took to reach a target accuracy. Tells `target`, in percent. */
@customElement("sotto-result-target")
export class ResultTarget extends LitElement {
  static override styles = [
    shared,
    css`
      input {
        width: 4.5rem;
      }
      table {
        width: 100%;
        margin-top: var(--space-2);
        border-collapse: collapse;
        font-size: var(--text-s);
        font-variant-numeric: tabular-nums;
      }
      th,
      td {
        padding: var(--space-1) 0 var(--space-1) var(--space-2);
        border-top: 1px solid var(--line);
        font-weight: 400;
        text-align: right;
      }
      th:first-child {
        padding-left: 0;
        text-align: left;
      }
      thead th {
        border: 0;
        color: var(--ink-soft);
      }
    `,
  ];

  /** This run first. */
  @property({ attribute: false }) runs: History[] = [];
  /** Percent. */
  @property({ type: Number }) target = 97;

  protected override render() {
    return html`
      <label>
        ${words.before}
        <input
          type="number"
          min="1"
          max="100"
          step="any"
          data-testid="target"
          .value=${String(this.target)}
          @change=${this.change}
        />
        ${words.behind}
      </label>
      <table>
        <thead>
          <tr>
            <th scope="col">${words.run}</th>
            <th scope="col">${words.rounds}</th>
            <th scope="col">${words.sent}</th>
            <th scope="col">${words.seconds}</th>
          </tr>
        </thead>
        <tbody>
          ${this.runs.map((run, index) => this.line(run, index === 0))}
        </tbody>
      </table>
    `;
  }

  private line({ number, curve }: History, mine: boolean) {
    const point = reached(curve, this.target);
    return html`
      <tr>
        <th scope="row">${mine ? words.thisRun : words.other(number)}</th>
        <td data-testid=${mine ? "rounds-to-target" : "other-rounds-to-target"}>${point ? point.round : mine ? words.notYet : words.never}</td>
        <td>${point ? bytes(traffic(point)) : "–"}</td>
        <td>${point ? fixed(point.seconds, 1) : "–"}</td>
      </tr>
    `;
  }

  private change(event: Event): void {
    const input = event.currentTarget as HTMLInputElement;
    const target = input.valueAsNumber;
    if (target >= 1 && target <= 100) tell(this, "target", target);
    else input.value = String(this.target);
  }
}
