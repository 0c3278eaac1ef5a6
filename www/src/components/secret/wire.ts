import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { ClassifiedView } from "../../../wasm/sotto.js";
import { Player } from "../../state/player";
import { belongs, messages, over, type Ends, type WireMessage } from "../../state/wire";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { dotStyles } from "../dot";
import { tell } from "../events";
import { roleColours } from "./role";
import { linkStyles, links, type Load } from "./wire-links";
import "./wire-log";

const words = text.secret.wire;

/** As fast as eyes can follow so many. */
const STEP_MS = 500;

/**
 * What went over the wires for the last drawing: between whom, and message by message. Tells `layer`, that of the
 * message that is replayed.
 */
@customElement("sotto-wire")
export class Wire extends LitElement {
  static override styles = [
    shared,
    roleColours,
    linkStyles,
    dotStyles,
    css`
      .views {
        display: grid;
        grid-template-columns: minmax(0, 22rem) minmax(0, 1fr);
        gap: var(--space-4) var(--space-5);
      }
      .controls {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        margin-top: var(--space-2);
      }
      p.note {
        min-height: 1.45em;
        margin-top: var(--space-2);
      }
      .links {
        --travel: 400ms;
      }
      @media (max-width: 48rem) {
        .views {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) alice?: ClassifiedView;
  @property({ attribute: false }) bob?: ClassifiedView;
  /** Bytes of the model's shares, to each party. */
  @property({ attribute: false }) model?: number;
  @property() layer = "";
  private all: WireMessage[] = [];
  /** Without those that brought model and material before. */
  private own: WireMessage[] = [];
  private readonly player = new Player(STEP_MS, () => this.replayed());

  protected override willUpdate(changes: Map<PropertyKey, unknown>): void {
    if (!changes.has("alice") && !changes.has("bob")) return;
    this.all = messages(this.alice, this.bob);
    this.own = this.all.filter((message) => message.after >= 0);
    this.player.load(this.own.length);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.player.pause();
  }

  protected override render() {
    return html`
      <div class="views">
        <div>
          ${links((ends) => this.load(ends), this.now)} ${this.controls()}
          <p class="note">${words.dashed}</p>
        </div>
        <div>
          <sotto-wire-log .messages=${this.all} .layer=${this.layer} .now=${this.now}></sotto-wire-log>
          <p class="note number">${this.summary()}</p>
        </div>
      </div>
    `;
  }

  private controls() {
    const { player } = this;
    const all = this.own.length;
    return html`<div class="controls">
      <button data-testid="wire-replay" ?disabled=${all === 0} @click=${() => (player.playing ? player.pause() : player.play())}>
        ${player.playing ? words.pause : words.replay}
      </button>
      <button data-testid="wire-step" ?disabled=${all === 0 || player.done} @click=${this.stepOnce}>${words.forward}</button>
      <span class="note number">${words.position(player.at, all)}</span>
    </div>`;
  }

  private readonly stepOnce = () => {
    this.player.pause();
    this.player.step();
  };

  /** The message that is replayed. */
  private get now(): WireMessage | undefined {
    return this.own[this.player.at - 1];
  }

  /** The layer of what is replayed is looked at elsewhere, too. */
  private replayed(): void {
    const layer = this.now?.layer;
    if (layer !== undefined && layer !== this.layer) tell(this, "layer", layer);
    this.requestUpdate();
  }

  private load(ends: Ends): Load {
    const here = this.own.filter((message) => belongs(message, this.layer));
    return { ...this.carried(ends), marked: over(here, ends) > 0 };
  }

  private carried(ends: Ends): Omit<Load, "marked"> {
    const [one, other] = ends;
    switch (one) {
      case "owner":
        return { bytes: this.model, ahead: true };
      case "dealer":
        return { bytes: (other === "alice" ? this.alice : this.bob)?.dealtBytes, ahead: true };
      default:
        return { bytes: this.alice && over(this.own, ends), ahead: false };
    }
  }

  private summary(): string {
    const { layer } = this;
    const all = this.own;
    if (all.length === 0) return "";
    const total = words.messages(all.length, sum(all));
    if (layer === "") return words.choose(total);
    const here = all.filter((message) => belongs(message, layer));
    return here.length === 0 ? words.silent(layer, total) : words.layer(layer, words.messages(here.length, sum(here)), total);
  }
}

const sum = (all: WireMessage[]): number => all.reduce((total, message) => total + message.bytes, 0);
