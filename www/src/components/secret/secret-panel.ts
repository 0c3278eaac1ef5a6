import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { LayerView, RoleName } from "../../../wasm/sotto.js";
import { SECRET_BEFORE, type SecretShow } from "../../state/secret";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import type { Claim } from "../trust";
import "../trust";
import "./evaluation";
import "./failure";
import "./layers";
import "./numbers";
import "./parties";
import "./precision";
import { roleName } from "./role";
import "./scalar";
import "./shares";
import "./wire";

const words = text.secret.panel;

/**
 * Classification by two parties on secret shares: what went where, what it cost, and what can be tried.
 * Tells `evaluate`, `pause`, `resume`, `halt`, `fraction`, `fix`, `garble`, `kill` and `open-party`.
 */
@customElement("sotto-secret-panel")
export class SecretPanel extends LitElement {
  static override styles = [
    shared,
    css`
      .panel {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-5);
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
      h3 {
        margin-bottom: var(--space-3);
        font: 600 var(--text-l) / 1.3 var(--serif);
      }
      h4 {
        margin: var(--space-4) 0 var(--space-2);
        font: 600 var(--text-m) / 1.3 var(--serif);
      }
      h3 + .lead {
        max-width: 60rem;
        margin: calc(-1 * var(--space-2)) 0 var(--space-3);
      }
      .first {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1.25fr);
        gap: var(--space-5) var(--space-6);
      }
      .part {
        padding-top: var(--space-4);
        border-top: 1px solid var(--line);
      }
      details.part {
        padding-top: var(--space-3);
      }
      details.part + details.part {
        margin-top: calc(-1 * var(--space-3));
      }
      summary {
        cursor: pointer;
        font: 600 var(--text-l) / 1.4 var(--serif);
      }
      .summary {
        margin-left: var(--space-3);
        color: var(--ink-soft);
        font: var(--text-s) var(--sans);
      }
      .inside {
        margin-top: var(--space-4);
      }
      @media (max-width: 56rem) {
        .first {
          grid-template-columns: minmax(0, 1fr);
        }
      }
      @media (max-width: 40rem) {
        .panel {
          padding-inline: var(--space-4);
        }
        .top .note {
          min-height: 2.9em;
        }
        .summary {
          display: block;
          margin-left: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) show: SecretShow = SECRET_BEFORE;
  /** The network's layers, with their output's shapes. */
  @property({ attribute: false }) layers: LayerView[] = [];
  /** Test digits that there are. */
  @property({ type: Number }) digits = 0;
  /** The layer that is looked at. */
  @state() private layer = "";
  /** The pixel that is looked at; before one is chosen, the first with the most ink. */
  @state() private pixel?: number;
  /** What was folded away is made when it is first opened. */
  @state() private evaluates = false;
  @state() private precise?: boolean;
  /** Whether all of it is there: in two turns, so that nothing else waits for long. */
  @state() private whole = false;

  protected override firstUpdated(): void {
    setTimeout(() => (this.whole = true));
  }

  protected override render() {
    const { show } = this;
    return html`
      <section class="panel" aria-labelledby="secret" data-testid="secret-panel" data-session=${show.session}>
        <div class="top">
          <h2 id="secret">${words.title}</h2>
          <p class="note number" role="status">${this.now()}</p>
        </div>
        <sotto-trust .claim=${claim(spread(show))}></sotto-trust>
        <sotto-secret-failure ?hidden=${!show.failure} .failure=${show.failure} .session=${show.session}></sotto-secret-failure>
        ${show.notice ? html`<p class="note" role="status" data-testid="secret-notice">${words.notice(show.notice)}</p>` : nothing}
        <div class="first">
          <section>
            <h3>${words.shares}</h3>
            <sotto-shares .prediction=${show.prediction} .pixel=${this.looked} @pixel=${this.look}></sotto-shares>
          </section>
          <section>
            <h3>${words.numbers}</h3>
            <sotto-secret-numbers .show=${show}></sotto-secret-numbers>
            <h4>${words.scalar}</h4>
            <sotto-scalar .prediction=${show.prediction} .pixel=${this.looked} @pixel=${this.look}></sotto-scalar>
          </section>
        </div>
        ${this.whole ? this.rest() : nothing}
      </section>
    `;
  }

  private rest() {
    const { show } = this;
    return html`
      <section class="part">
        <h3>${words.layers}</h3>
        <p class="note lead">${words.layersLead}</p>
        <sotto-layers
          .seen=${show.alice?.seen ?? NOTHING_SEEN}
          .layers=${this.layers}
          .layer=${this.layer}
          ?apart=${show.tabs.includes("alice")}
          @layer=${(event: CustomEvent<string>) => (this.layer = event.detail)}
        ></sotto-layers>
      </section>
      <section class="part">
        <h3>${words.wire}</h3>
        <sotto-wire
          .alice=${show.alice}
          .bob=${show.bob}
          .model=${show.shared?.bytes}
          .layer=${this.layer}
          @layer=${(event: CustomEvent<string>) => (this.layer = event.detail)}
        ></sotto-wire>
      </section>
      <section class="part">
        <h3>${words.parties}</h3>
        <sotto-parties .show=${show}></sotto-parties>
      </section>
      ${this.more()}
    `;
  }

  private get looked(): number {
    const { image } = this.show.prediction ?? {};
    return this.pixel ?? (image ? image.indexOf(Math.max(...image)) : 0);
  }

  /** A pixel belongs to the drawing, which is what goes into the first layer. */
  private readonly look = ({ detail }: CustomEvent<number>) => {
    this.pixel = detail;
    this.layer = INPUT;
  };

  private more() {
    const { show } = this;
    return html`
      <details
        class="part"
        data-testid="evaluation-details"
        @toggle=${(event: Event) => (this.evaluates ||= (event.currentTarget as HTMLDetailsElement).open)}
      >
        <summary>${words.evaluation}<span class="summary number">${this.measured()}</span></summary>
        ${
          this.evaluates
            ? html`<sotto-evaluation
              class="inside"
              .evaluation=${show.evaluation}
              .digits=${this.digits}
              ?ready=${show.session === "ready" && !show.tabs.includes("client")}
            ></sotto-evaluation>`
            : nothing
        }
      </details>
      <details
        class="part"
        data-testid="precision-details"
        @toggle=${(event: Event) => (this.precise = (event.currentTarget as HTMLDetailsElement).open)}
      >
        <summary>
          ${words.precision}<span class="summary number">${words.bits(show.fraction)}${this.fits()}</span>
        </summary>
        ${this.precise === undefined ? nothing : html`<sotto-precision class="inside" .show=${show} ?open=${this.precise}></sotto-precision>`}
      </details>
    `;
  }

  /** The session in a line. */
  private now(): string {
    const { session, model, tabs, far } = this.show;
    const named = (roles: RoleName[]) => roles.map((role) => text.roles.name[role]);
    const beside = tabs.filter((role) => !far.includes(role));
    const apart = `${beside.length > 0 ? words.apart(named(beside)) : ""}${far.length > 0 ? words.far(named(far)) : ""}`;
    switch (session) {
      case "starting":
        return words.starting(apart);
      case "ended":
        return words.ended;
      case "ready": {
        const preset = model?.preset ?? "";
        return words.ready(apart, model?.round ? words.after(preset, model.round) : preset, model?.fraction);
      }
    }
  }

  /** A warning, when there is reason for one. */
  private fits(): string {
    const { ranges, fraction } = this.show;
    if (ranges?.fraction !== fraction) return "";
    return words.fits[ranges.verdict];
  }

  private measured(): string {
    const { evaluation } = this.show;
    if (!evaluation || evaluation.done === 0) return words.evaluationSummary;
    return words.right((100 * evaluation.correct) / evaluation.done, evaluation.done);
  }
}

const claim = (spread: Spread): Claim => ({
  what: text.trust.secret.what[spread],
  who: text.trust.secret.who(roleName("alice"), roleName("bob"), roleName("dealer")),
  otherwise: text.trust.secret.otherwise,
  wire: text.trust.secret.wire[spread],
});

/** How far apart the roles live. */
type Spread = "page" | "tabs" | "far";
const spread = ({ tabs, far }: SecretShow): Spread => (far.length > 0 ? "far" : tabs.length > 0 ? "tabs" : "page");

/** What the drawing is called among the layers. */
const INPUT = "input";
const NOTHING_SEEN: NonNullable<SecretShow["alice"]>["seen"] = [];
