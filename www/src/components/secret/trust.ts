import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { RoleName } from "../../../wasm/sotto.js";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { roleColours, roleName } from "./role";

const words = text.secret.trust;

/** Whom one trusts here, in plain words. */
@customElement("sotto-trust")
export class Trust extends LitElement {
  static override styles = [
    shared,
    roleColours,
    css`
      .trust {
        display: grid;
        grid-template-columns: minmax(0, 1.1fr) minmax(0, 1fr);
        gap: var(--space-3) var(--space-6);
        padding: var(--space-3) var(--space-4);
        border-left: 4px solid var(--client);
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
      @media (max-width: 48rem) {
        .trust {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) tabs: RoleName[] = [];

  protected override render() {
    return html`
      <div class="trust">
        <p data-testid="trust">${words.what(this.tabs.length === 0 ? words.here : words.tabs)}</p>
        <div>
          <h3>${words.who}</h3>
          <ul>
            <li>${words.parties(roleName("alice"), roleName("bob"))}</li>
            <li>${words.dealer(roleName("dealer"))}</li>
          </ul>
          <p>${words.alone}</p>
        </div>
      </div>
    `;
  }
}
