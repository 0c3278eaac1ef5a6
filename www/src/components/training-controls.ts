import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

import { BEFORE, type Show } from "../state/show";
import { shared } from "../styles/shared";
import { text } from "../text";
import { tell } from "./events";

const words = text.training.controls;

/** Workers and training on and off. Tells `start`, `stop`, `start-over` and `company`. */
@customElement("sotto-training-controls")
export class TrainingControls extends LitElement {
  static override styles = [
    shared,
    css`
      .controls {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
      }
      @media (max-width: 40rem) {
        .controls > * {
          flex: 1 1 auto;
          padding-inline: var(--space-2);
          font-size: var(--text-s);
        }
        .controls > :first-child {
          flex-basis: 100%;
        }
      }
    `,
  ];

  @property({ attribute: false }) show: Show = BEFORE;
  /** Workers were started in this page and training waits for them. */
  @property({ type: Boolean }) expecting = false;
  /** Workers that are started together, and training with them. */
  @property({ type: Number }) missing = 0;

  protected override render() {
    const { state, run } = this.show;
    const off = run === undefined;
    const running = state.phase === "training" || state.phase === "waiting";
    const done = state.phase === "finished";
    const company = this.missing > 0 && !running;
    return html`
      <div class="controls">
        <button
          class=${company ? "primary" : ""}
          data-testid="add-local-worker"
          ?disabled=${off}
          @click=${() => tell(this, "company")}
        >
          ${company ? this.together() : words.add}
        </button>
        <a class="button" data-testid="open-worker" href="./worker.html${location.search}" target="_blank" rel="noopener">
          ${words.open}
        </a>
        <button
          class=${company || running ? "" : "primary"}
          data-testid="start-training"
          ?disabled=${off || running || this.expecting}
          @click=${() => tell(this, "start")}
        >
          ${done ? words.trainOn : words.start}
        </button>
        <button
          data-testid="stop-training"
          ?disabled=${off || !(running || this.expecting)}
          @click=${() => tell(this, "stop")}
        >
          ${words.stop}
        </button>
        <button
          class="quiet"
          data-testid="start-over"
          ?disabled=${off || (state.round === 0 && !running)}
          @click=${() => tell(this, "start-over")}
        >
          ${words.startOver}
        </button>
      </div>
    `;
  }

  private together(): string {
    return this.show.state.workers.length === 0 ? words.together(this.missing) : words.more(this.missing);
  }
}
