// Plays steps one after the other, at a pace that eyes can follow; can be paused and stepped.

export class Player {
  /** Steps shown. */
  at = 0;
  private all = 0;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly stepMs: number,
    private readonly redraw: () => void,
  ) {}

  get playing(): boolean {
    return this.timer !== undefined;
  }

  get done(): boolean {
    return this.at >= this.all;
  }

  /** Waits with so many steps, none of them shown. */
  load(all: number): void {
    this.pause();
    this.all = all;
    this.at = 0;
  }

  /** Begins with so many steps. Whoever wants no motion sees all at once. */
  begin(all: number): void {
    this.load(all);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) this.at = all;
    else if (!this.done) this.play();
  }

  play(): void {
    if (this.done) this.at = 0;
    this.step();
    if (this.done || this.playing) return;
    this.timer = setInterval(() => this.step(), this.stepMs);
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
