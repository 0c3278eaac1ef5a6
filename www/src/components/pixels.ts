import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";

import { shared } from "../styles/shared";
import { rgb } from "./colours";
import { Painted } from "./painted";

export const SIDE = 28;

/** Digits of 28 x 28 grey values, side by side, in ink on paper. */
@customElement("sotto-pixels")
export class Pixels extends Painted {
  static override styles = [
    shared,
    css`
      canvas {
        display: block;
        width: 100%;
        height: auto;
        image-rendering: pixelated;
      }
    `,
  ];

  @property({ attribute: false }) images = new Uint8Array(0);
  @property({ type: Number }) columns = 1;
  /** The most digits shown; a place is kept free for each. */
  @property({ type: Number }) places = 1;
  @property() label = "";
  /** The colour token of the ink. */
  @property() ink = "--ink";

  protected override render() {
    const rows = Math.ceil(this.places / this.columns);
    return html`<canvas
      role="img"
      aria-label=${this.label}
      width=${this.columns * SIDE}
      height=${rows * SIDE}
    ></canvas>`;
  }

  protected override isBlank(): boolean {
    return this.images.length === 0;
  }

  protected override paint(): void {
    const context = this.context();
    if (!context) return;
    const { width, height } = context.canvas;
    const [red, green, blue] = rgb(this.ink);
    const picture = context.createImageData(width, height);
    const pixels = Math.min(this.images.length, this.places * SIDE * SIDE);
    for (let index = 0; index < pixels; index += 1) {
      const digit = Math.floor(index / (SIDE * SIDE));
      const inside = index % (SIDE * SIDE);
      const x = (digit % this.columns) * SIDE + (inside % SIDE);
      const y = Math.floor(digit / this.columns) * SIDE + Math.floor(inside / SIDE);
      picture.data.set([red, green, blue, this.images[index] ?? 0], 4 * (y * width + x));
    }
    context.putImageData(picture, 0, 0);
  }
}
