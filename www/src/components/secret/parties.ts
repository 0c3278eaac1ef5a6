import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

import { SECRET_BEFORE, type HelperName, type SecretShow } from "../../state/secret";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { tell } from "../events";
import { roleColours } from "./role";

const words = text.secret.parties;

type Card = HelperName | "client";

const HELPERS: HelperName[] = ["alice", "bob", "dealer"];
const CARDS: Card[] = [...HELPERS, "client"];

/** Alice, bob, the dealer and the client: where they run, and what can be done to them. Tells `open-party`, `kill` and `garble`. */
@customElement("sotto-parties")
export class Parties extends LitElement {
  static override styles = [
    shared,
    roleColours,
    css`
      .cards {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 12rem), 1fr));
        gap: var(--space-3);
      }
      .card {
        display: grid;
        grid-template-rows: auto auto 1fr auto;
        gap: var(--space-2);
        padding: var(--space-3) var(--space-4) var(--space-4);
        border: 1px solid var(--line);
        border-top: 3px solid var(--role);
        border-radius: var(--round-s);
      }
      h4 {
        color: var(--role);
        font: 600 var(--text-l) / 1.3 var(--serif);
      }
      .card .note {
        min-height: 4.4em;
      }
      .state {
        font-weight: 600;
      }
      .card button {
        justify-self: start;
      }
      details {
        margin-top: var(--space-3);
      }
      summary {
        display: inline-block;
        padding-block: var(--space-1);
        cursor: pointer;
        font-weight: 600;
      }
      summary::before {
        display: inline-block;
        width: 1.1em;
        content: "▸";
      }
      [open] > summary::before {
        content: "▾";
      }
      .disturb {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        margin-top: var(--space-3);
      }
      .disturb button {
        border-left: 3px solid var(--role);
      }
      @media (max-width: 48rem) {
        .disturb button {
          flex: 1 1 8rem;
        }
      }
    `,
  ];

  @property({ attribute: false }) show: SecretShow = SECRET_BEFORE;

  protected override render() {
    const off = this.show.session === "ended";
    return html`
      <div class="cards">${CARDS.map((role) => this.card(role))}</div>
      <details data-testid="disturb">
        <summary>${words.disturb}</summary>
        <p class="note">${words.disturbed}</p>
        <div class="disturb">
          ${(["alice", "bob"] as const).map(
            (party) => html`<button
              data-role=${party}
              data-testid="garble-${party}"
              ?disabled=${off}
              @click=${() => tell(this, "garble", party)}
            >
              ${words.garble[party]}
            </button>`,
          )}
          ${HELPERS.map(
            (role) => html`<button data-role=${role} data-testid="kill-${role}" ?disabled=${off} @click=${() => tell(this, "kill", role)}>
              ${words.stop[role]}
            </button>`,
          )}
        </div>
      </details>
    `;
  }

  private card(role: Card) {
    const apart = this.show.tabs.includes(role);
    const far = this.show.far.includes(role);
    const state = html`<span class="state" data-testid="${role}-state" data-place=${far ? "far" : apart ? "tab" : "page"}>${this.state(role)}</span>`;
    return html`
      <section class="card" data-role=${role} ?data-far=${far} aria-label=${text.roles.start[role]}>
        <h4>${text.roles.start[role]}</h4>
        <p class="number">${words.where(state, far ? words.far : apart ? words.tab : words.page)}</p>
        <p class="note number">${words.does[role]} ${this.work(role)}</p>
        <button data-testid="open-${role}" ?disabled=${apart} @click=${() => tell(this, "open-party", role)}>
          ${far ? words.farAway : apart ? words.opened : words.open}
        </button>
      </section>
    `;
  }

  private state(role: Card): string {
    const { session, here, failure } = this.show;
    if (session === "ended") return failure?.role === role ? words.blamed : words.stopped;
    return role === "client" || here[role] ? words.ready : words.starting;
  }

  private work(role: Card): string {
    const { dealt, shared } = this.show;
    if (role === "client") return "";
    if (role === "dealer") return dealt.count > 0 ? words.dealt(dealt.bytes) : "";
    return shared ? words.share(shared.bytes) : "";
  }
}
