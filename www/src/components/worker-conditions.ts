import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { EligibilityView, GateView } from "../../wasm/sotto.js";
import { detach } from "../errors";
import { shared } from "../styles/shared";
import { text } from "../text";
import { tell } from "./events";
import { checked, switches } from "./switch";

const words = text.worker.conditions;

/** Whether this tab takes part, and what speaks for and against it. Tells `pause` and `ignore`. */
@customElement("sotto-worker-conditions")
export class WorkerConditions extends LitElement {
  static override styles = [
    shared,
    switches,
    css`
      :host {
        --switch: var(--worker);
      }
      .panel {
        display: grid;
        gap: var(--space-3);
        height: 100%;
        align-content: start;
      }
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-2) var(--space-4);
      }
      header button {
        min-width: 6rem;
      }
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr));
        column-gap: var(--space-6);
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        gap: 0 var(--space-4);
        padding-block: var(--space-2);
        border-top: 1px solid var(--line);
      }
      li p:first-child {
        overflow-wrap: anywhere;
      }
      li button {
        margin-left: -0.5rem;
      }
      .verdict {
        color: var(--ink-soft);
      }
      [data-verdict="ok"] .verdict {
        color: var(--worker);
      }
      [data-verdict="hinders"] .verdict {
        color: var(--warn);
        font-weight: 600;
      }
      label {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        font-size: var(--text-s);
        cursor: pointer;
      }
    `,
  ];

  @property({ attribute: false }) eligibility?: EligibilityView;
  /** Asks the browser to tell whether somebody uses the machine; absent where it cannot. */
  @property({ attribute: false }) askIdle?: () => Promise<string | undefined>;
  @state() private idleAnswer: string | undefined;
  @state() private idleAsked = false;

  protected override render() {
    const { eligibility } = this;
    if (!eligibility) return nothing;
    const { willing, paused, gates } = eligibility;
    const verdict = paused ? words.paused : willing ? words.willing : words.rests;
    return html`
      <section class="panel" aria-labelledby="conditions">
        <header>
          <h2 id="conditions">${words.title}</h2>
          <button data-testid="pause" @click=${() => tell(this, "pause", !paused)}>${paused ? words.resume : words.pause}</button>
        </header>
        <p class="note">
          <strong data-testid="verdict" data-willing=${willing} role="status">${verdict}</strong>
          ${words.note}
        </p>
        <ul>
          ${gates.map((gate) => this.gate(gate))}
        </ul>
      </section>
    `;
  }

  private gate({ name, label, rule, reading, verdict, ignored }: GateView) {
    return html`
      <li data-testid="gate" data-gate=${name} data-verdict=${verdict}>
        <div>
          <p><strong>${label}</strong>: ${reading ? `${reading}, ` : ""}<span class="verdict">${words.verdicts[verdict]}</span></p>
          <p class="note">${rule}</p>
          ${name === "idleness" && verdict === "unknown" ? this.idleButton() : nothing}
        </div>
        <label>
          <input
            type="checkbox"
            role="switch"
            aria-label=${words.ignoreIt(label)}
            .checked=${ignored}
            @change=${(event: Event) => tell(this, "ignore", { gate: name, ignored: checked(event) })}
          />
          ${words.ignore}
        </label>
      </li>
    `;
  }

  private idleButton() {
    const { askIdle } = this;
    if (!askIdle) return nothing;
    const ask = () => {
      this.idleAsked = true;
      const answered = askIdle().then((answer) => {
        this.idleAnswer = answer;
        this.idleAsked = false;
      });
      detach(answered, "asking whether somebody uses the machine");
    };
    return html`
      <button class="quiet" data-testid="ask-idle" ?disabled=${this.idleAsked} @click=${ask}>${words.askIdle}</button>
      <span class="note" role="status">${this.idleAnswer ?? ""}</span>
    `;
  }
}
