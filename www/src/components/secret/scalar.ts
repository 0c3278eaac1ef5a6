import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

import { decimal } from "../../format";
import type { SharesPrediction } from "../../state/secret";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { tell } from "../events";
import { SIDE } from "../pixels";
import { roleColours, roleName } from "./role";

const words = text.secret.scalar;
const MODULUS = 2 ** 32;

/** One pixel of the drawing as the numbers that it is shared in. Tells `pixel` when another is chosen. */
@customElement("sotto-scalar")
export class Scalar extends LitElement {
  static override styles = [
    shared,
    roleColours,
    css`
      .place {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2) var(--space-4);
      }
      label {
        display: grid;
        flex: 1 1 8rem;
        font-size: var(--text-s);
      }
      input {
        min-height: 1.75rem;
        padding: 0;
        border: 0;
        background: none;
        accent-color: var(--client);
      }
      table {
        margin-top: var(--space-2);
        border-collapse: collapse;
      }
      th {
        padding-right: var(--space-4);
        font-weight: 400;
        text-align: left;
      }
      td {
        font: 500 var(--text-m) / 1.5 var(--mono);
        text-align: right;
      }
      .sum > * {
        border-top: 1px solid var(--line-strong);
      }
    `,
  ];

  @property({ attribute: false }) prediction?: SharesPrediction;
  /** The pixel's place, row by row. */
  @property({ type: Number }) pixel = 0;

  protected override render() {
    const { prediction, pixel } = this;
    const [row, column] = [Math.floor(pixel / SIDE), pixel % SIDE];
    const [alice, bob] = [prediction?.alice?.[pixel], prediction?.bob?.[pixel]];
    const sum = alice === undefined || bob === undefined ? undefined : (alice + bob) % MODULUS;
    const unit = 2 ** (prediction?.fraction ?? 0);
    return html`
      <div class="place">
        ${this.slider("row", row, (value) => value * SIDE + column)} ${this.slider("column", column, (value) => row * SIDE + value)}
      </div>
      <table data-testid="scalar" data-pixel=${pixel}>
        <tr>
          <th scope="row">${roleName("alice")}</th>
          <td data-testid="scalar-alice">${alice ?? "–"}</td>
        </tr>
        <tr>
          <th scope="row">+ ${roleName("bob")}</th>
          <td data-testid="scalar-bob">${bob ?? "–"}</td>
        </tr>
        <tr class="sum">
          <th scope="row">${words.sum}</th>
          <td data-testid="scalar-sum">${sum ?? "–"}</td>
        </tr>
        <tr>
          <th scope="row">${words.ink(prediction?.fraction)}</th>
          <td data-testid="scalar-ink">${sum === undefined ? "–" : decimal(sum / unit)}</td>
        </tr>
      </table>
    `;
  }

  private slider(name: "row" | "column", value: number, place: (value: number) => number) {
    const choose = (event: Event) => tell(this, "pixel", place(Number((event.currentTarget as HTMLInputElement).value)));
    return html`<label>
      <span>${words[name]} <output>${value + 1}</output></span>
      <input type="range" data-testid="scalar-${name}" min="0" max=${SIDE - 1} .value=${String(value)} @input=${choose} />
    </label>`;
  }
}
