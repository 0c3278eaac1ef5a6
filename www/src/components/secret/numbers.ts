import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import type { Saving } from "../../../wasm/sotto.js";
import { bytes, fixed } from "../../format";
import { SECRET_BEFORE, type SecretShow } from "../../state/secret";
import { choice } from "../../styles/choice";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { tell } from "../events";

const words = text.secret.numbers;

/** Classifications that the parties keep material for. */
const STOCK_TARGET = 6;
const SAVINGS = ["bytes", "rounds"] as const satisfies Saving[];
const PIPS = Array.from({ length: STOCK_TARGET }, (_, pip) => pip);

/** What the last classification took, and what was done before it. */
@customElement("sotto-secret-numbers")
export class SecretNumbers extends LitElement {
  static override styles = [
    shared,
    choice,
    css`
      :host {
        container-type: inline-size;
      }
      dl {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        border-bottom: 1px solid var(--line);
      }
      dl > div {
        display: grid;
        grid-template-rows: auto auto 1fr;
        padding: var(--space-2) var(--space-3);
        border-top: 1px solid var(--line);
        border-left: 1px solid var(--line);
        min-width: 0;
      }
      dl > div:nth-child(odd) {
        padding-left: 0;
        border-left: 0;
      }
      dt {
        color: var(--ink-soft);
        font-size: var(--text-s);
        line-height: 1.3;
      }
      dd {
        font: 600 1.125rem / 1.9rem var(--sans);
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      .online dd:nth-child(2) {
        color: var(--client);
        font: 600 var(--text-xl) / 1.9rem var(--serif);
        font-variant-numeric: tabular-nums lining-nums;
      }
      dd.note {
        font: var(--text-s) / 1.35 var(--sans);
        white-space: normal;
      }
      fieldset {
        margin-top: var(--space-3);
      }
      fieldset .note {
        flex-basis: 100%;
      }
      .pips {
        display: flex;
        align-items: center;
        gap: var(--space-1);
        height: 1.9rem;
      }
      .pip {
        width: 0.7rem;
        height: 0.7rem;
        border: 1.5px solid var(--dealer);
        border-radius: 50%;
      }
      .pip[data-full="true"] {
        background: var(--dealer);
      }
      @container (min-width: 34rem) {
        dl {
          grid-template-columns: repeat(4, minmax(0, 1fr));
        }
        dl > div:nth-child(odd) {
          padding-left: var(--space-3);
          border-left: 1px solid var(--line);
        }
        dl > div:nth-child(4n + 1) {
          padding-left: 0;
          border-left: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) show: SecretShow = SECRET_BEFORE;

  protected override render() {
    const { prediction, alice, bob, plainMs, dealt, saving } = this.show;
    const sent = alice && alice.sentBytes + (bob?.sentBytes ?? 0);
    const taken = alice && alice.dealtBytes + (bob?.dealtBytes ?? 0);
    return html`
      <dl>
        ${entry("online", words.online, millis("online-ms", prediction?.millis))}
        ${entry("", words.plain, millis("plain-ms", plainMs))}
        ${entry("", words.rounds, html`<span data-testid="rounds">${alice?.rounds ?? "–"}</span>`)}
        ${entry("", words.sent, size("online-bytes", sent))}
        ${entry("", words.dealt, size("dealt-bytes", taken))}
        ${entry("", words.dealing, millis("dealing-ms", dealt.millis))}
        ${entry("", words.preparing, millis("prepare-ms", alice?.prepareMs))}
        ${this.stock()}
      </dl>
      <fieldset>
        <legend>${words.saving.name}</legend>
        ${SAVINGS.map(
          (one) => html`<label>
            <input type="radio" name="saving" data-testid="saving-${one}" .checked=${live(one === saving)} @change=${() => tell(this, "saving", one)} />${words.saving[one]}
          </label>`,
        )}
        <p class="note">${words.saving.note}</p>
      </fieldset>
    `;
  }

  private stock() {
    const { alice, bob } = this.show.stock;
    // A classification takes from both.
    const count = Math.min(alice.count, bob.count);
    const label = words.stock.label(count, STOCK_TARGET);
    const pips = html`
      <span class="pips" data-testid="stock" data-count=${count} role="img" aria-label=${label}>
        ${PIPS.map((pip) => html`<span class="pip" data-full=${pip < count}></span>`)}
      </span>
    `;
    return entry("", { name: words.stock.name, note: words.stock.note(count, STOCK_TARGET, alice.bytes + bob.bytes) }, pips);
  }
}

const entry = (kind: string, { name, note }: { name: string; note: string }, value: TemplateResult) => html`
  <div class=${kind}>
    <dt>${name}</dt>
    <dd>${value}</dd>
    <dd class="note">${note}</dd>
  </div>
`;

const millis = (id: string, value: number | undefined) => html`
  <span data-testid=${id}>${value === undefined ? "–" : fixed(value, 1)}</span>${value === undefined ? nothing : ` ${words.millis}`}
`;

const size = (id: string, value: number | undefined) => html`
  <span data-testid=${id} data-bytes=${value ?? ""}>${value === undefined ? "–" : bytes(value)}</span>
`;
