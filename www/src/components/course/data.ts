import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { SiloShow } from "../../state/silo";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { tell } from "../events";
import { chosen } from "../chosen";
import "../pixels";

const words = text.course.data;

/** How many digits a data owner can share at once. */
export const COUNTS = [640, 1000, 3000, 6000];

/** A data owner's digits: what it shares, and what it has shared. Tells `digits`, how many. */
@customElement("sotto-course-data")
export class CourseData extends LitElement {
  static override styles = [
    shared,
    css`
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2);
      }
      label {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      .first {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        min-height: 3.5rem;
        margin-top: var(--space-2);
      }
      sotto-pixels {
        flex: none;
        width: 3.5rem;
      }
    `,
  ];

  @property({ attribute: false }) silo: SiloShow = { digits: 0, bytes: 0 };
  /** Whether there is somebody to share with. */
  @property({ type: Boolean }) open = false;
  @state() private count = 640;

  protected override render() {
    const { silo, count } = this;
    return html`
      <div class="row">
        <label>
          ${words.count}
          <select data-testid="silo-count" @change=${(event: Event) => (this.count = Number(chosen(event)))}>
            ${COUNTS.map((one) => html`<option value=${one} ?selected=${one === count}>${text.numbers.count(one)}</option>`)}
          </select>
        </label>
        <button data-testid="share-digits" ?disabled=${!this.open} @click=${() => tell(this, "digits", count)}>${words.share}</button>
      </div>
      <div class="first">
        ${silo.first ? html`<sotto-pixels .images=${silo.first.image} label=${words.first(silo.first.label)}></sotto-pixels>` : nothing}
        <p class="note number" data-testid="silo-shared" data-digits=${silo.digits} role="status">
          ${silo.digits > 0 ? words.here(silo.digits, silo.bytes) : words.nothingHere}
          ${silo.first ? words.first(silo.first.label) : words.noneElse}
        </p>
      </div>
    `;
  }
}
