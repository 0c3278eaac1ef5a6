import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { RoleName } from "../../../wasm/sotto.js";
import type { SharesPrediction } from "../../state/secret";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import "../pixels";
import { INKS, roleColours } from "./role";

const words = text.secret.shares;
const NOTHING_YET = new Uint8Array(0);

/** The drawing as an equation: two pictures of noise, and their sum. */
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
        border: 1px solid var(--line);
        border-top: 3px solid var(--role);
        border-radius: var(--round-s);
        background: var(--sunken);
        overflow: hidden;
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

  protected override render() {
    const { prediction } = this;
    return html`
      <div class="equation">
        ${this.picture("alice", words.alice, prediction?.alice, words.noise)}
        <span class="sign" aria-hidden="true">+</span>
        ${this.picture("bob", words.bob, prediction?.bob, words.noise)}
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
          data-testid=${role === "client" ? "shared-image" : `${role}-share`}
          data-number=${(image && this.prediction?.number) ?? ""}
        >
          <sotto-pixels .images=${image ?? NOTHING_YET} ink=${INKS[role]} label=${label}></sotto-pixels>
        </div>
        <figcaption>${caption}</figcaption>
      </figure>
    `;
  }
}
