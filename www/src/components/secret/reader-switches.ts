import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import type { Reader } from "../../../wasm/sotto.js";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { tell } from "../events";
import { checked, switches } from "../switch";

/** How a drawing is read. Tells `reader` and `label`. */
@customElement("sotto-reader-switches")
export class ReaderSwitches extends LitElement {
  static override styles = [
    shared,
    switches,
    css`
      .switches {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-1) var(--space-3);
        padding-top: var(--space-2);
        border-top: 1px solid var(--line);
      }
      .switches label {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        min-height: 1.75rem;
        font-weight: 600;
        cursor: pointer;
      }
      .switches .small {
        color: var(--ink-soft);
        font-size: var(--text-s);
        font-weight: 400;
      }
      .small [type="checkbox"] {
        width: 1.8rem;
        height: 1rem;
      }
    `,
  ];

  @property({ attribute: false }) reader: Reader = "shares";
  /** Whether the digit alone is learnt, on shares. */
  @property({ type: Boolean }) label = false;

  /** Whether there is one reader alone. */
  @property({ type: Boolean }) fixed = false;

  protected override render() {
    const shares = this.reader === "shares";
    return html`
      <div class="switches">
        <label>
          <input
            type="checkbox"
            data-testid="encrypted-toggle"
            ?disabled=${this.fixed}
            .checked=${live(shares)}
            @change=${(event: Event) => tell<Reader>(this, "reader", checked(event) ? "shares" : "clear")}
          />${text.room.draw.onShares}
        </label>
        <label class="small">
          <input
            type="checkbox"
            data-testid="label-toggle"
            ?disabled=${!shares}
            .checked=${live(this.label)}
            @change=${(event: Event) => tell<boolean>(this, "label", checked(event))}
          />${text.room.draw.labelAlone}
        </label>
      </div>
    `;
  }
}
