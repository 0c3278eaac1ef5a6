import { css, html, LitElement, nothing } from "lit";
import { customElement } from "lit/decorators.js";

import type { SeenView } from "../../wasm/sotto.js";
import { bytes, count } from "../format";
import { missingFeature } from "../roles/start";
import { isTabRole, TAB_ROLES, type TabRole } from "../state/control";
import type { Stroke } from "../state/drawing";
import type { Pad } from "../state/pad";
import { PartyTab } from "../state/party-tab";
import { shared } from "../styles/shared";
import "./banner";
import "./draw-panel";
import "./secret/layers";

const TASK: Record<TabRole, string> = {
  alice: "computes with bob on shares, and leads",
  bob: "computes with alice on shares, and follows",
  dealer: "deals randomness, and sees neither input nor wire",
  client: "has the pad, and alone learns what alice and bob make of its shares",
};

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
  private readonly tab = this.missing ? undefined : open(() => this.requestUpdate());

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.tab) document.title = `${name(this.tab.role)} · Sotto`;
  }

  protected override render() {
    if (this.missing) return html`<sotto-banner level="warning" data-testid="failed">${this.missing}</sotto-banner>`;
    if (!this.tab) {
      return html`<section class="panel" data-testid="failed">
        <h1>Which role?</h1>
        <p>This address names no role. Take one: ${TAB_ROLES.map((role) => html` <a href="?role=${role}">${name(role)}</a>`)}</p>
      </section>`;
    }
    const { role, room, show } = this.tab;
    return html`
      <section class="panel" aria-labelledby="role">
        <h1 id="role" data-role=${role} data-testid="party-role">${name(role)}</h1>
        <p>This tab ${TASK[role]}. Room <strong>${room}</strong>.</p>
        <p role="status" data-testid="party-phase" data-phase=${show.phase}>${this.phase(this.tab)}</p>
        ${role === "client" ? nothing : role === "dealer" ? this.dealt(this.tab) : this.computed(this.tab)}
        <p class="note">
          Its program runs in a memory of its own, and hears the others only over their links. It is still one browser on
          one computer: whoever controls it can look into every tab.
        </p>
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
      .waiting=${phase === "working" ? "" : "The parties are not there yet."}
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
        return "Waiting for the room's page: open Sotto in another tab of this browser.";
      case "working":
        if (role === "client") return "Ready to share what you draw.";
        return role === "dealer" ? "Dealing." : "Computing whenever something is drawn.";
      case "failed":
        return `This session has ended: ${show.reason ?? "no reason was given"}. The page begins another one.`;
      case "dismissed":
        return "The role has gone elsewhere. Reload this tab to take it again.";
    }
  }

  private computed({ show }: PartyTab) {
    const { last } = show;
    return html`
      <dl>
        ${fact("Classifications", count(show.classified), "party-classified")} ${fact("Material in stock", String(show.stock))}
        ${fact("Last one online", last ? `${last.onlineMs.toFixed(1)} ms` : "–")} ${fact("Sent for it", last ? bytes(last.sentBytes) : "–")}
      </dl>
      <h2>What this tab sees of it</h2>
      <sotto-layers .seen=${last?.seen ?? NOTHING_SEEN}></sotto-layers>
    `;
  }

  private dealt({ show: { dealt } }: PartyTab) {
    return html`
      <dl>
        ${fact("Dealt", count(dealt.count), "party-dealt")} ${fact("Bytes", bytes(dealt.bytes))}
        ${fact("The last took", dealt.count > 0 ? `${dealt.millis.toFixed(1)} ms` : "–")}
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

const name = (role: TabRole): string => role[0]?.toUpperCase() + role.slice(1);

/** The role and the room that the address names. */
function open(changed: () => void): PartyTab | undefined {
  const query = new URLSearchParams(location.search);
  const role = query.get("role");
  return isTabRole(role) ? new PartyTab(role, query.get("room") ?? "lobby", changed) : undefined;
}
