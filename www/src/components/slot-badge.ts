import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

import { shared } from "../styles/shared";

const TONES = 5;

/** A worker's number, in its tone of the workers' colour. */
@customElement("sotto-slot-badge")
export class SlotBadge extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: inline-block;
      }
      span {
        display: inline-grid;
        place-content: center;
        min-width: 1.75em;
        height: 1.75em;
        padding: 0 0.35em;
        border-radius: 1em;
        background: var(--worker-0);
        color: var(--on-role);
        font: 600 0.75rem / 1 var(--sans);
        font-size: var(--badge-size, 0.75rem);
        font-variant-numeric: tabular-nums;
      }
      [data-tone="1"] {
        background: var(--worker-1);
      }
      [data-tone="2"] {
        background: var(--worker-2);
      }
      [data-tone="3"] {
        background: var(--worker-3);
      }
      [data-tone="4"] {
        background: var(--worker-4);
      }
    `,
  ];

  /** The place in the room, from 0. */
  @property({ type: Number }) place = 0;

  protected override render() {
    return html`<span data-tone=${this.place % TONES}>${this.place + 1}</span>`;
  }
}
