import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { count, fixed, percent } from "../../format";
import { over, type Evaluation } from "../../state/evaluation";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { tell } from "../events";
import { progressBar } from "../progress-bar";
import "../confusion";
import "./disagreements";

const words = text.secret.evaluation;
const COUNTS = [10, 100, 1000, 10000];

/** Test digits classified on shares. Tells `evaluate`, `pause`, `resume` and `halt`. */
@customElement("sotto-evaluation")
export class EvaluationView extends LitElement {
  static override styles = [
    shared,
    progressBar,
    css`
      .controls {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2);
      }
      progress {
        margin-block: var(--space-3) var(--space-1);
        --done: var(--client);
      }
      dl {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 1fr));
        gap: var(--space-2) var(--space-4);
        margin-block: var(--space-3);
      }
      dt {
        color: var(--ink-soft);
        font-size: var(--text-s);
        line-height: 1.3;
      }
      dd {
        font: 600 1.125rem / 1.9rem var(--sans);
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      .accuracy dd {
        color: var(--client);
        font: 600 var(--text-xl) / 1.9rem var(--serif);
        font-variant-numeric: tabular-nums lining-nums;
      }
      .now {
        min-height: 1.45em;
      }
      .views {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        gap: var(--space-4) var(--space-6);
        margin-top: var(--space-4);
      }
      @media (max-width: 48rem) {
        .views {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) evaluation?: Evaluation;
  /** Test digits that there are. */
  @property({ type: Number }) digits = 0;
  @property({ type: Boolean }) ready = false;
  @state() private chosen = 100;

  protected override render() {
    const { evaluation } = this;
    const busy = evaluation !== undefined && !over(evaluation);
    const seconds = (evaluation?.millis ?? 0) / 1000;
    return html`
      ${this.controls(busy)}
      <progress
        aria-label=${words.progress}
        max=${evaluation?.total ?? 1}
        value=${evaluation?.done ?? 0}
      ></progress>
      <p class="note number now" role="status">${this.now()}</p>
      <dl>
        <div class="accuracy">
          <dt>${words.accuracy}</dt>
          <dd>
            <span data-testid="encrypted-accuracy" data-done=${evaluation?.done ?? 0}>${ratio(evaluation?.correct, evaluation?.done)}</span>
            ${evaluation?.done ? "%" : nothing}
          </dd>
        </div>
        <div>
          <dt>${words.agreement}</dt>
          <dd>
            <span data-testid="encrypted-agreement" data-compared=${evaluation?.compared ?? 0}
              >${ratio(evaluation?.agreed, evaluation?.compared)}</span
            >
            ${evaluation?.compared ? "%" : nothing}
          </dd>
        </div>
        <div>
          <dt>${words.speed}</dt>
          <dd data-testid="encrypted-speed">${evaluation && seconds > 0 ? fixed(evaluation.done / seconds, 1) : "–"}</dd>
        </div>
      </dl>
      <div class="views">
        <sotto-confusion .counts=${evaluation?.confusion ?? NO_COUNTS}></sotto-confusion>
        <sotto-disagreements
          .found=${evaluation?.disagreements ?? NO_DISAGREEMENTS}
          .compared=${evaluation?.compared ?? 0}
          .many=${(evaluation?.compared ?? 0) - (evaluation?.agreed ?? 0)}
        ></sotto-disagreements>
      </div>
    `;
  }

  private controls(busy: boolean) {
    const paused = this.evaluation?.phase === "paused";
    const counts = this.digits > 0 ? COUNTS.filter((many) => many <= this.digits) : COUNTS;
    return html`
      <div class="controls">
        <label for="evaluate-count">${words.first}</label>
        <select
          id="evaluate-count"
          data-testid="evaluate-count"
          ?disabled=${busy}
          @change=${(event: Event) => (this.chosen = Number((event.currentTarget as HTMLSelectElement).value))}
        >
          ${counts.map((many) => html`<option value=${many} ?selected=${many === this.chosen}>${count(many)}</option>`)}
        </select>
        <span>${words.digits}</span>
        <button
          class="primary"
          data-testid="evaluate-encrypted"
          ?disabled=${busy || !this.ready}
          @click=${() => tell(this, "evaluate", { count: this.chosen })}
        >
          ${words.start}
        </button>
        <button data-testid="pause-evaluation" ?disabled=${!busy} @click=${() => tell(this, paused ? "resume" : "pause")}>
          ${paused ? words.resume : words.pause}
        </button>
        <button data-testid="stop-evaluation" ?disabled=${!busy} @click=${() => tell(this, "halt")}>${words.stop}</button>
      </div>
    `;
  }

  private now(): string {
    const { evaluation } = this;
    if (!evaluation) return words.nothing;
    const { phase, done, total, millis, model } = evaluation;
    if (phase === "running" && done === 0) return words.begun;
    const time = model?.round === undefined ? words.time(millis) : words.timeOf(millis, model.round);
    return words.phases[phase](words.far(done, total), time);
  }
}

const NO_COUNTS: number[] = [];
const NO_DISAGREEMENTS: Evaluation["disagreements"] = [];

const ratio = (part = 0, whole = 0): string => (whole === 0 ? "–" : percent((100 * part) / whole));
