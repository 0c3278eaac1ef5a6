import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { decimal } from "../../format";
import type { LessonCommand, Modulus } from "../../../wasm/sotto.js";
import type { LessonsShow } from "../../state/lessons";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { tell } from "../events";
import { lesson } from "./style";

const words = text.lessons.fix;

/** A number with a point as a whole number. Tells `ask`. */
@customElement("sotto-lesson-fix")
export class LessonFix extends LitElement {
  static override styles = [
    shared,
    lesson,
    css`
      .warning {
        min-height: 2.9em;
      }
    `,
  ];

  @property({ attribute: false }) answer?: NonNullable<LessonsShow["fixed"]>;
  @property() modulus: Modulus = "word";
  @property() declined = "";
  @state() private value = 0.123;
  @state() private base = 10;
  @state() private digits = 2;

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("modulus")) this.ask();
  }

  protected override render() {
    const { answer, base, digits } = this;
    return html`
      <article aria-labelledby="fix">
        <h3 id="fix">${words.title}</h3>
        <p class="lead">${words.lead}</p>
        <div class="fields">
          <label class="field">${words.number}<input type="number" data-testid="point-value" step="any" .value=${String(this.value)} @input=${this.turn("value")} /></label>
          <label class="field">${words.base}<input type="number" data-testid="point-base" min="2" max="16" step="1" .value=${String(base)} @input=${this.turn("base")} /></label>
          <label class="field">${words.digits}<input type="number" data-testid="point-digits" min="0" max="20" step="1" .value=${String(digits)} @input=${this.turn("digits")} /></label>
        </div>
        <dl>
          <dt>${words.scaled} ${base}<sup>${digits}</sup>, ${words.whole}</dt>
          <dd data-testid="point-whole">${answer?.whole ?? "–"}</dd>
          <dt>${words.place}</dt>
          <dd data-testid="point-place">${answer?.place.text ?? "–"}</dd>
          <dt>${words.read}</dt>
          <dd data-testid="point-read" class=${answer?.overflows ? "declined" : "client"}>${answer ? decimal(answer.read) : "–"}</dd>
        </dl>
        <p class="note warning" role="status" data-testid="point-note">
          ${this.declined ? html`<span class="declined">${this.declined}</span>` : answer?.overflows ? html`<strong class="declined">${words.overflow}</strong>` : nothing}
          ${answer ? words.most(decimal(answer.most)) : nothing}
        </p>
      </article>
    `;
  }

  private readonly turn = (name: "value" | "base" | "digits") => (event: Event) => {
    const field = event.currentTarget as HTMLInputElement;
    if (!field.validity.valid || Number.isNaN(field.valueAsNumber)) return;
    this[name] = field.valueAsNumber;
    this.ask();
  };

  private ask(): void {
    const { value, base, digits, modulus } = this;
    tell<LessonCommand>(this, "ask", { type: "fix", value, base, digits, modulus });
  }
}
