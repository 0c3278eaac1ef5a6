import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { ClassifiedView } from "../../../wasm/sotto.js";
import { messages, over, type Ends, type WireMessage } from "../../state/wire";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { roleColours } from "./role";
import { linkStyles, links, type Load } from "./wire-links";
import "./wire-log";

const words = text.secret.wire;

/** What went over the wires for the last drawing: between whom, and message by message. */
@customElement("sotto-wire")
export class Wire extends LitElement {
  static override styles = [
    shared,
    roleColours,
    linkStyles,
    css`
      .views {
        display: grid;
        grid-template-columns: minmax(0, 22rem) minmax(0, 1fr);
        gap: var(--space-4) var(--space-5);
      }
      .note {
        min-height: 1.45em;
        margin-top: var(--space-2);
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

  protected override willUpdate(changes: Map<PropertyKey, unknown>): void {
    if (changes.has("alice") || changes.has("bob")) this.all = messages(this.alice, this.bob);
  }

  protected override render() {
    return html`
      <div class="views">
        <div>
          ${links((ends) => this.load(ends))}
          <p class="note">${words.dashed}</p>
        </div>
        <div>
          <sotto-wire-log .messages=${this.all} .layer=${this.layer}></sotto-wire-log>
          <p class="note number">${this.summary()}</p>
        </div>
      </div>
    `;
  }

  private load(ends: Ends): Load {
    const [one, other] = ends;
    switch (one) {
      case "owner":
        return { bytes: this.model, ahead: true };
      case "dealer":
        return { bytes: (other === "alice" ? this.alice : this.bob)?.dealtBytes, ahead: true };
      default:
        return { bytes: this.alice && over(this.own(), ends), ahead: false };
    }
  }

  /** Without those that brought model and material before. */
  private own(): WireMessage[] {
    return this.all.filter((message) => message.after >= 0);
  }

  private summary(): string {
    const { layer } = this;
    const all = this.own();
    if (all.length === 0) return "";
    const total = words.messages(all.length, sum(all));
    if (layer === "") return words.choose(total);
    const here = all.filter((message) => message.layer === layer);
    return here.length === 0 ? words.silent(layer, total) : words.layer(layer, words.messages(here.length, sum(here)), total);
  }
}

const sum = (all: WireMessage[]): number => all.reduce((total, message) => total + message.bytes, 0);
