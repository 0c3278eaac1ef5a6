import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import { count } from "../format";
import type { LocalShow } from "../state/local";
import { shared } from "../styles/shared";

type Masked = NonNullable<LocalShow["masked"]>;

/** One number of the update on its way under the masks, addition by addition. */
@customElement("sotto-worker-masks")
export class WorkerMasks extends LitElement {
  static override styles = [
    shared,
    css`
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

  protected override render() {
    const { masked } = this;
    if (!masked) return nothing;
    const { firstMasks, bits, part, masked: sent } = masked;
    return html`
      <section class="panel" aria-labelledby="masks">
        <h2 id="masks">One number under its masks</h2>
        <p class="note">
          The first number of the vector of round ${masked.round}, modulo 2<sup>${bits}</sup> = ${count(2 ** bits)}. Each
          worker named here has the same mask with the opposite sign: in the sum of all they cancel.
        </p>
        <div class="scroll" tabindex="0" role="group" aria-label="The masks of one number">
          <table data-testid="first-masks" data-bits=${bits}>
            <tbody>
              <tr class="kept">
                <th scope="row">its own number, which stays here</th>
                <td data-testid="first-plain">${part[0]}</td>
              </tr>
              ${firstMasks.map(
                (mask) => html`
                  <tr>
                    <th scope="row">
                      ${mask.with === undefined ? "+ its own mask" : html`+ the mask shared with worker <code>${mask.with.slice(0, 8)}</code>`}
                    </th>
                    <td data-with=${mask.with ?? ""}>${mask.element}</td>
                  </tr>
                `,
              )}
              <tr class="left">
                <th scope="row">= what leaves</th>
                <td data-testid="first-masked">${sent[0]}</td>
              </tr>
            </tbody>
          </table>
        </div>
      </section>
    `;
  }
}
