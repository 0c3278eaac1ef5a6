import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { RoleName } from "../../../wasm/sotto.js";
import { shared } from "../../styles/shared";
import { roleColours, roleName } from "./role";

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
    const place =
      this.tabs.length === 0
        ? "All roles run in this browser, on one computer:"
        : "Some roles run in tabs of their own, but all of them in this browser, on one computer:";
    return html`
      <div class="trust">
        <p data-testid="trust">
          <strong>${place}</strong> whoever controls it can add the shares up. What you see is how the protocol works;
          privacy begins when alice, bob and the dealer belong to different people who do not collude.
        </p>
        <div>
          <h3>Who together would see your drawing and the model</h3>
          <ul>
            <li>${roleName("alice")} and ${roleName("bob")}: they add up their shares</li>
            <li>${roleName("dealer")} with either of them: it knows every mask</li>
          </ul>
          <p>Alone, each sees noise, as long as all follow the protocol.</p>
        </div>
      </div>
    `;
  }
}
