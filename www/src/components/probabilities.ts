import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

import { shared } from "../styles/shared";
import { text } from "../text";

const words = text.room.draw;

/** Ten bars: how sure the network is of each digit. */
@customElement("sotto-probabilities")
export class Probabilities extends LitElement {
  static override styles = [
    shared,
    css`
      .bars {
        display: grid;
        grid-template-columns: repeat(10, 1fr);
        gap: 3px;
        height: 100%;
      }
      .bar {
        display: grid;
        grid-template-rows: 1fr auto;
        min-height: 4.5rem;
        text-align: center;
        font: var(--text-s) / 1.4 var(--sans);
        font-variant-numeric: tabular-nums;
        color: var(--ink-soft);
      }
      .track {
        position: relative;
        border-radius: 2px;
        background: var(--sunken);
        overflow: hidden;
      }
      .fill {
        position: absolute;
        inset: 0;
        background: var(--client);
        transform: scaleY(var(--share));
        transform-origin: bottom;
        transition: transform 120ms ease-out;
      }
      .best {
        color: var(--ink);
        font-weight: 700;
      }
      @media (prefers-reduced-motion: reduce) {
        .fill {
          transition: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) values: number[] = [];
  @property({ type: Number }) best = -1;

  protected override render() {
    const digits = Array.from({ length: 10 }, (_, digit) => digit);
    return html`
      <div class="bars" role="group" aria-label=${words.probabilities}>
        ${digits.map((digit) => this.bar(digit, this.values[digit] ?? 0))}
      </div>
    `;
  }

  private bar(digit: number, value: number) {
    const share = words.share(100 * value);
    // A property, not an attribute: the page's policy forbids inline styles in markup.
    return html`
      <div class=${digit === this.best ? "bar best" : "bar"} title=${words.probability(digit, share)}>
        <div
          class="track"
          role="meter"
          aria-label=${digit}
          aria-valuemin="0"
          aria-valuemax="100"
          aria-valuenow=${(100 * value).toFixed(1)}
          aria-valuetext=${share}
        >
          <div class="fill" .style=${`--share:${value}`}></div>
        </div>
        ${digit}
      </div>
    `;
  }
}
