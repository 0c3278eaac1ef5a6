import { css, html, LitElement, nothing, svg, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";

import type { LessonCommand, Modulus, Operation } from "../../../wasm/sotto.js";
import type { LessonsShow } from "../../state/lessons";
import { Player } from "../../state/player";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { dot, dotStyles, type Point } from "../dot";
import { tell } from "../events";
import { steps, type Role, type Step } from "./messages";
import { lesson, whole } from "./style";

const words = text.lessons.calculator;
const names = text.roles.name;
const OPERATIONS: readonly Operation[] = ["add", "subtract", "multiply"];
/** As fast as eyes can follow. */
const STEP_MS = 1100;
const NUMBER_MAX = 1_000_000;

/** Where each role stands in the picture. */
const PLACES: Record<Role, Point> = { client: [150, 22], alice: [46, 84], bob: [254, 84], dealer: [150, 146] };

/** Arithmetic on shares, message by message. Tells `ask`. */
@customElement("sotto-lesson-calculator")
export class LessonCalculator extends LitElement {
  static override styles = [
    shared,
    lesson,
    dotStyles,
    css`
      .play {
        display: grid;
        grid-template-columns: minmax(14rem, 20rem) minmax(0, 1fr);
        gap: var(--space-4) var(--space-5);
        align-items: start;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2);
      }
      ol {
        display: grid;
        gap: var(--space-3);
        min-height: 19rem;
        align-content: start;
      }
      li {
        padding-left: var(--space-3);
        border-left: 3px solid var(--line);
      }
      li[aria-current] {
        border-color: var(--client);
      }
      .wires {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr));
        gap: 0 var(--space-4);
      }
      .numbers {
        overflow-wrap: anywhere;
        font: var(--text-s) / 1.5 var(--mono);
      }
      .result {
        font: 600 var(--text-l) / 1.4 var(--mono);
      }
      @media (max-width: 56rem) {
        .play {
          grid-template-columns: minmax(0, 1fr);
        }
        .play svg {
          max-width: 22rem;
          margin-inline: auto;
        }
      }
    `,
  ];

  @property({ attribute: false }) answer?: NonNullable<LessonsShow["calculated"]>;
  @property() modulus: Modulus = "word";
  @state() private first = 6;
  @state() private second = 7;
  @state() private operation: Operation = "multiply";
  private steps: Step[] = [];
  private readonly player = new Player(STEP_MS, () => this.requestUpdate());

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.player.pause();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("answer") || !this.answer) return;
    this.steps = steps(this.answer);
    this.player.begin(this.steps.length);
  }

  protected override render() {
    return html`
      <article aria-labelledby="calculator">
        <h3 id="calculator">${words.title}</h3>
        <p class="lead">${words.lead}</p>
        <div class="fields">
          ${this.field("first", words.first)}
          <label class="field">
            ${words.operation}
            <select data-testid="calculator-operation" @change=${this.operate}>
              ${OPERATIONS.map(
                (name) =>
                  html`<option value=${name} aria-label=${words.spoken[name]} ?selected=${name === this.operation}>${words.operations[name]}</option>`,
              )}
            </select>
          </label>
          ${this.field("second", words.second)}
          <button class="primary" data-testid="calculate" @click=${this.calculate}>${words.go}</button>
        </div>
        <div class="play">
          <div class="stack">${this.picture()} ${this.controls()} ${this.result()}</div>
          <section class="stack" aria-labelledby="calculator-wire">
            <h4 id="calculator-wire">${words.wire}</h4>
            <ol data-testid="calculator-steps">
              ${
                this.steps.length === 0
                  ? html`<li class="note">${words.nothing}</li>`
                  : this.steps.slice(0, this.player.at).map((step, index) => this.line(step, index === this.player.at - 1))
              }
            </ol>
            <p class="note">${words.noise}</p>
          </section>
        </div>
      </article>
    `;
  }

  private field(name: "first" | "second", label: string) {
    return html`<label class="field">
      ${label}
      <input type="number" data-testid="calculator-${name}" min=${-NUMBER_MAX} max=${NUMBER_MAX} step="1" .value=${String(this[name])} @input=${this.choose(name)} />
    </label>`;
  }

  private controls() {
    const { player, steps } = this;
    const off = steps.length === 0;
    return html`<div class="buttons">
      <button data-testid="calculator-play" ?disabled=${off} @click=${() => (player.playing ? player.pause() : player.play())}>
        ${player.playing ? words.pause : words.play}
      </button>
      <button data-testid="calculator-step" ?disabled=${off || player.done} @click=${this.stepOnce}>${words.step}</button>
      <button class="quiet" ?disabled=${off || player.at === 0} @click=${() => player.rewind()}>${words.again}</button>
      <span class="note number">${words.position(player.at, steps.length)}</span>
    </div>`;
  }

  private result() {
    const { answer, player } = this;
    const shown = answer && player.done ? answer : undefined;
    return html`<p class="said" role="status">
      ${words.result}: <span class="result client" data-testid="calculator-result">${shown?.result.replace("-", "−") ?? "–"}</span>
    </p>`;
  }

  private line({ what, messages }: Step, now: boolean) {
    return html`<li aria-current=${now ? "step" : nothing}>
      <p>${words.steps[what]}</p>
      <div class="wires">
        ${messages.map(
          ({ from, to, numbers }) => html`<div>
            <span class=${from}>${names[from]}</span> ${from === to ? words.each : html`→ <span class=${to}>${names[to]}</span>`}
            <p class="numbers">${numbers.map(({ name, text }) => html`<span>${name} ${text}</span><br />`)}</p>
          </div>`,
        )}
      </div>
    </li>`;
  }

  private picture() {
    const now = this.steps[this.player.at - 1];
    const line = (one: Role, other: Role) => {
      const [[x1, y1], [x2, y2]] = [PLACES[one], PLACES[other]];
      return svg`<line x1=${x1} y1=${y1} x2=${x2} y2=${y2} stroke="var(--line-strong)" />`;
    };
    return html`<svg viewBox="0 0 300 170" aria-hidden="true">
      ${line("client", "alice")} ${line("client", "bob")} ${line("alice", "bob")} ${line("dealer", "alice")} ${line("dealer", "bob")}
      ${(Object.keys(PLACES) as Role[]).map((role) => {
        const [x, y] = PLACES[role];
        const computes = now?.messages.some(({ from, to }) => from === role && to === role);
        return svg`<g>
          <rect x=${x - 34} y=${y - 13} width="68" height="26" rx="13" fill="var(--${role})" stroke="var(--ink)" stroke-width=${computes ? 3 : 0} />
          <text x=${x} y=${y} text-anchor="middle" dominant-baseline="central" font-size="13" font-weight="600" fill="var(--on-role)">${names[role]}</text>
        </g>`;
      })}
      ${keyed(
        this.player.at,
        now?.messages.filter(({ from, to }) => from !== to).map(({ from, to }) => dot(PLACES[from], PLACES[to], `--${from}`)),
      )}
    </svg>`;
  }

  private readonly stepOnce = () => {
    this.player.pause();
    this.player.step();
  };

  private readonly choose = (name: "first" | "second") => (event: Event) => {
    this[name] = whole(event) ?? this[name];
  };

  private readonly operate = (event: Event) => {
    this.operation = (event.currentTarget as HTMLSelectElement).value as Operation;
  };

  private readonly calculate = () => {
    const { first: x, second: y, operation, modulus } = this;
    tell<LessonCommand>(this, "ask", { type: "calculate", x, y, operation, modulus });
  };
}
