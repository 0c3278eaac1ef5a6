import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { plural } from "../../format";
import type { Disagreement } from "../../state/evaluation";
import { shared } from "../../styles/shared";
import "../pixels";

/** Test digits that are read differently on shares and in the clear. */
@customElement("sotto-disagreements")
export class Disagreements extends LitElement {
  static override styles = [
    shared,
    css`
      h4 {
        margin-bottom: var(--space-2);
        font: 600 var(--text-m) / 1.3 var(--sans);
      }
      .note {
        min-height: 1.45em;
        margin-bottom: var(--space-2);
      }
      .found {
        min-height: 14rem;
        max-height: 18rem;
        overflow-y: auto;
      }
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(7rem, 1fr));
        gap: var(--space-3);
      }
      li {
        display: grid;
        justify-items: center;
        gap: var(--space-1);
        color: var(--ink-soft);
        font-size: 0.75rem;
        line-height: 1.3;
        white-space: nowrap;
      }
      sotto-pixels {
        width: 3.5rem;
        border: 1px solid var(--line);
        border-radius: var(--round-s);
        background: var(--sunken);
        overflow: hidden;
      }
    `,
  ];

  @property({ attribute: false }) found: Disagreement[] = [];
  /** Digits that both readers have read. */
  @property({ type: Number }) compared = 0;
  /** All disagreements, of which `found` shows the first. */
  @property({ type: Number }) many = 0;

  protected override render() {
    return html`
      <h4 id="disagree">Where shares and clear disagree</h4>
      <div class="found" role="group" tabindex="0" aria-labelledby="disagree" data-testid="disagreements" data-count=${this.many}>
        <p class="note number">${this.summary()}</p>
        <ul>
          ${repeat(
            this.found,
            ({ index }) => index,
            ({ index, label, encrypted, plain, image }) => html`
              <li>
                <sotto-pixels .images=${image} label="Test digit ${index}, a ${label}"></sotto-pixels>
                ${label}: shares ${encrypted}, clear ${plain}
              </li>
            `,
          )}
        </ul>
      </div>
    `;
  }

  private summary(): string {
    const { compared, many, found } = this;
    if (compared === 0) return "Fixed precision can tip an answer that was a close call. Such digits are shown here.";
    if (many === 0) return `Nowhere, on ${plural(compared, "digit")}.`;
    const shown = found.length < many ? `, the first ${found.length} shown` : "";
    return `${plural(many, "digit")} of ${compared}${shown}. Fixed precision can tip a close call.`;
  }
}
