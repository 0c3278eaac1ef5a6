import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { LessonCommand, Modulus } from "../../../wasm/sotto.js";
import type { LessonsShow } from "../../state/lessons";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { tell } from "../events";
import { around, lesson, onCircle, whole } from "./style";

const words = text.lessons.split;
const SECRET_MAX = 1_000_000;
const NOTCHES = 1000;

/** A number in two shares, one of which can be dragged. Tells `ask`. */
@customElement("sotto-lesson-split")
export class LessonSplit extends LitElement {
  static override styles = [
    shared,
    lesson,
    css`
      /* The ring stays under the pointer that drags it, however long the numbers beside it grow. */
      .side {
        align-items: start;
      }
      .ring {
        cursor: grab;
        touch-action: none;
      }
      .ring:active {
        cursor: grabbing;
      }
      .range {
        --thumb: var(--alice);
      }
    `,
  ];

  @property({ attribute: false }) answer?: NonNullable<LessonsShow["split"]>;
  @property() modulus: Modulus = "word";
  @state() private secret = 42;

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("modulus")) this.anew();
  }

  protected override render() {
    const { answer } = this;
    return html`
      <article aria-labelledby="split">
        <h3 id="split">${words.title}</h3>
        <p class="lead">${words.lead}</p>
        <div class="side">
          ${this.ring()}
          <div class="stack">
            <div class="fields">
              <label class="field">
                ${words.secret}
                <input type="number" data-testid="split-secret" min=${-SECRET_MAX} max=${SECRET_MAX} step="1" .value=${String(this.secret)} @input=${this.choose} />
              </label>
              <button data-testid="split-anew" @click=${this.anew}>${words.anew}</button>
            </div>
            <label class="field range">
              ${words.drag}
              <input type="range" data-testid="split-drag" min="0" max=${NOTCHES} .value=${String(Math.round(NOTCHES * (answer?.alice.turn ?? 0)))} @input=${this.slide} />
            </label>
            <dl>
              <dt>${words.alice}</dt>
              <dd class="alice" data-testid="split-alice">${answer?.alice.text ?? "–"}</dd>
              <dt>${words.bob}</dt>
              <dd class="bob" data-testid="split-bob">${answer?.bob.text ?? "–"}</dd>
              <dt>${words.sum}</dt>
              <dd class="client" data-testid="split-sum">${answer?.value.text ?? "–"}</dd>
            </dl>
            <p class="note">${words.mod}</p>
          </div>
        </div>
      </article>
    `;
  }

  private ring() {
    const { answer } = this;
    if (!answer)
      return html`<svg viewBox="-102 -102 204 204" aria-hidden="true"><circle r="80" fill="none" stroke="var(--line)" stroke-width="26" /></svg>`;
    const { alice, bob, value } = answer;
    const [x, y] = onCircle(alice.turn, 80);
    const [fromX, fromY] = onCircle(value.turn, 62);
    const [toX, toY] = onCircle(value.turn, 99);
    return html`<svg
      class="ring"
      viewBox="-102 -102 204 204"
      role="img"
      aria-label=${words.drawn(alice.text, bob.text, this.secret)}
      @pointerdown=${this.grab}
      @pointermove=${this.move}
    >
      <circle r="80" fill="none" stroke="var(--sunken)" stroke-width="26" />
      <path d=${around(0, alice.turn, 86)} fill="none" stroke="var(--alice)" stroke-width="10" />
      <path d=${around(alice.turn, bob.turn, 74)} fill="none" stroke="var(--bob)" stroke-width="10" />
      <line x1=${fromX} y1=${fromY} x2=${toX} y2=${toY} stroke="var(--client)" stroke-width="4" />
      <circle cx=${x} cy=${y} r="11" fill="var(--alice)" stroke="var(--surface)" stroke-width="3" />
      <text text-anchor="middle" dominant-baseline="central" font-size="26" font-weight="600" fill="var(--client)">${this.shortSecret()}</text>
    </svg>`;
  }

  private shortSecret() {
    const digits = String(this.secret);
    return digits.length > 5 ? nothing : digits.replace("-", "−");
  }

  private readonly choose = (event: Event) => {
    const secret = whole(event);
    if (secret === undefined) return;
    this.secret = secret;
    this.anew();
  };

  private readonly anew = () => {
    tell<LessonCommand>(this, "ask", { type: "split", value: this.secret, modulus: this.modulus });
  };

  private readonly slide = (event: Event) => {
    this.drag(Number((event.currentTarget as HTMLInputElement).value) / NOTCHES);
  };

  private readonly grab = (event: PointerEvent) => {
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.move(event);
  };

  private readonly move = (event: PointerEvent) => {
    if (event.buttons === 0) return;
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const [x, y] = [event.clientX - box.x - box.width / 2, event.clientY - box.y - box.height / 2];
    const turn = Math.atan2(x, -y) / (2 * Math.PI);
    this.drag(turn < 0 ? turn + 1 : turn);
  };

  private drag(turn: number): void {
    tell<LessonCommand>(this, "ask", { type: "drag", value: this.secret, modulus: this.modulus, turn });
  }
}
