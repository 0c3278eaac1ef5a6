import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

import { shared } from "../styles/shared";
import { text } from "../text";
import { folding } from "./folding";

const words = text.room.proof;

/** How to check what the page says with the browser's own tools. */
@customElement("sotto-proof")
export class Proof extends LitElement {
  static override styles = [
    shared,
    folding,
    css`
      ol {
        display: grid;
        gap: var(--space-4);
        margin-block: var(--space-3) var(--space-2);
        max-width: 60rem;
        list-style: decimal;
        padding-left: 1.5em;
      }
      pre {
        margin: var(--space-2) 0;
        padding: var(--space-3);
        border: 1px solid var(--line);
        border-radius: var(--round-s);
        background: var(--sunken);
        font: var(--text-s) / 1.5 var(--mono);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property() room = "";

  protected override render() {
    return html`<details class="panel" data-testid="proof">
      <summary>${words.title}<span class="summary">${words.summary}</span></summary>
      <ol>
        <li>${words.origin}</li>
        <li>
          ${words.wire}
          <pre data-testid="proof-snippet">${listener(this.room)}</pre>
          ${words.wireSeen}
        </li>
        <li>${words.offline}</li>
        <li>${words.source}</li>
      </ol>
    </details>`;
  }
}

/** What to type to hear all that is sent to the aggregator. */
const listener = (room: string): string =>
  `new BroadcastChannel(${JSON.stringify(`sotto/${room}/aggregator`)}).onmessage = ({ data }) => console.log(new Uint8Array(data))`;
