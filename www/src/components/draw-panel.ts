import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import type { Reader } from "../../wasm/sotto.js";
import { BLANK, reading, type Drawing, type Stroke } from "../state/drawing";
import { SAMPLES, sample } from "../state/samples";
import { shared } from "../styles/shared";
import { text } from "../text";
import { tell } from "./events";
import "./digit-pad";
import "./pixels";
import "./probabilities";
import "./secret/reader-switches";

const words = text.room.draw;

/** Draw a digit and see it read, on shares or in the clear. Tells `begin`, `strokes`, `undo`, `reader` and `label`. */
@customElement("sotto-draw-panel")
export class DrawPanel extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        container-type: inline-size;
      }
      .panel {
        display: grid;
        align-content: start;
        gap: var(--space-3);
        height: 100%;
      }
      .top {
        display: flex;
        align-items: center;
        justify-content: space-between;
      }
      .samples {
        display: flex;
        align-items: center;
        justify-content: space-between;
      }
      .samples button {
        min-width: 1.5rem;
        padding-inline: 0;
      }
      .reading {
        display: grid;
        grid-template-columns: 4.25rem 1fr 4.5rem;
        gap: var(--space-3);
        align-items: stretch;
      }
      .answer,
      .seen {
        display: grid;
        grid-template-rows: auto 1fr;
      }
      .answer {
        grid-template-rows: auto 1fr 1.3em;
      }
      .bars {
        display: grid;
        position: relative;
      }
      .alone {
        position: absolute;
        inset: 0 0 1.2rem;
        display: grid;
        place-content: center;
        text-align: center;
      }
      .alone span {
        padding: 0 var(--space-2);
        border-radius: var(--round-s);
        background: var(--surface);
      }
      .caption {
        color: var(--ink-soft);
        font-size: var(--text-s);
        line-height: 1.3;
      }
      output {
        align-self: center;
        min-height: 4.5rem;
        color: var(--client);
        font: 600 4.5rem / 1 var(--serif);
        font-variant-numeric: lining-nums;
      }
      output[data-state="computing"] {
        opacity: 0.75;
      }
      /* Side by side the panels keep their height when the remark changes. */
      @media (min-width: 62rem) {
        .remark {
          min-height: 7.1rem;
        }
      }
      @container (min-width: 36rem) {
        .panel {
          grid-template-columns: 19rem 1fr;
          column-gap: var(--space-5);
        }
        .panel > * {
          grid-column: 2;
        }
        .panel > .top {
          grid-column: 1 / -1;
        }
        .panel > sotto-digit-pad {
          grid-area: 2 / 1 / span 4;
        }
      }
      [aria-pressed="true"] {
        border-color: var(--line-strong);
        background: var(--sunken);
        color: var(--ink);
        text-decoration: none;
      }
      .failure {
        color: var(--warn);
      }
      .preview {
        align-self: center;
        border: 1px solid var(--line);
        border-radius: var(--round-s);
        background: var(--sunken);
        overflow: hidden;
      }
    `,
  ];

  @property({ attribute: false }) drawing: Drawing = BLANK;
  /** Rounds behind the model that reads; absent before there is a model. */
  @property({ attribute: false }) round?: number;
  /** The accuracy in percent of the model that came with the page, while it is the one that reads. */
  @property({ attribute: false }) starter?: number;
  @property() failure = "";
  @property({ attribute: false }) reader: Reader = "shares";
  /** Whether the digit alone is learnt, on shares. */
  @property({ type: Boolean }) label = false;
  /** Whether there is one reader alone. */
  @property({ type: Boolean }) fixed = false;
  /** Why drawings cannot be read yet; empty when they can. */
  @property() waiting = "";
  @state() private erasing = false;

  protected override render() {
    const { strokes, past, answer } = this.drawing;
    const { state, digit } = reading(this.drawing);
    const shown = state === "empty" ? undefined : answer;
    const alone = shown?.digit !== undefined && shown.probabilities.length === 0;
    return html`
      <section class="panel" aria-labelledby="draw">
        <div class="top">
          <h2 id="draw">${words.title}</h2>
          <div>
            <button class="quiet" data-testid="eraser" aria-pressed=${this.erasing ? "true" : "false"} @click=${() => (this.erasing = !this.erasing)}>
              ${words.eraser}
            </button>
            <button class="quiet" data-testid="undo" ?disabled=${past.length === 0} @click=${() => tell(this, "undo")}>${words.undo}</button>
            <button class="quiet" data-testid="clear" @click=${() => this.replace([])}>${words.clear}</button>
          </div>
        </div>
        <sotto-digit-pad .strokes=${live(strokes)} ?erasing=${this.erasing}></sotto-digit-pad>
        <div class="samples" role="group" aria-label=${words.samples}>
          <span class="caption">${words.take}</span>
          ${SAMPLES.map((digit) => html`<button class="quiet" data-testid="sample-${digit}" @click=${() => this.replace(sample(digit))}>${digit}</button>`)}
        </div>
        <sotto-reader-switches .reader=${this.reader} ?label=${this.label} ?fixed=${this.fixed}></sotto-reader-switches>
        <div class="reading">
          <div class="answer">
            <span class="caption" id="reads">${words.reads}</span>
            <output data-testid="prediction" data-state=${state} aria-labelledby="reads">${digit ?? ""}</output>
            <span class="caption number" data-testid="reading-ms">${shown?.digit === undefined ? nothing : words.took(shown.millis)}</span>
          </div>
          <div class="bars">
            <sotto-probabilities
              data-testid="probabilities"
              aria-hidden=${alone ? "true" : nothing}
              .values=${shown?.probabilities ?? []}
              .best=${digit ?? -1}
            ></sotto-probabilities>
            ${alone ? html`<p class="caption alone"><span>${words.noProbabilities}</span></p>` : nothing}
          </div>
          <div class="seen">
            <span class="caption">${words.seen}</span>
            <sotto-pixels
              class="preview"
              .images=${shown?.image ?? new Uint8Array(0)}
              ink="--client"
              label=${words.seenImage}
            ></sotto-pixels>
          </div>
        </div>
        <p class="note remark">${this.remark()}</p>
      </section>
    `;
  }

  /** Puts another drawing on the pad, which can be undone; the next thing is drawn, not erased. */
  private replace(strokes: Stroke[]): void {
    this.erasing = false;
    tell(this, "begin");
    tell(this, "strokes", strokes);
  }

  private remark() {
    if (this.failure) return html`<span class="failure">${words.failed(this.failure)}</span>`;
    const { problem, id } = this.drawing;
    if (problem?.id === id) return html`<span class="failure">${words.unreadable(problem.reason)}</span>`;
    if (this.round === undefined) return words.modelComes;
    const fresh = this.starter !== undefined ? html`${words.starter(this.starter)} ` : this.round === 0 ? html`${words.fresh} ` : nothing;
    if (this.waiting) return html`${fresh}${this.waiting}`;
    return html`${fresh}${this.reader === "shares" ? words.readOnShares : words.readInTheClear}`;
  }
}
