import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

import { REVEALING } from "../state/presets";
import type { Attack } from "../state/show";
import { shared } from "../styles/shared";
import { text } from "../text";
import "./pixels";

const words = text.privacy.attack;

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
      const link = html`<a href="?${REVEALING}" data-testid="try-attack">${words.link}</a>`;
      return html`<p class="note">${words.invitation(link)}</p>`;
    }
    return html`
      <h3>${masked ? words.maskedTitle : words.title}</h3>
      <p class="note">${masked ? words.maskedHow : words.how}</p>
      <ul data-testid="attack" data-round=${attack.round}>
        ${attack.pictures.map(({ worker, pixels, label }) => {
          const of = worker === undefined ? words.sum : text.roles.worker(this.places.get(worker) ?? 0);
          return html`<li class=${worker === undefined ? "of-sum" : ""} data-worker=${worker ?? ""}>
            <div class="frame">
              <sotto-pixels .images=${pixels} ink=${worker === undefined ? "--aggregator" : "--worker"} label=${words.readFrom(of)}></sotto-pixels>
            </div>
            <p class="of">${masked ? of : words.of(of, label)}</p>
          </li>`;
        })}
      </ul>
    `;
  }
}
