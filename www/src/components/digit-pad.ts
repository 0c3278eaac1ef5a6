import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import { erased, PAD_SIZE, PEN_WIDTH, type Point, type Stroke } from "../state/drawing";
import { shared } from "../styles/shared";
import { text } from "../text";
import { token } from "./colours";
import { tell } from "./events";
import { Painted } from "./painted";

/** Points closer than this to the one before say nothing new. */
const STEP_MIN = 1;
/** The eraser's radius on the pad. */
const ERASER = PEN_WIDTH;
/** Sharp on any screen without asking for its density. */
const OVERSAMPLING = 2;

/** The pad. Tells `begin` before anything is drawn or erased, and `strokes` with every change. */
@customElement("sotto-digit-pad")
export class DigitPad extends Painted {
  static override styles = [
    shared,
    css`
      .pad {
        position: relative;
        aspect-ratio: 1;
        border: 1px solid var(--line-strong);
        border-radius: var(--round-m);
        background: var(--sunken);
        overflow: hidden;
      }
      canvas {
        display: block;
        width: 100%;
        height: 100%;
        touch-action: none;
        user-select: none;
        -webkit-user-select: none;
        cursor: crosshair;
      }
      .invitation {
        position: absolute;
        inset: 0;
        display: grid;
        place-content: center;
        color: var(--ink-soft);
        font: italic var(--text-l) / 1.4 var(--serif);
        text-align: center;
        pointer-events: none;
      }
    `,
  ];

  @property({ attribute: false }) strokes: Stroke[] = [];
  /** Whether the pointer is an eraser. */
  @property({ type: Boolean }) erasing = false;
  private pointer?: number;

  protected override render() {
    const side = PAD_SIZE * OVERSAMPLING;
    return html`
      <div class="pad">
        <canvas
          data-testid="digit-pad"
          role="img"
          aria-label=${text.room.draw.pad}
          width=${side}
          height=${side}
          @pointerdown=${this.down}
          @pointermove=${this.move}
          @pointerup=${this.up}
          @pointercancel=${this.up}
          @contextmenu=${(event: Event) => event.preventDefault()}
        ></canvas>
        ${this.strokes.length === 0 ? html`<p class="invitation" aria-hidden="true">${text.room.draw.invitation}</p>` : nothing}
      </div>
    `;
  }

  private down(event: PointerEvent): void {
    if (!event.isPrimary || event.button !== 0) return;
    const canvas = event.currentTarget as HTMLCanvasElement;
    canvas.setPointerCapture(event.pointerId);
    this.pointer = event.pointerId;
    tell(this, "begin");
    const at = place(canvas, event);
    if (this.erasing) this.erase([at]);
    else this.change([...this.strokes, [at]]);
  }

  private move(event: PointerEvent): void {
    if (event.pointerId !== this.pointer) return;
    const canvas = event.currentTarget as HTMLCanvasElement;
    // One event a frame is too few for a quick hand: take the positions between, too.
    const between = event.getCoalescedEvents();
    const points = (between.length > 0 ? between : [event]).map((one) => place(canvas, one));
    const last = this.strokes.at(-1);
    if (this.erasing) this.erase(points);
    if (this.erasing || !last) return;
    const grown = [...last];
    for (const point of points) {
      if (apart(grown.at(-1), point)) grown.push(point);
    }
    if (grown.length > last.length) this.change([...this.strokes.slice(0, -1), grown]);
  }

  private erase(points: Point[]): void {
    this.change(points.reduce((strokes, point) => erased(strokes, point, ERASER), this.strokes));
  }

  /** The next pointer event builds on this one, even when it comes before whoever owns the strokes has drawn them. */
  private change(strokes: Stroke[]): void {
    this.strokes = strokes;
    tell(this, "strokes", strokes);
  }

  private up(event: PointerEvent): void {
    if (event.pointerId === this.pointer) delete this.pointer;
  }

  protected override isBlank(): boolean {
    return this.strokes.length === 0;
  }

  protected override paint(): void {
    const context = this.context();
    if (!context) return;
    context.setTransform(OVERSAMPLING, 0, 0, OVERSAMPLING, 0, 0);
    context.clearRect(0, 0, PAD_SIZE, PAD_SIZE);
    context.strokeStyle = token("--client");
    context.lineCap = context.lineJoin = "round";
    for (const stroke of this.strokes) {
      for (const [index, point] of stroke.entries()) {
        const from = stroke[index - 1] ?? point;
        if (index === 0 && stroke.length > 1) continue;
        context.lineWidth = (PEN_WIDTH * (from[2] + point[2])) / 2;
        context.beginPath();
        context.moveTo(from[0], from[1]);
        context.lineTo(point[0], point[1]);
        context.stroke();
      }
    }
  }
}

function place(canvas: HTMLCanvasElement, event: PointerEvent): Point {
  const box = canvas.getBoundingClientRect();
  const scale = PAD_SIZE / box.width;
  return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale, pressure(event)];
}

/** A pen that is pressed as usual tells one half; a mouse or finger tells nothing. */
const pressure = ({ pointerType, pressure }: PointerEvent): number => (pointerType === "pen" ? 0.5 + pressure : 1);

const apart = (a: Point | undefined, b: Point): boolean => !a || Math.hypot(a[0] - b[0], a[1] - b[1]) >= STEP_MIN;
