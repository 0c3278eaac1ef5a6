import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import type { Notice } from "../state/show";
import { shared } from "../styles/shared";
import { text } from "../text";

const words = text.training.notices;

const told = ({ slot, text: what }: Notice): string => (slot === undefined ? words.told(what) : words.ofWorker(slot, what));

/** What happened, newest first. */
@customElement("sotto-notices")
export class Notices extends LitElement {
  static override styles = [
    shared,
    css`
      [role="log"] {
        max-height: 5.25rem;
        overflow-y: auto;
        font-size: var(--text-s);
        line-height: 1.75rem;
      }
      li {
        padding-left: var(--space-3);
        border-left: 2px solid var(--line);
      }
      li[data-level="warning"] {
        border-left-color: var(--warn);
        color: var(--warn);
      }
      .none {
        color: var(--ink-soft);
      }
    `,
  ];

  @property({ attribute: false }) notices: Notice[] = [];

  protected override render() {
    return html`
      <div data-testid="notices" role="log" aria-live="polite" aria-label=${words.label} tabindex="0">
        <ol>
          ${this.notices.length === 0 ? html`<li class="none">${words.none}</li>` : ""}
          ${repeat(
            this.notices,
            (notice) => notice.id,
            (notice) => html`<li data-level=${notice.level}>${told(notice)}</li>`,
          )}
        </ol>
      </div>
    `;
  }
}
