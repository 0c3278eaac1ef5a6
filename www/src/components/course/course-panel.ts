import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { Course } from "../../../wasm/sotto.js";
import type { Point } from "../../state/history";
import { SECRET_BEFORE, type SecretShow } from "../../state/secret";
import type { SiloShow } from "../../state/silo";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { chosen } from "../chosen";
import { tell } from "../events";
import { Near } from "../near";
import { progressBar } from "../progress-bar";
import { roleName } from "../secret/role";
import type { Claim } from "../trust";
import "../trust";
import "./data";
import "./progress";
import "./result";

const words = text.course;

type Network = keyof typeof words.settings.networks;
/** Under which all of them learn well: docs/performance.md has the figures. */
const SETTINGS = { batch: 64, rate: 4, momentum: 3 };
const EPOCHS = [1, 2, 5, 10];
const WATCHES = [0, 1, 10];
const LABELS = [...Array(10).keys()];

/**
 * Training on shares: data owners, settings, progress, and what came of it. Tells `share-digits`, `share-drawing`, `train`,
 * `pause-training`, `take`, `plain`, `evaluate` and `open-silo`.
 */
@customElement("sotto-course")
export class CoursePanel extends LitElement {
  static override styles = [
    shared,
    progressBar,
    css`
      .panel,
      .parts {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-4);
      }
      .parts {
        align-content: start;
        min-height: 52rem;
      }
      .top {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        justify-content: space-between;
        gap: var(--space-1) var(--space-4);
      }
      h2 {
        font-size: var(--text-xl);
      }
      .lead {
        max-width: 60rem;
      }
      h3 {
        margin-bottom: var(--space-2);
        font: 600 var(--text-l) / 1.3 var(--serif);
      }
      .two {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        gap: var(--space-4) var(--space-6);
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2) var(--space-3);
        margin-block: var(--space-2);
      }
      label {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      progress {
        margin-bottom: var(--space-3);
        --done: var(--alice);
      }
      .part {
        padding-top: var(--space-4);
        border-top: 1px solid var(--line);
      }
      .notice {
        color: var(--warn);
      }
      @media (max-width: 56rem) {
        .two {
          grid-template-columns: minmax(0, 1fr);
        }
      }
      @media (max-width: 40rem) {
        .panel {
          padding-inline: var(--space-4);
        }
      }
    `,
  ];

  @property({ attribute: false }) show: SecretShow = SECRET_BEFORE;
  @property({ attribute: false }) silo: SiloShow = { digits: 0, bytes: 0 };
  /** The newest test of the room's own model. */
  @property({ attribute: false }) room?: Point;
  /** Whether the page's silo has somebody to share with. */
  @property({ type: Boolean }) open = false;
  /** Whether something is drawn on the pad. */
  @property({ type: Boolean }) drawn = false;
  @state() private network: Network = "linear";
  @state() private loss: Course["loss"] = "entropy";
  @state() private epochs = 5;
  @state() private watched = 1;
  @state() private label = 0;
  private readonly near = new Near(this);

  protected override render() {
    const { training } = this.show;
    const { state } = training;
    return html`
      <section class="panel" aria-labelledby="course" data-testid="course-panel">
        <div class="top">
          <h2 id="course">${words.title}</h2>
          <p class="note number" role="status" data-testid="course-status" data-step=${state?.step ?? 0} data-running=${state?.running ?? false}>
            ${this.now()}
          </p>
        </div>
        <p class="lead">${words.lead}</p>
        <sotto-trust .claim=${CLAIM}></sotto-trust>
        ${training.notice ? html`<p class="note notice" role="status" data-testid="course-notice">${words.notice(training.notice)}</p>` : nothing}
        ${this.silo.notice ? html`<p class="note notice" role="status">${words.notice(this.silo.notice)}</p>` : nothing}
        <div class="parts">${this.near.yes ? this.parts() : nothing}</div>
      </section>
    `;
  }

  private parts() {
    const { training } = this.show;
    const { state } = training;
    return html`
      <div class="two part">
        ${this.data()} ${this.settings()}
      </div>
      <div class="part">
        <progress aria-label=${words.progress.label} max=${state?.steps ?? 1} value=${state?.step ?? 0}></progress>
        <sotto-course-progress .show=${training}></sotto-course-progress>
      </div>
      <sotto-course-result
        class="part"
        .show=${this.show}
        .silo=${this.silo}
        .room=${this.room}
        @plain=${() => state && tell<Course>(this, "plain", state.course)}
      ></sotto-course-result>
    `;
  }

