// Those who wait for somebody elsewhere to be gone.

export class Leavers {
  private readonly waiting = new Map<string, ((reason: string) => void)[]>();

  /** When one has gone, and why. */
  gone(who: string): Promise<string> {
    return new Promise((done) => this.waiting.set(who, [...(this.waiting.get(who) ?? []), done]));
  }

  left(who: string, reason: string): void {
    for (const done of this.waiting.get(who) ?? []) done(reason);
    this.waiting.delete(who);
  }

  allLeft(reason: string): void {
    for (const who of [...this.waiting.keys()]) this.left(who, reason);
  }
}
