import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import type { DialsView } from "../../wasm/sotto.js";
import { shared } from "../styles/shared";
import { text } from "../text";
import { tell } from "./events";
import { folding } from "./folding";

const words = text.worker.dials;

/** What is out of order with this tab on purpose. Tells `dial` with a name and what was chosen. */
@customElement("sotto-worker-dials")
export class WorkerDials extends LitElement {
  static override styles = [
    shared,
    folding,
    css`
      form {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 14rem), 1fr));
        gap: var(--space-4) var(--space-5);
        margin-top: var(--space-4);
      }
      .field {
        display: grid;
        align-content: start;
        gap: var(--space-1);
        min-width: 0;
      }
      code {
        display: inline-block;
      }
      label {
        font-weight: 600;
      }
      select {
        width: 100%;
        text-overflow: ellipsis;
      }
    `,
  ];

  @property({ attribute: false }) dials?: DialsView;

  protected override render() {
    const { dials } = this;
    if (!dials) return nothing;
    const { slow, slowMax, flaky, attack, attacks } = dials;
    const honest = attacks[0]?.name;
    const inForce = [
      slow > 0 && words.slowBy(slow),
      flaky > 0 && words.silentIn(Math.round(100 * flaky)),
      attack !== honest && words.attacks,
    ].filter(Boolean);
    return html`
      <details class="panel">
        <summary>${words.title}<span class="summary">${inForce.join(" · ") || words.none}</span></summary>
        <p class="note">${words.note}</p>
        <form @submit=${(event: Event) => event.preventDefault()}>
          ${this.number("slow", words.slow, words.slowHelp, slow, slowMax, 0.5)}
          ${this.number("flaky", words.flaky, words.flakyHelp, flaky, 1, 0.1)}
          <div class="field">
            <label for="attack">${words.attack}</label>
            <select id="attack" data-testid="dial-attack" aria-describedby="attack-help" @change=${this.turn("attack")}>
              ${attacks.map((one) => html`<option value=${one.name} ?selected=${one.name === attack}>${one.words}</option>`)}
            </select>
            <p class="note" id="attack-help">${words.attackHelp}</p>
          </div>
        </form>
      </details>
    `;
  }

  private number(name: "slow" | "flaky", label: string, help: string, value: number, most: number, step: number) {
    return html`
      <div class="field">
        <label for=${name}>${label}</label>
        <input
          id=${name}
          data-testid="dial-${name}"
          aria-describedby="${name}-help"
          type="number"
          min="0"
          max=${most}
          step=${step}
          .value=${live(String(value))}
          @change=${this.turn(name)}
        />
        <p class="note" id="${name}-help">${help}</p>
      </div>
    `;
  }

  private readonly turn = (name: "slow" | "flaky" | "attack") => (event: Event) => {
    tell(this, "dial", { name, value: (event.currentTarget as HTMLInputElement | HTMLSelectElement).value });
  };
}
