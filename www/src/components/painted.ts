import { LitElement } from "lit";

import { onScheme } from "./colours";

/** A component with a canvas: paints after every update and when the colour scheme changes. */
export abstract class Painted extends LitElement {
  private forget?: () => void;

  override connectedCallback(): void {
    super.connectedCallback();
    this.forget = onScheme(() => this.paint());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.forget?.();
  }

  protected override updated(): void {
    this.paint();
  }

  protected abstract paint(): void;

  protected context(): CanvasRenderingContext2D | undefined {
    return this.renderRoot.querySelector("canvas")?.getContext("2d") ?? undefined;
  }
}
