import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";

import type { GuestEntry } from "../../wasm/sotto.js";
import { detach } from "../errors";
import { millis } from "../format";
import { TAB_ROLES } from "../state/control";
import { accessIn, linkOf, type Access, type Claim } from "../state/invite";
import type { RemoteShow } from "../state/remote";
import { shared } from "../styles/shared";
import { text } from "../text";
import { tell } from "./events";
import { folding } from "./folding";
import { checked, switches } from "./switch";
import "./qr-code";

const words = text.invite.panel;
const CLAIMS: readonly Claim[] = ["worker", ...TAB_ROLES];
/** Where `./build.sh relay` listens. */
const LOCAL_PORT = 9222;

/** The door to those who are elsewhere. Tells `open-door`, `close-door`, `lock-door` and `decide`. */
@customElement("sotto-invite")
export class InvitePanel extends LitElement {
  static override styles = [
    shared,
    folding,
    switches,
    css`
      .body {
        display: grid;
        gap: var(--space-4);
        margin-top: var(--space-3);
      }
      .lead {
        max-width: 46rem;
      }
      form,
      .link {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-3);
        align-items: end;
      }
      label {
        display: grid;
        gap: var(--space-1);
        min-width: 0;
        font-size: var(--text-s);
        font-weight: 600;
      }
      .broker,
      .address {
        flex: 1 1 18rem;
      }
      .credentials {
        flex: 1 1 100%;
      }
      .credentials summary {
        font: 600 var(--text-s) var(--sans);
      }
      .lock {
        display: flex;
        align-self: center;
        align-items: center;
        gap: var(--space-2);
      }
      .open {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 12rem;
        gap: var(--space-4) var(--space-5);
        align-items: start;
      }
      .side {
        display: grid;
        gap: var(--space-3);
        min-width: 0;
      }
      ul {
        display: grid;
        gap: var(--space-2);
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2) var(--space-4);
        align-items: center;
        padding: var(--space-2) var(--space-3);
        border: 1px solid var(--line);
        border-left: 3px solid var(--role, var(--worker));
        border-radius: var(--round-s);
      }
      li[data-claim="alice"] {
        --role: var(--alice);
      }
      li[data-claim="bob"] {
        --role: var(--bob);
      }
      li[data-claim="dealer"] {
        --role: var(--dealer);
      }
      li[data-claim="client"] {
        --role: var(--client);
      }
      .who {
        flex: 1 1 12rem;
        min-width: 0;
      }
      .who strong {
        display: inline-block;
      }
      .who strong::first-letter {
        text-transform: uppercase;
      }
      section {
        display: grid;
        gap: var(--space-3);
      }
      @media (max-width: 48rem) {
        .open {
          grid-template-columns: minmax(0, 1fr);
        }
        sotto-qr-code {
          max-width: 14rem;
        }
      }
    `,
  ];

  @property({ attribute: false }) show!: RemoteShow;
  @state() private claim: Claim = "worker";
  @state() private problem?: "broker" | "credentials" | undefined;
  @state() private copied: "not" | "done" | "refused" = "not";

  protected override render() {
    const { show } = this;
    return html`<details class="panel" data-testid="invite" ?open=${show.access !== undefined}>
      <summary>${words.title}<span class="summary">${words.summary}</span></summary>
      <div class="body">
        <p class="lead">${words.lead}</p>
        ${show.access ? this.opened(show, show.access) : this.closed()}
      </div>
    </details>`;
  }

  private closed() {
    const local = location.protocol === "http:" ? `ws://${location.hostname}:${LOCAL_PORT}` : "";
    return html`
      <form @submit=${this.openDoor}>
        <label class="broker">
          ${words.broker}
          <input name="broker" type="url" required data-testid="broker" .value=${local} placeholder=${words.placeholder} />
        </label>
        <button class="primary" data-testid="open-door">${words.open}</button>
        <details class="credentials" data-testid="credentials">
          <summary>${words.credentials.title}</summary>
          <div class="body">
            ${this.secretField("own")} ${this.secretField("guests")}
            <p class="note">${words.credentials.note}</p>
          </div>
        </details>
      </form>
      ${this.problem ? html`<p class="note" role="alert">${this.problem === "broker" ? words.notBroker : words.credentials.wrong}</p>` : nothing}
      <p class="note">${words.local}</p>
    `;
  }

  private secretField(name: "own" | "guests") {
    return html`<label>
      ${words.credentials[name]}
      <input name=${name} type="password" autocomplete="off" data-testid=${`credentials-${name}`} />
    </label>`;
  }

