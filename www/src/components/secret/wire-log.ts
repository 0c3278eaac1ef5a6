import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import { bytes, fixed } from "../../format";
import { belongs, type WireMessage } from "../../state/wire";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { roleColours, roleName } from "./role";

const words = text.secret.wire;

/** Every message of a classification, oldest first; those of one layer can be marked. */
@customElement("sotto-wire-log")
export class WireLog extends LitElement {
  static override styles = [
    shared,
    roleColours,
    css`
      :host {
        container-type: inline-size;
        min-width: 0;
      }
      .log {
        position: relative;
        height: 21rem;
        overflow: auto;
        border: 1px solid var(--line);
        border-radius: var(--round-s);
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: var(--text-s);
        white-space: nowrap;
      }
      th,
      td {
        padding: 0.2rem var(--space-2);
        text-align: left;
        font-variant-numeric: tabular-nums;
      }
      thead th {
        position: sticky;
        top: 0;
        background: var(--sunken);
        color: var(--ink-soft);
        font-weight: 400;
      }
      .figure {
        text-align: right;
      }
      .path {
        font: 0.75rem / 1.5 var(--mono);
      }
      .job,
      .way {
        color: var(--ink-soft);
      }
      tr[data-here="true"] {
        background: color-mix(in oklab, var(--alice) 12%, var(--surface));
      }
      tr[data-here="true"] .path {
        font-weight: 700;
        box-shadow: inset 3px 0 0 var(--alice);
      }
      tr[aria-current] {
        outline: 2px solid var(--client);
        outline-offset: -2px;
      }
      .empty td {
        padding: 5rem var(--space-4);
        color: var(--ink-soft);
        font: italic var(--text-m) / 1.4 var(--serif);
        text-align: center;
        white-space: normal;
      }
      @container (max-width: 30rem) {
        .job {
          display: none;
        }
        th,
        td {
          padding-inline: var(--space-1);
        }
      }
    `,
  ];

  @property({ attribute: false }) messages: WireMessage[] = [];
  /** The layer whose messages are marked. */
  @property() layer = "";
  /** The message that is replayed. */
  @property({ attribute: false }) now?: WireMessage;

  protected override updated(changes: Map<PropertyKey, unknown>): void {
    const row = this.renderRoot.querySelector<HTMLElement>(this.now ? "tr[aria-current]" : "tr[data-here=true]");
    if (!changes.has("now") && (!changes.has("layer") || this.layer === "")) return;
    const log = this.renderRoot.querySelector<HTMLElement>(".log");
    // Within the log alone: the page stays where it is.
    if (log && row) log.scrollTop = row.offsetTop - log.clientHeight / 3;
  }

  protected override render() {
    return html`
      <div class="log" data-testid="wire-log" role="region" tabindex="0" aria-label=${words.log}>
        <table>
          <thead>
            <tr>
              <th scope="col" class="figure">${words.after}</th>
              <th scope="col">${words.ends}</th>
              <th scope="col">${words.step}</th>
              <th scope="col" class="figure">${words.size}</th>
            </tr>
          </thead>
          <tbody>
            ${
              this.messages.length === 0
                ? html`<tr class="empty"><td colspan="4">${words.none}</td></tr>`
                : this.messages.map((message) => this.row(message))
            }
          </tbody>
        </table>
      </div>
    `;
  }

  private row(message: WireMessage) {
    const { from, to, path, layer, bytes: size, after } = message;
    const [kind, number, ...step] = path.split("/");
    return html`
      <tr data-layer=${layer} data-here=${belongs(message, this.layer)} aria-current=${message === this.now ? "step" : nothing}>
        <td class="figure">${after < 0 ? words.before : fixed(after, 1)}</td>
        <td>${roleName(from)}<span class="way" aria-hidden="true"> → </span><span class="visually-hidden"> ${words.to} </span>${roleName(to)}</td>
        <td class="path">${step.length > 0 ? html`<span class="job">${kind}/${number}/</span>${step.join("/")}` : path}</td>
        <td class="figure">${bytes(size)}</td>
      </tr>
    `;
  }
}
