import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

import { bytes } from "../../format";
import { SECRET_BEFORE, type HelperName, type SecretShow } from "../../state/secret";
import { shared } from "../../styles/shared";
import { tell } from "../events";
import { Named, roleColours } from "./role";

type Card = HelperName | "client";

const HELPERS: HelperName[] = ["alice", "bob", "dealer"];
const CARDS: Card[] = [...HELPERS, "client"];

const DOES: Record<Card, string> = {
  alice: "Holds one share of the model and of each drawing, and leads the computation.",
  bob: "Holds the other share of both, and follows alice step by step.",
  dealer: "Deals random numbers that fit together, before there is a drawing. It never sees one.",
  client: "Has the pad, shares each drawing, and alone learns the answer.",
};

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
        <summary>Disturb them</summary>
        <p class="note">
          A garbled message arrives cut short. Whoever waits for it names the sender and the step, all that was dealt for
          the session is thrown away, and a new session begins with new keys. What nobody checks are the numbers
          themselves: a party that computes wrongly, in silence, makes answers wrong.
        </p>
        <div class="disturb">
          ${(["alice", "bob"] as const).map(
            (party) => html`<button
              data-role=${party}
              data-testid="garble-${party}"
              ?disabled=${off}
              @click=${() => tell(this, "garble", party)}
            >
              Garble ${party}’s next message
            </button>`,
          )}
          ${HELPERS.map(
            (role) => html`<button data-role=${role} data-testid="kill-${role}" ?disabled=${off} @click=${() => tell(this, "kill", role)}>
              Stop ${role === "dealer" ? "the dealer" : role}
            </button>`,
          )}
        </div>
      </details>
    `;
  }

  private card(role: Card) {
    const apart = this.show.tabs.includes(role);
    return html`
      <section class="card" data-role=${role} aria-label=${Named(role)}>
        <h4>${Named(role)}</h4>
        <p class="number">
          <span class="state" data-testid="${role}-state" data-place=${apart ? "tab" : "page"}>${this.state(role)}</span>, in
          ${apart ? "a tab of its own" : "this page"}
        </p>
        <p class="note number">${DOES[role]} ${this.work(role)}</p>
        <button data-testid="open-${role}" ?disabled=${apart} @click=${() => tell(this, "open-party", role)}>
          ${apart ? "It has its own tab" : "Open in its own tab"}
        </button>
      </section>
    `;
  }

  private state(role: Card): string {
    const { session, here, failure } = this.show;
    if (session === "ended") return failure?.role === role ? "To blame" : "Stopped";
    return role === "client" || here[role] ? "Ready" : "Starting";
  }

  private work(role: Card): string {
    const { dealt, shared } = this.show;
    if (role === "client") return "";
    if (role === "dealer") return dealt.count > 0 ? `In this session it has dealt ${bytes(dealt.bytes)}.` : "";
    return shared ? `Its share of the model: ${bytes(shared.bytes)}.` : "";
  }
}
