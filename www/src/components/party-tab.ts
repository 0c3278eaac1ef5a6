import { css, html, LitElement, nothing } from "lit";
import { customElement } from "lit/decorators.js";

import type { SeenView } from "../../wasm/sotto.js";
import { bytes, count, millis } from "../format";
import { missingFeature } from "../roles/start";
import { isTabRole, TAB_ROLES } from "../state/control";
import type { Stroke } from "../state/drawing";
import { inviteIn, type Invite } from "../state/invite";
import type { Pad } from "../state/pad";
import { PartyTab } from "../state/party-tab";
import { Visit } from "../state/visit";
import { shared } from "../styles/shared";
import { text } from "../text";
import "./banner";
import "./draw-panel";
import "./secret/layers";
import "./silo-tab";
import "./visit-banner";

const words = text.party;
const names = text.roles.title;

const query = new URLSearchParams(location.search);
/** There may be any number of data owners: their tabs are no party's. */
const isSilo = query.get("role") === "silo" && !inviteIn(location.hash);
const roomOf = (): string => query.get("room") ?? "lobby";
const invite = inviteIn(location.hash);

/** A tab with one role of the parties. */
@customElement("sotto-party")
export class Party extends LitElement {
  static override styles = [
    shared,
    css`
      .panel {
        display: grid;
        gap: var(--space-3);
      }
      h1 {
        font: 600 var(--text-xl) / 1.2 var(--serif);
      }
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr));
        gap: var(--space-3);
        border-block: 1px solid var(--line);
        padding-block: var(--space-3);
      }
      dt {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      dd {
        font: 600 1.125rem / 1.6 var(--sans);
        font-variant-numeric: tabular-nums;
      }
      [data-role="alice"] {
        color: var(--alice);
      }
      [data-role="bob"] {
        color: var(--bob);
      }
      [data-role="dealer"] {
        color: var(--dealer);
      }
      [data-role="client"] {
        color: var(--client);
      }
      sotto-draw-panel {
        max-width: 46rem;
        margin-top: var(--space-4);
      }
    `,
  ];

  private readonly missing = missingFeature();
  private readonly visit = this.missing || typeof invite !== "object" ? undefined : this.knock(invite);
  private readonly tab = this.missing || typeof invite === "string" ? undefined : open(() => this.requestUpdate(), this.visit);

  private knock(as: Invite): Visit {
    return new Visit(
      as,
      () => this.requestUpdate(),
      () => this.tab?.entered(),
      () => this.tab?.lost(),
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (isSilo) document.title = words.title(names.silo);
    else if (this.tab) document.title = words.title(names[this.tab.role]);
  }

  protected override render() {
    if (isSilo && !this.missing) return html`<sotto-silo-tab room=${roomOf()}></sotto-silo-tab>`;
    if (this.missing) return html`<sotto-banner level="warning" data-testid="failed">${this.missing}</sotto-banner>`;
    if (typeof invite === "string") return html`<sotto-visit .unread=${invite}></sotto-visit>`;
    if (!this.tab) {
      return html`<section class="panel" data-testid="failed">
        <h1>${words.which}</h1>
        <p>${words.choose} ${[...TAB_ROLES, "silo" as const].map((role) => html` <a href="?role=${role}">${names[role]}</a>`)}</p>
      </section>`;
    }
    const { role, room, show } = this.tab;
    return html`
      ${
        show.trouble
          ? html`<sotto-banner level="warning" data-testid="failed">${text.room.page.failed(show.trouble)}</sotto-banner>`
          : nothing
      }
      ${this.visit ? html`<sotto-visit .show=${this.visit.show} claim=${role}></sotto-visit>` : nothing}
      <section class="panel" aria-labelledby="role">
        <h1 id="role" data-role=${role} data-testid="party-role">${names[role]}</h1>
        <p>${words.tasks[role]} ${this.visit ? nothing : words.room(room)}</p>
        <p role="status" data-testid="party-phase" data-phase=${show.phase}>${this.phase(this.tab)}</p>
        ${role === "client" ? nothing : role === "dealer" ? this.dealt(this.tab) : this.computed(this.tab)}
        <p class="note">${this.visit ? words.farNote : words.note}</p>
      </section>
      ${this.tab.pad ? this.drawn(this.tab.pad, show.phase) : nothing}
    `;
  }

  private drawn(pad: Pad, phase: string) {
    return html`<sotto-draw-panel
      fixed
      .drawing=${pad.drawing}
      .round=${1}
      .failure=${pad.failure ?? ""}
      .reader=${pad.reader}
      ?label=${pad.label}
      .waiting=${phase === "working" ? "" : words.partiesAway}
      @begin=${() => pad.begin()}
      @strokes=${(event: CustomEvent<Stroke[]>) => pad.draw(event.detail)}
      @undo=${() => pad.undo()}
      @label=${({ detail }: CustomEvent<boolean>) => {
        pad.label = detail;
        pad.readAgain();
      }}
    ></sotto-draw-panel>`;
  }

  private phase({ role, show }: PartyTab): string {
    switch (show.phase) {
      case "searching":
        return this.visit ? text.invite.visit.searching : words.searching;
      case "working":
        return words.working[role];
      case "failed":
        return words.failed(show.reason ?? words.noReason);
      case "dismissed":
        return words.dismissed;
    }
  }

  private computed({ role, show }: PartyTab) {
    const { last } = show;
    return html`
      <dl>
        ${fact(words.classifications, count(show.classified), "party-classified")} ${fact(words.stock, String(show.stock))}
        ${fact(words.online, last ? millis(last.onlineMs) : "–")} ${fact(words.sent, last ? bytes(last.sentBytes) : "–")}
      </dl>
      <h2>${words.seen}</h2>
      <sotto-layers whose=${role} .seen=${last?.seen ?? NOTHING_SEEN}></sotto-layers>
    `;
  }

  private dealt({ show: { dealt } }: PartyTab) {
    return html`
      <dl>
        ${fact(words.dealt, count(dealt.count), "party-dealt")} ${fact(words.bytes, bytes(dealt.bytes))}
        ${fact(words.dealing, dealt.count > 0 ? millis(dealt.millis) : "–")}
      </dl>
    `;
  }
}

const NOTHING_SEEN: SeenView[] = [];

const fact = (label: string, value: string, testid?: string) => html`
  <div>
    <dt>${label}</dt>
    <dd data-testid=${testid ?? nothing}>${value}</dd>
  </div>
`;

/** The role and the room that the address names; an invitation is for a role. */
function open(changed: () => void, visit?: Visit): PartyTab | undefined {
  const role = typeof invite === "object" ? invite.claim : query.get("role");
  return isTabRole(role) ? new PartyTab(role, visit?.room ?? roomOf(), changed, visit) : undefined;
}
