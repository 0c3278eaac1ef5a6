import { css, html, LitElement, svg } from "lit";
import { customElement, property } from "lit/decorators.js";

import { shared } from "../styles/shared";
import { text } from "../text";

const words = text.training.labels;

/** Pixels: a bar with its gap, and the tallest. */
const STEP = 4;
const HEIGHT = 18;

/** How many digits of each label a worker has, as ten bars in a line of text. */
@customElement("sotto-label-bars")
export class LabelBars extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: inline-block;
        vertical-align: middle;
      }
      svg {
        display: block;
      }
      .bar {
        fill: var(--worker);
      }
      .ground {
        fill: var(--line);
      }
    `,
  ];

  /** Digits of each label; none where they are not known. */
  @property({ attribute: false }) counts: number[] = [];

  protected override render() {
    const most = Math.max(1, ...this.counts);
    const said = spread(this.counts);
    return html`
      <svg width=${10 * STEP} height=${HEIGHT + 1} role="img" aria-label=${said}>
        <title>${said}</title>
        <rect class="ground" y=${HEIGHT} width=${10 * STEP - 1} height="1" />
        ${this.counts.map((many, label) => {
          // A label that is there is to be seen.
          const height = many === 0 ? 0 : Math.max(1, Math.round((HEIGHT * many) / most));
          return svg`<rect class="bar" x=${STEP * label} y=${HEIGHT - height} width=${STEP - 1} height=${height} />`;
        })}
      </svg>
    `;
  }
}

/** The labels that stand out, and all digits: "mostly 3 and 7, 1,200 digits". */
export function spread(counts: number[]): string {
  const digits = counts.reduce((sum, many) => sum + many, 0);
  if (digits === 0) return words.unknown;
  return words.all(standOut(counts, digits), digits);
}

function standOut(counts: number[], digits: number): string {
  const where = (test: (many: number) => boolean) => counts.flatMap((many, label) => (test(many) ? [label] : []));
  const here = where((many) => many > 0);
  if (here.length <= 4) return words.only(here);
  if (here.length < 10 && counts.every((many) => many < digits / 5)) return words.without(where((many) => many === 0));
  const frequent = where((many) => many > digits / 6);
  return frequent.length > 0 ? words.mostly(frequent) : words.alike;
}
