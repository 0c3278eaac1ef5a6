import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import type { Problem, Setting } from "../../wasm/sotto.js";
import type { Change } from "../state/address";
import { summaryOf } from "../state/history";
import { shared } from "../styles/shared";
import { text } from "../text";

const words = text.room.settings;
import { tell } from "./events";
import { folding } from "./folding";

/** Every setting of the run. Tells `configure` with a change. */
@customElement("sotto-settings-form")
export class SettingsForm extends LitElement {
  static override styles = [
    shared,
    folding,
    css`
      form {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr));
        gap: var(--space-4) var(--space-5);
        margin-block: var(--space-4) var(--space-2);
      }
      .field {
        display: grid;
        align-content: start;
        gap: var(--space-1);
      }
      label {
        font-weight: 600;
      }
      [aria-invalid="true"] {
        border-color: var(--warn);
      }
      .problem {
        color: var(--warn);
        font-size: var(--text-s);
      }
    `,
  ];

  @property({ attribute: false }) settings: Setting[] = [];
  @property({ attribute: false }) problems: Problem[] = [];
  /** A page that watches may read the settings, not change them. */
  @property({ type: Boolean }) fixed = false;
  /** What was typed and is not in force (yet). */
  private tried = new Map<string, string>();

  protected override willUpdate(changes: Map<PropertyKey, unknown>): void {
    if (changes.has("settings")) this.tried.clear();
  }

  protected override render() {
    return html`
      <details class="panel">
        <summary>${words.title}<span class="summary">${summaryOf(this.settings)}</span></summary>
        <p class="note">${words.note}</p>
        <form @submit=${(event: Event) => event.preventDefault()}>
          ${this.settings.map((setting) => this.field(setting))}
        </form>
      </details>
    `;
  }

  private field(setting: Setting) {
    const { name, label, help } = setting;
    const problem = this.problems.find((one) => one.setting === name);
    return html`
      <div class="field">
        <label for=${name}>${label}</label>
        ${this.control(setting, problem !== undefined)}
        <p class="note" id="${name}-help">${help}</p>
        <p class="problem" id="${name}-problem" role="alert">${problem?.text ?? nothing}</p>
      </div>
    `;
  }

  private control({ name, value, choices }: Setting, invalid: boolean) {
    const shown = this.tried.get(name) ?? value;
    const described = `${name}-help ${name}-problem`;
    if (choices) {
      return html`
        <select id=${name} name=${name} ?disabled=${this.fixed} aria-describedby=${described} aria-invalid=${invalid} @change=${this.change}>
          ${withValue(choices, shown).map((choice) => html`<option ?selected=${choice === shown}>${choice}</option>`)}
        </select>
      `;
    }
    return html`<input
      id=${name}
      name=${name}
      ?disabled=${this.fixed}
      .value=${live(shown)}
      inputmode="decimal"
      autocomplete="off"
      aria-describedby=${described}
      aria-invalid=${invalid}
      @change=${this.change}
    />`;
  }

  private change(event: Event): void {
    const { name, value } = event.currentTarget as HTMLInputElement | HTMLSelectElement;
    this.tried.set(name, value);
    tell<Change[]>(this, "configure", [{ name, value: value.trim() }]);
  }
}

/** A choice that only the address can make is shown, too. */
const withValue = (choices: string[], value: string): string[] => (choices.includes(value) ? choices : [value, ...choices]);
