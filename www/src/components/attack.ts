import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import { workerName } from "../format";
import { REVEALING } from "../state/presets";
import type { Attack } from "../state/show";
import { shared } from "../styles/shared";
import "./pixels";

/** An attack on what the aggregator got: a training digit read out of an update. */
@customElement("sotto-attack")
export class AttackView extends LitElement {
  static override styles = [
    shared,
    css`
      h3 {
        margin-bottom: var(--space-1);
        font: 600 var(--text-m) / 1.4 var(--sans);
      }
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(5.5rem, 1fr));
        gap: var(--space-2);
        margin-block: var(--space-3) 0;
        padding: 0;
        list-style: none;
      }
      .frame {
        border: 1px solid var(--line);
        border-top: 3px solid var(--worker);
        border-radius: var(--round-s);
        background: var(--sunken);
        overflow: hidden;
      }
      .of-sum .frame {
        border-top-color: var(--aggregator);
      }
      p.of {
        font-size: var(--text-s);
        text-align: center;
      }
    `,
  ];

  @property({ attribute: false }) attack?: Attack;
  @property({ attribute: false }) places: ReadonlyMap<string, number> = new Map();
  /** Whether what the aggregator got is masked. */
  @property({ type: Boolean }) masked = false;

  protected override render() {
    const { attack, masked } = this;
    if (!attack) {
      return html`<p class="note">
        What is in an update? <a href="?${REVEALING}" data-testid="try-attack">Try an attack</a>: workers of a small network that
        take one step on one digit. The page opens anew with these settings; give it workers and train.
      </p>`;
    }
    return html`
      <h3>${masked ? "The same attack on what arrives" : "A digit read out of each update"}</h3>
      <p class="note">
        ${masked
          ? "Under masks the attack finds noise. From the sum it gets the digits of all on top of one another: with many workers and steps, less and less of each."
          : html`A first layer moves by its input times one number a row, and its bias by that number alone:
              <strong>one divided by the other is the worker’s own training digit</strong>. Find it in the worker’s tab.`}
      </p>
      <ul data-testid="attack" data-round=${attack.round}>
        ${attack.pictures.map(({ worker, pixels, label }) => {
          const of = worker === undefined ? "The sum" : workerName(this.places.get(worker) ?? 0);
          return html`<li class=${worker === undefined ? "of-sum" : ""} data-worker=${worker ?? ""}>
            <div class="frame">
              <sotto-pixels .images=${pixels} ink=${worker === undefined ? "--aggregator" : "--worker"} label="Read from ${of}"></sotto-pixels>
            </div>
            <p class="of">${of}${masked ? nothing : `: a ${label}`}</p>
          </li>`;
        })}
      </ul>
    `;
  }
}
