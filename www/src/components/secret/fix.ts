import { css, html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { FixedView } from "../../../wasm/sotto.js";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { tell } from "../events";

const words = text.secret.fix;
const FIRST = "0.123";

/** What fixed precision does to a number. Tells `fix`. */
@customElement("sotto-fix")
export class Fix extends LitElement {
  static override styles = [
    shared,
    css`
      .try {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        margin-top: var(--space-2);
      }
      input {
        width: 8rem;
      }
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: var(--space-1) var(--space-3);
        margin-top: var(--space-2);
        font-size: var(--text-s);
      }
      dt {
        color: var(--ink-soft);
      }
      dd {
        overflow-wrap: anywhere;
        font-family: var(--mono);
      }
      .note {
        min-height: 2.9em;
        margin-top: var(--space-2);
      }
      .over {
        color: var(--warn);
        font-weight: 600;
      }
    `,
  ];

  @property({ type: Number }) fraction = 8;
  @property({ attribute: false }) fixed?: FixedView;
  /** Whether the owner can be asked, and somebody looks. */
  @property({ type: Boolean }) asking = false;
  @state() private typed = FIRST;
  private asked = "";

  protected override updated(changes: Map<PropertyKey, unknown>): void {
    // A new session has a new owner.
    if (changes.has("asking") && !this.asking) this.asked = "";
    const value = number(this.typed);
    const question = `${value} ${this.fraction}`;
    if (!this.asking || value === undefined || question === this.asked) return;
    this.asked = question;
    tell(this, "fix", { value, fraction: this.fraction });
  }

  protected override render() {
    const value = number(this.typed);
    const { fixed } = this;
    const shown = fixed && fixed.value === value && fixed.fraction === this.fraction ? fixed : undefined;
    return html`
      <h3>${words.title}</h3>
      <div class="try">
        <label for="fix">${words.number}</label>
        <input
          id="fix"
          data-testid="fix-value"
          inputmode="decimal"
          autocomplete="off"
          .value=${this.typed}
          aria-invalid=${value === undefined}
          aria-describedby="fix-note"
          @input=${(event: Event) => (this.typed = (event.currentTarget as HTMLInputElement).value)}
        />
      </div>
      <dl data-testid="fixed">
        <dt>${words.times(this.fraction)}</dt>
        <dd>${shown?.scaled ?? "–"}</dd>
        <dt>${words.modulo}</dt>
        <dd>${shown ? `0x${shown.element}` : "–"}</dd>
        <dt>${words.back}</dt>
        <dd>${shown?.back ?? "–"}</dd>
      </dl>
      <p class="note" id="fix-note" role="status">${note(value, shown)}</p>
    `;
  }
}

function note(value: number | undefined, shown: FixedView | undefined) {
  if (value === undefined) return html`<span class="over">${words.noNumber}</span>`;
  if (!shown) return "";
  if (!shown.fits) return html`<span class="over">${words.overflow}</span>`;
  return shown.back === shown.value ? words.exact : words.nearest;
}

function number(text: string): number | undefined {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}
