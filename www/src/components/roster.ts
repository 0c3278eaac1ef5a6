import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { bytes, count, fixed } from "../format";
import type { Member, Show } from "../state/show";
import { shared } from "../styles/shared";
import { text } from "../text";
import { tell } from "./events";
import { flow, lines, noLines } from "./flow";
import "./label-bars";
import "./slot-badge";

const words = text.training.roster;

/** The workers, and their updates on the way to the aggregator: many voices, one model. Tells `look` with a worker's id. */
@customElement("sotto-roster")
export class Roster extends LitElement {
  static override styles = [
    shared,
    flow,
    css`
      :host {
        --row: 28px;
        --head: 24px;
        container-type: inline-size;
      }
      .stage {
        display: grid;
        grid-template-columns: 1fr auto;
        align-items: start;
        max-height: calc(var(--head) + 24 * var(--row));
        /* Room for the ring around a number. */
        margin-left: -4px;
        padding-left: 4px;
        overflow-y: auto;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: var(--text-s);
        white-space: nowrap;
      }
      th,
      td {
        height: var(--row);
        padding: 0 var(--space-2) 0 0;
        line-height: 1;
        text-align: right;
        font-variant-numeric: tabular-nums;
      }
      thead th {
        height: var(--head);
        color: var(--ink-soft);
        font-weight: 400;
      }
      tbody th {
        width: 2rem;
      }
      th:first-child,
      .state,
      .labels {
        text-align: left;
      }
      tr[data-state="loading"] td,
      tr[data-state="silent"] td,
      tr[data-state="away"] td,
      tr[data-state="distrusted"] td {
        color: var(--ink-soft);
      }
      tr[data-state="training"] .state {
        color: var(--worker);
        font-weight: 600;
      }
      tr[data-state="reported"] .state {
        color: var(--aggregator);
        font-weight: 600;
      }
      @container (max-width: 25rem) {
        .wide {
          display: none;
        }
      }
      .badge {
        min-height: 0;
        padding: 0;
        border: 0;
        border-radius: 1em;
        background: none;
      }
      .badge[aria-pressed="true"] {
        box-shadow:
          0 0 0 2px var(--surface),
          0 0 0 4px var(--aggregator);
      }
      tr[data-looked="true"] {
        background: color-mix(in oklab, var(--aggregator) 10%, var(--surface));
      }
      .stage + .note {
        margin-top: var(--space-3);
      }
      .empty {
        display: grid;
        grid-template-columns: 1fr auto;
        align-items: center;
        gap: var(--space-4);
        min-height: 16rem;
      }
      .empty p:first-child {
        margin-bottom: var(--space-2);
        font: italic var(--text-xl) / 1.2 var(--serif);
      }
    `,
  ];

  @property({ attribute: false }) state?: Show["state"];
  /** The worker that is looked at, by its id. */
  @property() looked = "";

  protected override render() {
    const workers = [...(this.state?.workers ?? [])].sort((a, b) => a.slot - b.slot);
    if (!this.state || workers.length === 0) {
      return html`
        <div class="empty">
          <div>
            <p>${words.none}</p>
            <p class="note">${words.what}</p>
          </div>
          ${noLines()}
        </div>
      `;
    }
    return html`
      <div class="stage" tabindex="0" role="group" aria-label=${words.label}>
        <table>
          <thead>
            <tr>
              <th scope="col"><span class="visually-hidden">${words.worker}</span></th>
              <th scope="col" class="state">${words.state}</th>
              <th scope="col" class="labels">${words.labels}</th>
              <th scope="col">${words.digits}</th>
              <th scope="col" class="wide">${words.loss}</th>
              <th scope="col" class="wide">${words.sent}</th>
            </tr>
          </thead>
          <tbody>
            ${repeat(
              workers,
              (worker) => worker.id,
              (worker) => this.row(worker),
            )}
          </tbody>
        </table>
        ${lines(this.state, workers)}
      </div>
      ${workers.length < COMPANY_SMALL ? html`<p class="note">${words.more}</p>` : nothing}
    `;
  }

  private row(worker: Member) {
    const looked = worker.id === this.looked;
    return html`
      <tr data-testid="member" data-id=${worker.id} data-state=${worker.state} data-looked=${looked}>
        <th scope="row">
          <button
            class="badge"
            data-testid="look"
            aria-pressed=${looked ? "true" : "false"}
            aria-label=${words.look(worker.slot)}
            title=${words.named(worker.slot, worker.id)}
            @click=${() => tell(this, "look", looked ? "" : worker.id)}
          >
            <sotto-slot-badge .place=${worker.slot}></sotto-slot-badge>
          </button>
        </th>
        <td class="state">${words.states[worker.state]}</td>
        <td class="labels"><sotto-label-bars .counts=${worker.labels}></sotto-label-bars></td>
        <td>${worker.digits > 0 ? count(worker.digits) : "–"}</td>
        <td class="wide">${worker.loss === undefined ? "–" : fixed(worker.loss, 3)}</td>
        <td class="wide">${bytes(worker.bytesReceived)}</td>
      </tr>
    `;
  }
}

/** With fewer workers there is room, and reason, to ask for more. */
const COMPANY_SMALL = 6;
