import { html, LitElement, svg } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { LessonCommand } from "../../../wasm/sotto.js";
import type { LessonsShow } from "../../state/lessons";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { tell } from "../events";
import { around, lesson, onCircle, whole } from "./style";

const words = text.lessons.clock;
const HOURS_MAX = 24;
const PASS_MAX = 72;

/** Addition on a clock with as many hours as one likes. Tells `ask`. */
@customElement("sotto-lesson-clock")
export class LessonClock extends LitElement {
  static override styles = [shared, lesson];

  @property({ attribute: false }) answer?: NonNullable<LessonsShow["clock"]>;
  @state() private hours = 12;
  @state() private start = 2;
  @state() private pass = 15;

  protected override firstUpdated(): void {
    this.ask();
  }

  protected override render() {
    const { hours, start, pass } = this;
    const { left = 0, turns = 0 } = this.answer ?? {};
    return html`
      <article aria-labelledby="clock">
        <h3 id="clock">${words.title}</h3>
        <p class="lead">${words.lead}</p>
        <div class="side">
          ${this.dial(left)}
          <div class="stack">
            ${this.slider("hours", words.hours, hours, 2, HOURS_MAX)} ${this.slider("start", words.start, start, 0, hours - 1)}
            ${this.slider("pass", words.pass, pass, 0, PASS_MAX)}
            <p class="said" role="status" data-testid="clock-said" data-left=${left}>
              <strong>${words.said(start, pass, hours, left)}</strong><br />${words.turns(turns)}
            </p>
          </div>
        </div>
      </article>
    `;
  }

  private dial(left: number) {
    const { hours, start, pass } = this;
    const numerals = Array.from({ length: hours }, (_, hour) => {
      const [x, y] = onCircle(hour / hours, 84);
      return svg`<text x=${x} y=${y} text-anchor="middle" dominant-baseline="central" font-size=${hours > 16 ? 9 : 12}
        fill=${hour === left ? "var(--client)" : "var(--ink-soft)"} font-weight=${hour === left ? 700 : 400}>${hour}</text>`;
    });
    const [fromX, fromY] = onCircle(start / hours, 68);
    const [toX, toY] = onCircle(left / hours, 68);
    const rounds = pass / hours;
    return html`<svg viewBox="-102 -102 204 204" role="img" aria-label=${words.drawn(start, pass, hours, left)}>
      <circle r="98" fill="var(--sunken)" stroke="var(--line)" />
      ${numerals}
      <path d=${around(start / hours, rounds, 62, Math.max(18, 62 - 9 * rounds))} fill="none" stroke="var(--aggregator)" stroke-width="3" stroke-linecap="round" />
      <line x2=${fromX} y2=${fromY} stroke="var(--line-strong)" stroke-width="2" stroke-dasharray="4 4" />
      <line x2=${toX} y2=${toY} stroke="var(--client)" stroke-width="4" stroke-linecap="round" />
      <circle r="5" fill="var(--client)" />
    </svg>`;
  }

  private slider(name: "hours" | "start" | "pass", label: string, value: number, least: number, most: number) {
    return html`<label class="field">
      <span>${label}: <output>${value}</output></span>
      <input type="range" data-testid="clock-${name}" min=${least} max=${most} .value=${String(value)} @input=${this.turn(name)} />
    </label>`;
  }

  private readonly turn = (name: "hours" | "start" | "pass") => (event: Event) => {
    this[name] = whole(event) ?? this[name];
    this.start = Math.min(this.start, this.hours - 1);
    this.ask();
  };

  private ask(): void {
    tell<LessonCommand>(this, "ask", { type: "clock", a: this.start, b: this.pass, hours: this.hours });
  }
}
