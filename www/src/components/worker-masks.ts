import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { LocalShow } from "../state/local";
import { shared } from "../styles/shared";
import { text } from "../text";

const words = text.worker.masks;

type Masked = NonNullable<LocalShow["masked"]>;

/** One number of the update on its way under the masks, addition by addition. */
@customElement("sotto-worker-masks")
export class WorkerMasks extends LitElement {
  static override styles = [
    shared,
    css`
      .inside {
        margin-top: var(--space-4);
      }
      .scroll {
        overflow-x: auto;
      }
      table {
        border-collapse: collapse;
        margin-block: var(--space-3);
        font: var(--text-s) / 1.6 var(--mono);
      }
      th {
        padding-right: var(--space-5);
        font: var(--text-s) / 1.6 var(--sans);
        text-align: left;
      }
      td {
        text-align: right;
        font-variant-numeric: tabular-nums;
      }
      .kept {
        color: var(--worker);
        font-weight: 600;
      }
      .left {
        border-top: 1px solid var(--line-strong);
        color: var(--aggregator);
        font-weight: 600;
      }
    `,
  ];

  @property({ attribute: false }) masked?: Masked;
  /** Whether it is a part of another panel. */
  @property({ type: Boolean }) inside = false;

  protected override render() {
    const { masked } = this;
    if (!masked) return nothing;
    const { firstMasks, bits, part, masked: sent } = masked;
    return html`
      <section class=${this.inside ? "inside" : "panel"} aria-labelledby="masks">
        <h2 id="masks">${words.title}</h2>
        <p class="note">${words.note(masked.round, bits)}</p>
        <div class="scroll" tabindex="0" role="group" aria-label=${words.label}>
          <table data-testid="first-masks" data-bits=${bits}>
            <tbody>
              <tr class="kept">
                <th scope="row">${words.kept}</th>
                <td data-testid="first-plain">${(part[0] ?? 0) % 2 ** bits}</td>
              </tr>
              ${firstMasks.map(
                (mask) => html`
                  <tr>
                    <th scope="row">
                      ${mask.with === undefined ? words.own : words.pair(mask.with.slice(0, 8))}
                    </th>
                    <td data-with=${mask.with ?? ""}>${mask.element}</td>
                  </tr>
                `,
              )}
              <tr class="left">
                <th scope="row">${words.left}</th>
                <td data-testid="first-masked">${sent[0]}</td>
              </tr>
            </tbody>
          </table>
        </div>
      </section>
    `;
  }
}
