import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";

import { peaks, shades } from "../state/heat";
import { shared } from "../styles/shared";
import { text } from "../text";
import { rgb } from "./colours";
import { Painted } from "./painted";

/** An update as a picture: every cell a stretch of weights, in the order of the layers. */
@customElement("sotto-heat-map")
export class HeatMap extends Painted {
  static override styles = [
    shared,
    css`
      canvas {
        display: block;
        width: 100%;
        height: auto;
        border: 1px solid var(--line);
        border-radius: var(--round-s);
        background: var(--sunken);
        image-rendering: pixelated;
      }
    `,
  ];

  @property({ attribute: false }) values = new Float32Array(0);
  @property({ type: Number }) columns = 96;
  @property({ type: Number }) rows = 32;
  @property() label = text.worker.sent.picture;

  protected override render() {
    return html`<canvas
      role="img"
      aria-label=${this.label}
      width=${this.columns}
      height=${this.rows}
    ></canvas>`;
  }

  protected override isBlank(): boolean {
    return this.values.length === 0;
  }

  protected override paint(): void {
    const context = this.context();
    if (!context) return;
    const up = rgb("--worker");
    const down = rgb("--aggregator");
    const picture = context.createImageData(this.columns, this.rows);
    shades(peaks(this.values, this.columns * this.rows)).forEach((shade, cell) => {
      picture.data.set([...(shade > 0 ? up : down), Math.round(255 * Math.abs(shade))], 4 * cell);
    });
    context.putImageData(picture, 0, 0);
  }
}
