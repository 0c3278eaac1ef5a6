import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import { BLANK, reading, type Drawing } from "../state/drawing";
import { SAMPLES, sample } from "../state/samples";
import { shared } from "../styles/shared";
import { tell } from "./events";
import "./digit-pad";
import "./pixels";
import "./probabilities";

/** Draw a digit and see it read. Tells `strokes`. */
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
          min-height: 5.9rem;
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
          grid-area: 2 / 1 / span 3;
        }
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
  @property() failure = "";

  protected override render() {
    const { strokes, answer } = this.drawing;
    const { state, digit } = reading(this.drawing);
    const shown = state === "empty" ? undefined : answer;
    return html`
      <section class="panel" aria-labelledby="draw">
        <div class="top">
          <h2 id="draw">Draw a digit</h2>
          <div>
            <button class="quiet" ?disabled=${strokes.length === 0} @click=${() => tell(this, "strokes", strokes.slice(0, -1))}>
              Undo
            </button>
            <button class="quiet" data-testid="clear" @click=${() => tell(this, "strokes", [])}>
              Clear
            </button>
          </div>
        </div>
        <sotto-digit-pad .strokes=${strokes}></sotto-digit-pad>
        <div class="samples" role="group" aria-label="Put a ready-made digit on the pad">
          <span class="caption">or take</span>
          ${SAMPLES.map((digit) => html`<button class="quiet" @click=${() => tell(this, "strokes", sample(digit))}>${digit}</button>`)}
        </div>
        <div class="reading">
          <div class="answer">
            <span class="caption" id="reads">Reads as</span>
            <output data-testid="prediction" data-state=${state} aria-labelledby="reads">${digit ?? ""}</output>
          </div>
          <sotto-probabilities
            data-testid="probabilities"
            .values=${shown?.probabilities ?? []}
            .best=${digit ?? -1}
          ></sotto-probabilities>
          <div class="seen">
            <span class="caption">Network sees</span>
            <sotto-pixels
              class="preview"
              .images=${shown?.image ?? new Uint8Array(0)}
              ink="--client"
              label="What the network sees: the drawing, centred in 28 by 28 pixels"
            ></sotto-pixels>
          </div>
        </div>
        <p class="note remark">${this.remark()}</p>
      </section>
    `;
  }

  private remark() {
    if (this.failure) return html`<span class="failure">Drawings cannot be read: ${this.failure}</span>`;
    const { problem, id } = this.drawing;
    if (problem?.id === id) return html`<span class="failure">This drawing cannot be read: ${problem.reason}</span>`;
    if (this.round === undefined) return "The model is on its way.";
    return html`${this.round === 0
      ? html`<strong>The model knows nothing yet</strong>: it guesses until you train it. `
      : nothing}In this version the drawing is read <strong>in the clear</strong>, by the model in this page. Later, two
    parties will read it together, and neither will see it.`;
  }
}
