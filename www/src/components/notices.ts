import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { workerName } from "../format";
import type { Notice } from "../state/show";
import { shared } from "../styles/shared";

const told = ({ slot, text }: Notice): string => (slot === undefined ? sentence(text) : `${workerName(slot)} ${text}`);
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

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
      <div data-testid="notices" role="log" aria-live="polite" aria-label="What happened, newest first" tabindex="0">
        <ol>
          ${this.notices.length === 0 ? html`<li class="none">Who leaves, what is refused and what is tried again is told here.</li>` : ""}
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
