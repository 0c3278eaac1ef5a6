import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import { percent } from "../../format";
import { SECRET_BEFORE, type SecretShow } from "../../state/secret";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { tell } from "../events";
import "./fix";
import "./ranges";

const words = text.secret.precision;
const FRACTION_MIN = 3;
const FRACTION_MAX = 12;

/** How many fractional bits the shares carry, and what that costs. Tells `fraction`. */
@customElement("sotto-precision")
export class PrecisionView extends LitElement {
  static override styles = [
    shared,
    css`
      .views {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1.25fr);
        gap: var(--space-4) var(--space-6);
      }
      label {
        display: flex;
        justify-content: space-between;
        gap: var(--space-3);
        font-weight: 600;
      }
      input[type="range"] {
        width: 100%;
        padding: 0;
        border: 0;
        background: transparent;
        accent-color: var(--client);
      }
      .ends {
        display: flex;
        justify-content: space-between;
        margin-bottom: var(--space-2);
      }
      table {
        width: 100%;
        margin-block: var(--space-3);
        border-collapse: collapse;
        font-variant-numeric: tabular-nums;
      }
      th,
      td {
        padding: var(--space-1) 0;
        border-bottom: 1px solid var(--line);
        font-weight: 400;
        text-align: right;
      }
      th:first-child {
        text-align: left;
      }
      thead th {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      tr[aria-current] > * {
        font-weight: 700;
      }
      sotto-fix {
        margin-top: var(--space-4);
      }
      @media (max-width: 48rem) {
        .views {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) show: SecretShow = SECRET_BEFORE;
  /** Whether a person can see this. */
  @property({ type: Boolean }) open = false;
  /** Where the slider is while it is dragged. */
  @state() private dragged?: number;

  protected override render() {
    const { show } = this;
    const fraction = this.dragged ?? show.fraction;
    return html`
      <div class="views">
        <div>
          <label for="fraction"><span>${words.fraction}</span><span class="number">${fraction}</span></label>
          <input
            type="range"
            id="fraction"
            data-testid="fraction"
            min=${FRACTION_MIN}
            max=${FRACTION_MAX}
            .value=${live(String(fraction))}
            aria-describedby="fraction-help"
            @input=${(event: Event) => (this.dragged = value(event))}
            @change=${this.change}
          />
          <p class="note ends" aria-hidden="true"><span>${words.coarse(FRACTION_MIN)}</span><span>${words.fine(FRACTION_MAX)}</span></p>
          <p class="note" id="fraction-help">${words.help(fraction)}</p>
          ${this.measured()}
          <sotto-fix
            .fraction=${show.fraction}
            .fixed=${show.fixed}
            ?asking=${this.open && show.session === "ready"}
          ></sotto-fix>
        </div>
        <sotto-ranges .ranges=${show.ranges} .fraction=${show.fraction}></sotto-ranges>
      </div>
    `;
  }

  private measured() {
    const { precision, fraction } = this.show;
    const known = new Map(precision);
    const lines = [...new Set([...known.keys(), fraction])].sort((a, b) => a - b);
    const digits = precision.get(fraction)?.count;
    return html`
      <table data-testid="precision">
        <thead>
          <tr>
            <th scope="col">${words.bits}</th>
            <th scope="col">${words.float}</th>
            <th scope="col">${words.fixed}</th>
          </tr>
        </thead>
        <tbody>
          ${lines.map((bits) => {
            const one = known.get(bits);
            return html`
              <tr aria-current=${bits === fraction ? "true" : nothing} data-fraction=${bits}>
                <th scope="row">${bits}</th>
                <td>${one ? `${percent(one.float)} %` : "–"}</td>
                <td>${one ? `${percent(one.fixed)} %` : "–"}</td>
              </tr>
            `;
          })}
        </tbody>
      </table>
      <p class="note number">${digits === undefined ? words.unmeasured : words.measured(digits)}</p>
    `;
  }

  private change(event: Event): void {
    delete this.dragged;
    this.requestUpdate();
    tell(this, "fraction", value(event));
  }
}

const value = (event: Event): number => Number((event.currentTarget as HTMLInputElement).value);