  private now(): string {
    const { session, training, model } = this.show;
    const { state, digits } = training;
    if (session !== "ready") return words.status.starting;
    if (!state) return words.status.none(digits);
    const { step, steps, running } = state;
    const far = running ? words.status.running(step, steps) : step < steps ? words.status.paused(step, steps) : words.status.done(steps);
    const reads = training.taken?.training === state.number && training.taken.model === model?.number;
    return reads ? far + words.status.reading : far;
  }

  private data() {
    const { training } = this.show;
    const { data } = words;
    return html`<section aria-labelledby="course-data">
      <h3 id="course-data">${data.title}</h3>
      <sotto-course-data
        .silo=${this.silo}
        ?open=${this.open}
        @digits=${({ detail }: CustomEvent<number>) => tell(this, "share-digits", detail)}
      ></sotto-course-data>
      <div class="row">
        <label>
          ${data.drawing}
          <select data-testid="silo-label" @change=${(event: Event) => (this.label = Number(chosen(event)))}>
            ${LABELS.map((label) => html`<option value=${label}>${label}</option>`)}
          </select>
        </label>
        <button data-testid="share-drawing" ?disabled=${!this.open || !this.drawn} @click=${() => tell(this, "share-drawing", this.label)}>
          ${data.shareDrawing}
        </button>
      </div>
      <p class="number" data-testid="course-digits" data-digits=${training.digits}>${data.all(training.digits, training.contributions)}</p>
      <div class="row">
        <button data-testid="open-silo" ?disabled=${!this.open} @click=${() => tell(this, "open-silo")}>${data.tab}</button>
      </div>
      <p class="note">${data.tabNote}</p>
    </section>`;
  }

  private settings() {
    const { settings } = words;
    const { training, session } = this.show;
    const { state } = training;
    const { batch, rate, momentum } = SETTINGS;
    const left = state !== undefined && state.step < state.steps;
    return html`<section aria-labelledby="course-settings">
      <h3 id="course-settings">${settings.title}</h3>
      <div class="row">
        <label>
          ${settings.network}
          <select data-testid="course-network" @change=${(event: Event) => (this.network = chosen(event) as Network)}>
            ${Object.entries(settings.networks).map(([name, title]) => html`<option value=${name}>${title}</option>`)}
          </select>
        </label>
        <label>
          ${settings.loss}
          <select data-testid="course-loss" @change=${(event: Event) => (this.loss = chosen(event) as Course["loss"])}>
            ${Object.entries(settings.losses).map(([name, title]) => html`<option value=${name}>${title}</option>`)}
          </select>
        </label>
        <label>
          ${settings.epochs}
          <select data-testid="course-epochs" @change=${(event: Event) => (this.epochs = Number(chosen(event)))}>
            ${EPOCHS.map((one) => html`<option value=${one} ?selected=${one === this.epochs}>${one}</option>`)}
          </select>
        </label>
      </div>
      <p class="note">${settings.how(batch, rate, momentum)}</p>
      <div class="row">
        <label>
          ${settings.watch}
          <select data-testid="course-watch" @change=${(event: Event) => (this.watched = Number(chosen(event)))}>
            ${WATCHES.map((one) => html`<option value=${one} ?selected=${one === this.watched}>${settings.watches(one)}</option>`)}
          </select>
        </label>
      </div>
      <p class="note">${settings.watchNote}</p>
      <div class="row">
        <button
          class="primary"
          data-testid="train-on-shares"
          ?disabled=${session !== "ready" || training.digits < batch || state?.running}
          @click=${this.train}
        >${state ? settings.again : settings.start}</button>
        <button data-testid="pause-training" ?disabled=${!left} @click=${() => tell(this, "pause-training", state?.running)}>
          ${left && !state.running ? settings.resume : settings.pause}
        </button>
      </div>
    </section>`;
  }

  private readonly train = () => {
    const { network: preset, loss, epochs, watched } = this;
    tell<Course>(this, "train", { preset, loss, epochs, watched, ...SETTINGS });
  };
}

const CLAIM: Claim = {
  who: words.claim.who(roleName("alice"), roleName("bob"), roleName("dealer")),
  otherwise: words.claim.otherwise,
  wire: words.claim.wire,
};
