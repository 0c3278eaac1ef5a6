import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { RoleName } from "../../../wasm/sotto.js";
import type { SharesPrediction } from "../../state/secret";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { tell } from "../events";
import { SIDE } from "../pixels";
import { properties } from "../properties";
import { INKS, roleColours } from "./role";

const words = text.secret.shares;
const NOTHING_YET = new Uint8Array(0);

/** The drawing as an equation: two pictures of noise, and their sum. Tells `pixel` when one is pointed at. */
@customElement("sotto-shares")
export class Shares extends LitElement {
  static override styles = [
    shared,
    roleColours,
    css`
      .equation {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto minmax(0, 1fr) auto minmax(0, 1fr);
        grid-template-rows: auto auto;
        grid-auto-flow: column;
        gap: var(--space-1) var(--space-2);
      }
      figure {
        display: grid;
        grid-row: 1 / span 2;
        grid-template-rows: subgrid;
      }
      .sign {
        grid-row: 1;
        align-self: center;
        color: var(--ink-soft);
        font: 400 var(--text-xl) / 1 var(--serif);
      }
      .frame {
        position: relative;
        cursor: crosshair;
        border: 1px solid var(--line);
        border-top: 3px solid var(--role);
        border-radius: var(--round-s);
        background: var(--sunken);
        overflow: hidden;
      }
      .mark {
        position: absolute;
        width: calc(100% / 28);
        aspect-ratio: 1;
        outline: 2px solid var(--client);
        pointer-events: none;
      }
      figcaption {
        color: var(--role);
        font-size: var(--text-s);
        font-weight: 600;
        line-height: 1.3;
        text-align: center;
      }
      .note {
        margin-top: var(--space-3);
      }
    `,
  ];

  @property({ attribute: false }) prediction?: SharesPrediction;
  /** The place of the pixel that is looked at. */
  @property({ type: Number }) pixel = 0;
  private alice?: Uint8Array;
  private bob?: Uint8Array;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("prediction")) return;
    const { alice, bob } = this.prediction ?? {};
    [this.alice, this.bob] = [alice && highest(alice), bob && highest(bob)] as [Uint8Array, Uint8Array];
  }

  protected override render() {
    const { prediction, alice, bob } = this;
    return html`
      <div class="equation">
        ${this.picture("alice", words.alice, alice, words.noise)}
        <span class="sign" aria-hidden="true">+</span>
        ${this.picture("bob", words.bob, bob, words.noise)}
        <span class="sign" aria-hidden="true">=</span>
        ${this.picture("client", words.drawing, prediction?.image, words.seen)}
      </div>
      <p class="note">${words.note}</p>
    `;
  }

  private picture(role: RoleName, caption: string, image: Uint8Array | undefined, what: string) {
    const label = words.label(caption, image ? what : words.nothing);
    return html`
      <figure data-role=${role}>
        <div
          class="frame"
          @click=${this.point}
          data-testid=${role === "client" ? "shared-image" : `${role}-share`}
          data-number=${(image && this.prediction?.number) ?? ""}
        >
          ${image ? html`<span class="mark" ${this.place()}></span>` : nothing}
          <sotto-pixels .images=${image ?? NOTHING_YET} ink=${INKS[role]} label=${label}></sotto-pixels>
        </div>
        <figcaption>${caption}</figcaption>
      </figure>
    `;
  }

  private place() {
    const percent = (cells: number) => `${(100 * cells) / SIDE}%`;
    return properties({ left: percent(this.pixel % SIDE), top: percent(Math.floor(this.pixel / SIDE)) });
  }

  private readonly point = (event: MouseEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const cell = (at: number, side: number) => Math.min(SIDE - 1, Math.max(0, Math.floor((SIDE * at) / side)));
    tell(this, "pixel", cell(event.clientY - box.top, box.height) * SIDE + cell(event.clientX - box.left, box.width));
  };
}

/** The highest 8 bits of each number, which a picture can show. */
const highest = (share: Uint32Array): Uint8Array => Uint8Array.from(share, (value) => value >>> 24);
