import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { percent } from "../../format";
import type { Member } from "../../state/show";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import "../label-bars";
import "../slot-badge";

const words = text.results.served;

/** How well the global model would read digits like those of each worker. */
@customElement("sotto-served")
export class Served extends LitElement {
  static override styles = [
    shared,
    css`
      h3 {
        margin-bottom: var(--space-1);
      }
      .all {
        max-height: 18rem;
        margin-top: var(--space-2);
        overflow-y: auto;
      }
      li {
        display: grid;
        grid-template-columns: 2rem 2.75rem minmax(0, 1fr) 4rem;
        align-items: center;
        gap: var(--space-2);
        min-height: 1.75rem;
        font-size: var(--text-s);
        font-variant-numeric: tabular-nums;
      }
      .track {
        height: 0.5rem;
        border-radius: 1rem;
        background: var(--sunken);
        overflow: hidden;
      }
      .fill {
        height: 100%;
        background: var(--worker);
        transform: scaleX(var(--share));
        transform-origin: left;
      }
      .percent {
        text-align: right;
      }
    `,
  ];

  @property({ attribute: false }) workers: Member[] = [];

  protected override render() {
    const workers = [...this.workers].sort((a, b) => a.slot - b.slot);
    return html`
      <h3 id="served">${words.title}</h3>
      <p class="note">${words.note}</p>
      <div class="all" role="group" tabindex="0" aria-labelledby="served">
        <ul>
          ${repeat(workers, ({ id }) => id, served)}
        </ul>
        ${workers.length === 0 ? html`<p class="note">${words.none}</p>` : ""}
      </div>
    `;
  }
}

const served = ({ slot, labels, accuracy }: Member) => html`
  <li data-testid="served" data-slot=${slot}>
    <sotto-slot-badge .place=${slot}></sotto-slot-badge>
    <sotto-label-bars .counts=${labels}></sotto-label-bars>
    <div class="track"><div class="fill" .style=${`--share:${(accuracy ?? 0) / 100}`}></div></div>
    <span class="percent">${accuracy === undefined ? "–" : `${percent(accuracy)} %`}</span>
  </li>
`;
