import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { HardDigit } from "../../../wasm/sotto.js";
import { toCsv, toJson, type History } from "../../state/history";
import { BEFORE, current, latest, type Show } from "../../state/show";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import "../confusion";
import { folding } from "../folding";
import "./curves";
import "./hardest";
import { save } from "./save";
import "./served";
import "./target";

const words = text.results.panel;

/** What came of the run, and of the run before it. */
@customElement("sotto-results")
export class ResultsPanel extends LitElement {
  static override styles = [
    shared,
    folding,
    css`
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-2) var(--space-4);
        margin-block: var(--space-3);
      }
      .bar label {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2);
        min-width: 0;
      }
      .bar select {
        max-width: min(100%, 26rem);
      }
      .files {
        display: flex;
        gap: var(--space-2);
      }
      .views {
        display: grid;
        grid-template-columns: minmax(0, 1.3fr) minmax(0, 1fr);
        gap: var(--space-5) var(--space-6);
        padding-bottom: var(--space-3);
      }
      .side {
        display: grid;
        align-content: start;
        gap: var(--space-4);
      }
      @media (max-width: 56rem) {
        .views {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) show: Show = BEFORE;
  @state() private open = false;
  @state() private target = 97;
  /** The number of the run to compare with: 0 for none, undefined for the newest that is over. */
  @state() private chosen?: number;

  protected override render() {
    return html`
      <details class="panel" data-testid="results" @toggle=${(event: Event) => (this.open = (event.currentTarget as HTMLDetailsElement).open)}>
        <summary>${words.title}<span class="summary">${this.summary()}</span></summary>
        ${this.open ? this.content() : nothing}
      </details>
    `;
  }

  private summary(): string {
    const point = latest(this.show);
    if (!point || point.round === 0) return words.summary;
    const over = this.show.past.length;
    const after = words.after(point.accuracy, point.round);
    return over > 0 ? words.compared(after, over) : after;
  }

  private content() {
    const { show, target } = this;
    const run = current(show);
    const number = this.chosen ?? show.past[0]?.number;
    const other = show.past.find((past) => past.number === number);
    return html`
      <div class="bar">
        <label>
          ${words.compare}
          <select data-testid="compare-run" ?disabled=${show.past.length === 0} @change=${this.choose}>
            <option value="0">${words.noOther}</option>
            ${show.past.map(
              ({ number, summary }) =>
                html`<option value=${number} ?selected=${number === other?.number}>${words.past(number, summary)}</option>`,
            )}
          </select>
        </label>
        ${files(run)}
      </div>
      <div class="views">
        <sotto-result-curves .run=${run} .other=${other} .target=${target}></sotto-result-curves>
        <div class="side">
          <sotto-result-target
            .runs=${other ? [run, other] : [run]}
            .target=${target}
            @target=${({ detail }: CustomEvent<number>) => (this.target = detail)}
          ></sotto-result-target>
          <sotto-served .workers=${show.state.workers}></sotto-served>
        </div>
        <sotto-confusion data-testid="plain-confusion" .counts=${show.tested?.confusion ?? NO_COUNTS}></sotto-confusion>
        <sotto-hardest .digits=${show.tested?.hardest ?? NO_DIGITS}></sotto-hardest>
      </div>
    `;
  }

  private choose(event: Event): void {
    this.chosen = Number((event.currentTarget as HTMLSelectElement).value);
  }
}

const files = (run: History) => html`
  <span class="files" role="group" aria-label=${words.files}>
    <button data-testid="save-csv" @click=${() => save("sotto-history.csv", "text/csv", toCsv(run))}>${words.csv}</button>
    <button data-testid="save-json" @click=${() => save("sotto-history.json", "application/json", toJson(run))}>${words.json}</button>
  </span>
`;

const NO_COUNTS: number[] = [];
const NO_DIGITS: HardDigit[] = [];
