import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import { inWords, plural } from "../format";
import { BEFORE, lacking, reports, type Show } from "../state/show";
import { shared } from "../styles/shared";
import "./accuracy-curve";
import "./notices";
import "./roster";
import "./stats";
import { doing } from "./secure-sum";
import "./training-controls";

/** The run: its controls, numbers, workers and curve. */
@customElement("sotto-training-panel")
export class TrainingPanel extends LitElement {
  static override styles = [
    shared,
    css`
      .panel {
        display: grid;
        grid-template-rows: auto auto auto 1fr auto;
        gap: var(--space-3);
        height: 100%;
      }
      .top {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-2) var(--space-4);
      }
      .now {
        min-height: 1.5em;
        color: var(--ink-soft);
        font: italic var(--text-m) / 1.5 var(--serif);
      }
      .views {
        display: grid;
        grid-template-columns: minmax(0, 1.1fr) minmax(0, 1fr);
        gap: var(--space-4);
        min-height: 17rem;
      }
      @media (max-width: 56rem) {
        .views {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) show: Show = BEFORE;
  @property({ type: Boolean }) watching = false;
  /** Workers that must be ready before training starts by itself. */
  @property({ type: Number }) awaited = 0;
  @property({ type: Number }) missing = 0;
  /** What each dishonest worker inside of this page does. */
  @property({ attribute: false }) attackers: string[] = [];

  protected override render() {
    const { show } = this;
    return html`
      <section class="panel" aria-labelledby="train">
        <div class="top">
          <h2 id="train">Train together</h2>
          ${this.watching
            ? nothing
            : html`<sotto-training-controls
                .show=${show}
                ?expecting=${this.awaited > 0}
                .missing=${this.missing}
              ></sotto-training-controls>`}
        </div>
        <sotto-stats .show=${show}></sotto-stats>
        <p class="now">${this.now()} ${this.lies()}</p>
        <div class="views">
          <sotto-roster .state=${show.state}></sotto-roster>
          <sotto-accuracy-curve .points=${show.curve} .rounds=${show.state.rounds}></sotto-accuracy-curve>
        </div>
        <sotto-notices .notices=${show.notices}></sotto-notices>
      </section>
    `;
  }

  private lies() {
    const [what] = this.attackers;
    if (what === undefined) return nothing;
    const verb = this.attackers.length === 1 ? "attacks" : "attack";
    return html`<span data-testid="attackers">And ${inWords(this.attackers.length, "worker")} here ${verb} (${what}).</span>`;
  }

  /** The moment in one sentence. */
  private now(): string {
    const { state, run } = this.show;
    if (!run) return this.show.room === "opening" ? "The digits are on their way." : "";
    if (this.awaited > 0) {
      return `Digits are on their way to ${inWords(this.awaited, "worker")}; training starts when all have theirs.`;
    }
    const { here, wanted } = reports(state);
    switch (state.phase) {
      case "waiting": {
        const more = lacking(this.show);
        return more > 0
          ? `A secure sum needs ${plural(more, "more worker")}: of fewer than three, each would know the others’ part.`
          : "Training starts as soon as enough workers are ready.";
      }
      case "training": {
        const again = state.attempt > 1 ? `, try ${state.attempt}` : "";
        const round = `Round ${state.round + 1}${again}`;
        if (state.sum) return `${round}: ${doing(state.sum)}.`;
        return `${round}: ${here} of ${plural(wanted, "update")} are in.`;
      }
      case "finished":
        return `All ${plural(state.rounds, "round")} are done. Train on, or change a setting to begin a new run.`;
      case "idle":
        return state.workers.length > 0
          ? `${plural(state.workers.length, "worker")} here. Start training when you like.`
          : "A fresh network knows nothing. Give it workers to learn from.";
    }
  }
}
