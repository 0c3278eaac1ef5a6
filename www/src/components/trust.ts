import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { shared } from "../styles/shared";
import { text } from "../text";
import { roleColours } from "./secret/role";

const words = text.trust;

/** What a privacy claim rests on. */
export interface Claim {
  /** What to know before anything else. */
  what?: TemplateResult | string;
  /** Each group that could break it together. */
  who: (TemplateResult | string)[];
  /** What holds as long as they do not. */
  otherwise?: string;
  /** What who only watches the network sees. */
  wire: TemplateResult | string;
}

/** Beside a privacy claim: who would have to collude to break it, and what the network shows. */
@customElement("sotto-trust")
export class Trust extends LitElement {
  static override styles = [
    shared,
    roleColours,
    css`
      .trust {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr));
        gap: var(--space-3) var(--space-6);
        padding: var(--space-3) var(--space-4);
        border-left: 4px solid var(--trust, var(--client));
        border-radius: var(--round-s);
        background: var(--sunken);
        font-size: var(--text-s);
        line-height: 1.5;
      }
      h3 {
        font-size: var(--text-s);
      }
      li {
        padding-left: 1em;
        text-indent: -1em;
      }
      li::before {
        display: inline-block;
        width: 1em;
        text-indent: 0;
        content: "·";
      }
    `,
  ];

  @property({ attribute: false }) claim?: Claim;

  protected override render() {
    if (!this.claim) return nothing;
    const { what, who, otherwise, wire } = this.claim;
    return html`
      <div class="trust" data-testid="trust">
        ${what ? html`<p data-testid="trust-what">${what}</p>` : nothing}
        <div data-testid="trust-who">
          <h3>${words.who}</h3>
          <ul>
            ${who.map((group) => html`<li>${group}</li>`)}
          </ul>
          ${otherwise ? html`<p>${otherwise}</p>` : nothing}
        </div>
        <div data-testid="trust-wire">
          <h3>${words.wire}</h3>
          <p>${wire}</p>
        </div>
      </div>
    `;
  }
}
