import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import type { Disagreement } from "../../state/evaluation";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import "../pixels";

const words = text.secret.disagreements;

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
      <h4 id="disagree">${words.title}</h4>
      <div class="found" role="group" tabindex="0" aria-labelledby="disagree" data-testid="disagreements" data-count=${this.many}>
        <p class="note number">${this.summary()}</p>
        <ul>
          ${repeat(
            this.found,
            ({ index }) => index,
            ({ index, label, encrypted, plain, image }) => html`
              <li>
                <sotto-pixels .images=${image} label=${words.label(index, label)}></sotto-pixels>
                ${words.read(label, encrypted, plain)}
              </li>
            `,
          )}
        </ul>
      </div>
    `;
  }

  private summary(): string {
    const { compared, many, found } = this;
    if (compared === 0) return words.nothing;
    if (many === 0) return words.none(compared);
    const some = words.some(many, compared);
    return words.why(found.length < many ? words.shown(some, found.length) : some);
  }
}
