import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { LocalShow } from "../state/local";
import { shared } from "../styles/shared";
import { text } from "../text";
import { tell } from "./events";
import "./label-bars";
import { SIDE } from "./pixels";

const words = text.worker.handwriting;
const PIXELS = SIDE * SIDE;

/** The digits of one's own, each with its label. Tells `handwriting` with the one to erase. */
@customElement("sotto-handwriting-sheet")
export class HandwritingSheet extends LitElement {
  static override styles = [
    shared,
    css`
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(3rem, 1fr));
        gap: var(--space-2);
        max-height: 16rem;
        margin: var(--space-2) 0 0;
        padding: 0;
        overflow-y: auto;
        list-style: none;
      }
      li {
        border: 1px solid var(--line);
        border-radius: var(--round-s);
        background: var(--sunken);
        overflow: hidden;
      }
      .under {
        display: flex;
        align-items: center;
        justify-content: space-between;
        padding-inline-start: var(--space-2);
        background: var(--surface);
      }
      button {
        min-width: 1.75rem;
        min-height: 1.75rem;
        padding: 0;
      }
    `,
  ];

  @property({ attribute: false }) own?: LocalShow["handwriting"];

  protected override render() {
    const labels = [...(this.own?.labels ?? [])];
    if (labels.length === 0) return nothing;
    const counts = Array.from({ length: 10 }, (_, digit) => labels.filter((label) => label === digit).length);
    return html`
      <div class="note number"><sotto-label-bars .counts=${counts}></sotto-label-bars> ${words.counts(counts)}</div>
      <ul tabindex="0" aria-label=${words.sheet}>
        ${labels.map(
          (label, index) => html`<li data-testid="own-digit" data-label=${label}>
            <sotto-pixels
              .images=${this.own?.images.subarray(PIXELS * index, PIXELS * (index + 1)) ?? new Uint8Array(0)}
              ink="--client"
              label=${words.digit(label)}
            ></sotto-pixels>
            <span class="under number">
              ${label}
              <button
                class="quiet"
                aria-label=${words.removeIt(index + 1, label)}
                title=${words.remove}
                @click=${() => tell(this, "handwriting", { type: "erase", index })}
              >×</button>
            </span>
          </li>`,
        )}
      </ul>
    `;
  }
}
