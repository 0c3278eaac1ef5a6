import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import { BEFORE, lacking, reports, type Show } from "../state/show";
import { shared } from "../styles/shared";
import { text } from "../text";
import "./accuracy-curve";
import { doing } from "./doing";
import "./notices";
import "./roster";
import "./stats";
import "./training-controls";

const words = text.training.panel;

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
  /** The worker whose update is followed, by its id. */
  @property() looked = "";
  /** What each dishonest worker inside of this page does. */
  @property({ attribute: false }) attackers: string[] = [];

  protected override render() {
    const { show } = this;
    return html`
      <section class="panel" aria-labelledby="train">
        <div class="top">
          <h2 id="train">${words.title}</h2>
          ${
            this.watching
              ? nothing
              : html`<sotto-training-controls
                .show=${show}
                ?expecting=${this.awaited > 0}
                .missing=${this.missing}
              ></sotto-training-controls>`
          }
        </div>
        <sotto-stats .show=${show}></sotto-stats>
        <p class="now">${this.now()} ${this.lies()}</p>
        <div class="views">
          <sotto-roster .state=${show.state} .looked=${this.looked}></sotto-roster>
          <sotto-accuracy-curve .points=${show.curve} .rounds=${show.state.rounds}></sotto-accuracy-curve>
        </div>
        <sotto-notices .notices=${show.notices}></sotto-notices>
      </section>
    `;
  }

  private lies() {
    const [what] = this.attackers;
    if (what === undefined) return nothing;
    return html`<span data-testid="attackers">${words.attackers(this.attackers.length, what)}</span>`;
  }

  /** The moment in one sentence. */
  private now(): string {
    const { state, run } = this.show;
    if (!run) return this.show.room === "opening" ? words.digitsCome : "";
    if (this.awaited > 0) return words.awaited(this.awaited);
    const { here, wanted } = reports(state);
    switch (state.phase) {
      case "waiting": {
        const more = lacking(this.show);
        return more > 0 ? words.lacking(more) : words.soon;
      }
      case "training": {
        const number = state.round + 1;
        const round = state.attempt > 1 ? words.again(number, state.attempt) : words.round(number);
        return state.sum ? words.summing(round, doing(state.sum)) : words.updates(round, here, wanted);
      }
      case "finished":
        return words.finished(state.rounds);
      case "idle":
        return state.workers.length > 0 ? words.ready(state.workers.length) : words.fresh;
    }
  }
}
