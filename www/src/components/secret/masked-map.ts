import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";

import { shared } from "../../styles/shared";
import { rgb } from "../colours";
import { Painted } from "../painted";

/** Cells between two maps. */
const GAP = 1;

/** The values of a layer as a picture: a map a channel, or a bar of cells. */
@customElement("sotto-masked-map")
export class MaskedMap extends Painted {
  static override styles = [
    shared,
    css`
      canvas {
        display: block;
        width: 100%;
        height: 100%;
        object-fit: contain;
        image-rendering: pixelated;
      }
    `,
  ];

  @property({ attribute: false }) values = new Uint8Array(0);
  /** Channels, height and width; or a vector's length. */
  @property({ attribute: false }) shape: number[] = [];
  @property() label = "";
  /** The colour token of the ink. */
  @property() ink = "--alice";

  protected override render() {
    const { columns, rows, width, height } = layout(this.shape, this.values.length);
    return html`<canvas
      role="img"
      aria-label=${this.label}
      width=${columns * (width + GAP) - GAP}
      height=${rows * (height + GAP) - GAP}
    ></canvas>`;
  }

  protected override isBlank(): boolean {
    return this.values.length === 0;
  }

  protected override paint(): void {
    const context = this.context();
    if (!context) return;
    const { columns, width, height } = layout(this.shape, this.values.length);
    const across = context.canvas.width;
    const [red, green, blue] = rgb(this.ink);
    const picture = context.createImageData(across, context.canvas.height);
    this.values.forEach((value, index) => {
      const map = Math.floor(index / (width * height));
      const inside = index % (width * height);
      const x = (map % columns) * (width + GAP) + (inside % width);
      const y = Math.floor(map / columns) * (height + GAP) + Math.floor(inside / width);
      const place = 4 * (y * across + x);
      picture.data[place] = red;
      picture.data[place + 1] = green;
      picture.data[place + 2] = blue;
      picture.data[place + 3] = value;
    });
    context.putImageData(picture, 0, 0);
  }
}

/** Maps side by side, about as wide as high; a vector is one map, wider than high. */
function layout([channels, height, width]: number[], count: number) {
  if (channels === undefined || height === undefined || width === undefined) {
    const across = count <= 16 ? Math.max(1, count) : Math.ceil(Math.sqrt(2 * count));
    return { columns: 1, rows: 1, width: across, height: Math.max(1, Math.ceil(count / across)) };
  }
  const columns = Math.ceil(Math.sqrt(channels));
  return { columns, rows: Math.ceil(channels / columns), width, height };
}
