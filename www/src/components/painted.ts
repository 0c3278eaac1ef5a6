import { LitElement } from "lit";

import { onScheme } from "./colours";

/** A component with a canvas: paints after every update, and when the colour scheme changes. */
export abstract class Painted extends LitElement {
  private forget?: () => void;
  private painted = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.forget = onScheme(() => this.paintIfAny());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.forget?.();
  }

  protected override updated(): void {
    this.paintIfAny();
  }

  protected abstract paint(): void;

  /** Whether there is nothing to paint. */
  protected abstract isBlank(): boolean;

  /** A canvas is blank from the beginning, and costs much to begin with. */
  private paintIfAny(): void {
    if (this.isBlank() && !this.painted) return;
    this.painted = true;
    this.paint();
  }

  protected context(): CanvasRenderingContext2D | undefined {
    return this.renderRoot.querySelector("canvas")?.getContext("2d") ?? undefined;
  }
}
