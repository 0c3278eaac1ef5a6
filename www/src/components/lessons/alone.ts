import { css, html, LitElement, svg } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { count } from "../../format";
import type { LessonCommand, Modulus } from "../../../wasm/sotto.js";
import type { LessonsShow } from "../../state/lessons";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { tell } from "../events";
import { lesson, whole } from "./style";

const words = text.lessons.alone;
const SHARES = 2000;
const BINS = 40;

/** Shares of two numbers, counted: nobody can tell them apart. Tells `ask` and `recount`. */
@customElement("sotto-lesson-alone")
export class LessonAlone extends LitElement {
  static override styles = [
    shared,
    lesson,
    css`
      .pictures {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 14rem), 1fr));
        gap: var(--space-4);
      }
      figcaption {
        font-size: var(--text-s);
      }
      .ends {
        display: flex;
        justify-content: space-between;
      }
    `,
  ];

  @property({ attribute: false }) answer?: NonNullable<LessonsShow["alone"]>;
  @property() modulus: Modulus = "word";
  @state() private first = 3;
  @state() private second = 8;

  /** The numbers and the clock that were asked about and not yet answered. */
  private pending = "";

  protected override updated(): void {
    const asked = [this.first, this.second, this.modulus].join();
    if (this.isFresh()) this.pending = "";
    else if (this.pending !== asked) {
      this.pending = asked;
      this.draw();
    }
  }

  /** Whether the answer is of the numbers in the fields. */
  private isFresh(): boolean {
    return this.answer?.values.join() === [this.first, this.second].join();
  }

  protected override render() {
    const counts = (this.isFresh() && this.answer?.counts) || [];
    const all = (counts[0] ?? []).reduce((sum, bin) => sum + bin, 0);
    const most = Math.max(1, ...counts.flat());
    return html`
      <article aria-labelledby="alone">
        <h3 id="alone">${words.title}</h3>
        <p class="lead">${words.lead}</p>
        <div class="fields">
          ${this.field("first", words.first, this.first)} ${this.field("second", words.second, this.second)}
          <button data-testid="alone-draw" @click=${this.draw}>${words.draw(count(SHARES))}</button>
        </div>
        <div class="pictures">
          ${[this.first, this.second].map((value, which) => this.picture(value, counts[which] ?? [], most, all))}
        </div>
        <p class="note" data-testid="alone-count" data-count=${all}>${words.counted(count(all))} ${words.why}</p>
      </article>
    `;
  }

  private picture(value: number, bins: number[], most: number, all: number) {
    const width = 200 / BINS;
    return html`<figure>
      <figcaption>${words.of(value)}</figcaption>
      <svg viewBox="0 0 200 70" role="img" aria-label=${words.bars(value, count(all))} data-testid="alone-bars">
        <line x1="0" x2="200" y1="69.5" y2="69.5" stroke="var(--line-strong)" />
        ${bins.map((shares, bin) => {
          const height = (64 * shares) / most;
          return svg`<rect x=${bin * width + 0.5} y=${69 - height} width=${width - 1} height=${height} fill="var(--bob)" />`;
        })}
      </svg>
      <p class="note ends"><span>${words.zero}</span><span>${words.end}</span></p>
    </figure>`;
  }

  private field(name: "first" | "second", label: string, value: number) {
    return html`<label class="field">
      ${label}<input type="number" data-testid="alone-${name}" min="-1000000" max="1000000" step="1" .value=${String(value)} @input=${this.choose(name)} />
    </label>`;
  }

  private readonly choose = (name: "first" | "second") => (event: Event) => {
    const value = whole(event);
    if (value === undefined || value === this[name]) return;
    this[name] = value;
    tell(this, "recount");
  };

  private readonly draw = () => {
    const values = [this.first, this.second];
    tell<LessonCommand>(this, "ask", { type: "alone", values, count: SHARES, bins: BINS, modulus: this.modulus });
  };
}
