import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import type { DialsView } from "../../wasm/sotto.js";
import { shared } from "../styles/shared";
import { tell } from "./events";
import { folding } from "./folding";

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
      slow > 0 && `slow by ${slow} s`,
      flaky > 0 && `silent in ${Math.round(100 * flaky)} % of rounds`,
      attack !== honest && "attacks",
    ].filter(Boolean);
    return html`
      <details class="panel">
        <summary>Trouble on purpose<span class="summary">${inForce.join(" · ") || "none"}</span></summary>
        <p class="note">To see what a run withstands. The address of this tab may say it too: <code>?slow=3&amp;flaky=0.2&amp;attack=sign</code></p>
        <form @submit=${(event: Event) => event.preventDefault()}>
          ${this.number("slow", "Slow, in seconds", "All that this tab sends is held back so long.", slow, slowMax, 0.5)}
          ${this.number("flaky", "Flaky, from 0 to 1", "How likely it falls silent for 5 s in a round.", flaky, 1, 0.1)}
          <div class="field">
            <label for="attack">Attack</label>
            <select id="attack" data-testid="dial-attack" aria-describedby="attack-help" @change=${this.turn("attack")}>
              ${attacks.map(({ name, words }) => html`<option value=${name} ?selected=${name === attack}>${words}</option>`)}
            </select>
            <p class="note" id="attack-help">What a dishonest worker does.</p>
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
