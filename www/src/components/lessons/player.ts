// Plays steps one after the other, at a pace that eyes can follow; can be paused and stepped.

const STEP_MS = 1100;

export class Player {
  /** Steps shown. */
  at = 0;
  private all = 0;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly redraw: () => void) {}

  get playing(): boolean {
    return this.timer !== undefined;
  }

  get done(): boolean {
    return this.at >= this.all;
  }

  /** Begins with so many steps. Whoever wants no motion sees all at once. */
  begin(all: number): void {
    this.pause();
    this.all = all;
    this.at = matchMedia("(prefers-reduced-motion: reduce)").matches ? all : 0;
    if (!this.done) this.play();
  }

  play(): void {
    if (this.done) this.at = 0;
    this.step();
    if (this.done || this.playing) return;
    this.timer = setInterval(() => this.step(), STEP_MS);
    this.redraw();
  }

  pause(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.redraw();
  }

  step(): void {
    this.at = Math.min(this.all, this.at + 1);
    if (this.done) this.pause();
    this.redraw();
  }

  rewind(): void {
    this.pause();
    this.at = 0;
    this.redraw();
  }
}