  private opened(show: RemoteShow, access: Access) {
    return html`
      <p role="status" data-testid="door-state" data-state=${show.state}>
        ${words.states[show.state](access.broker)} ${show.reason ? words.reason(show.reason) : ""}
      </p>
      ${show.room ? this.link(show.room, access) : nothing} ${show.room ? this.guests(show) : nothing}
      <div class="link">
        ${
          show.room
            ? html`<label class="lock"
              ><input type="checkbox" data-testid="lock-door" .checked=${live(show.locked)} @change=${(event: Event) => tell(this, "lock-door", checked(event))} />
              ${words.lock}</label
            >`
            : nothing
        }
        <button data-testid="close-door" @click=${() => tell(this, "close-door", undefined)}>${words.close}</button>
      </div>
    `;
  }

  private link(room: { secret: string; host: string }, { broker, guests: auth }: Access) {
    const link = linkOf({ ...room, broker, claim: this.claim, ...(auth !== undefined && { auth }) });
    return html`
      <div class="open">
        <div class="side">
          <div class="link">
            <label>
              ${words.as}
              <select data-testid="invite-claim" @change=${this.choose}>
                ${CLAIMS.map((claim) => html`<option value=${claim} ?selected=${claim === this.claim}>${text.invite.claims[claim]}</option>`)}
              </select>
            </label>
            <label class="address">
              ${words.link}
              <input readonly data-testid="invite-link" .value=${link} @focus=${(event: Event) => (event.currentTarget as HTMLInputElement).select()} />
            </label>
            <button data-testid="copy-link" @click=${() => this.copy(link)}>${this.copied === "done" ? words.copied : words.copy}</button>
          </div>
          ${this.copied === "refused" ? html`<p class="note" role="alert" data-testid="copy-refused">${words.copyRefused}</p>` : nothing}
          <p class="note">${words.share}</p>
          ${isLocal(link) || isLocal(broker) ? html`<p class="note" data-testid="only-here">${words.onlyHere}</p>` : nothing}
        </div>
        <sotto-qr-code .value=${link} .label=${words.qr(text.invite.claims[this.claim])}></sotto-qr-code>
      </div>
    `;
  }

  private guests({ guests, brokenOff, refused }: RemoteShow) {
    return html`
      <section aria-labelledby="guests">
        <h3 id="guests">${words.guests}</h3>
        ${
          guests.length === 0
            ? html`<p class="note">${words.nobody}</p>`
            : html`<ul>
                ${repeat(guests, rowOf, (guest) => this.guest(guest))}
              </ul>
              <p class="note">${words.compare}</p>`
        }
        ${brokenOff > 0 ? html`<p class="note" role="status" data-testid="broken-off">${text.invite.brokenOff(brokenOff)}</p>` : nothing}
        ${refused ? html`<p class="note" role="status" data-testid="refused">${text.invite.refused[refused.what](refused.endpoint)}</p>` : nothing}
      </section>
    `;
  }

  private guest({ id, claim, admission, words: compared, rtt, workers }: GuestEntry) {
    const name = text.invite.claims[claim as Claim] ?? claim;
    const decide = (comesIn: boolean) => () => tell(this, "decide", { guest: id, comesIn });
    const isRole = claim !== "worker";
    return html`<li data-testid="guest" data-claim=${claim} data-admission=${admission}>
      <span class="who">
        <strong>${name}</strong>, ${words.admission[admission]}${workers.length > 1 ? ` (${words.workers(workers.length)})` : ""}
        ${compared ? html`<br /><span class="note" data-testid="guest-words">${compared.join(" · ")}</span>` : nothing}
      </span>
      <span class="note number">${rtt === undefined ? "" : millis(rtt)}</span>
      ${admission === "in" ? nothing : html`<button data-testid="let-in" @click=${decide(true)}>${words.letIn}</button>`}
      ${
        admission === "out"
          ? nothing
          : html`<button data-testid="turn-away" @click=${decide(false)}>${admission === "in" && isRole ? words.takeBack : words.turnAway}</button>`
      }
    </li>`;
  }

  private readonly openDoor = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const value = (name: string) => String(form.get(name));
    const access = accessIn(value("broker").trim(), value("own"), value("guests"));
    this.problem = typeof access === "string" ? access : undefined;
    if (typeof access === "object") tell(this, "open-door", access);
  };

  private readonly choose = (event: Event) => {
    this.claim = (event.currentTarget as HTMLSelectElement).value as Claim;
    this.copied = "not";
  };

  private copy(link: string): void {
    const copied = writeClipboard(link).then(() => (this.copied = "done"));
    detach(copied, "copying the link", () => (this.copied = "refused"));
  }
}

/** Rejects, too, where a browser has no clipboard to write to, as on a page without https. */
/** A row stays its guest’s while others come and go: a click is meant for that one. */
const rowOf = ({ id }: GuestEntry): string => id;

const writeClipboard = async (link: string): Promise<void> => navigator.clipboard.writeText(link);

/** Whether an address means whatever machine it is used on. */
const isLocal = (address: string): boolean => /^(localhost|127\..*|\[::1\])$/.test(new URL(address).hostname);
