import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import type { HardDigit } from "../../../wasm/sotto.js";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import "../pixels";

const words = text.results.hardest;

/** The test digits that the global model finds hardest. */
@customElement("sotto-hardest")
export class Hardest extends LitElement {
  static override styles = [
    shared,
    css`
      h3 {
        margin-bottom: var(--space-1);
      }
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(5rem, 1fr));
        gap: var(--space-3) var(--space-2);
        min-height: 15rem;
        margin-top: var(--space-3);
        align-content: start;
      }
      li {
        display: grid;
        justify-items: center;
        gap: var(--space-1);
        font-size: 0.75rem;
        line-height: 1.3;
        text-align: center;
      }
      sotto-pixels {
        width: 3.5rem;
        border: 1px solid var(--line);
        border-radius: var(--round-s);
        background: var(--sunken);
        overflow: hidden;
      }
      .loss {
        color: var(--ink-soft);
      }
    `,
  ];

  @property({ attribute: false }) digits: HardDigit[] = [];

  protected override render() {
    return html`
      <h3>${words.title}</h3>
      <p class="note">${words.note}</p>
      <ul data-testid="hardest">
        ${repeat(this.digits, ({ index }) => index, hard)}
      </ul>
    `;
  }
}

const hard = ({ index, label, answer, loss, pixels }: HardDigit) => html`
  <li>
    <sotto-pixels .images=${pixels} label=${words.label(index)}></sotto-pixels>
    <span>${words.read(label, answer)}<br /><span class="loss number">${words.loss(loss)}</span></span>
  </li>
`;
