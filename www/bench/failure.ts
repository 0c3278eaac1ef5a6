// A role that fails ends what is being measured.

import type { AggregatorEvent, ClientEvent, DealerEvent, OwnerEvent, PartyEvent, SiloEvent } from "../wasm/sotto.js";

type RoleEvent = AggregatorEvent | ClientEvent | DealerEvent | OwnerEvent | PartyEvent | SiloEvent;

/** What roles tell when something is not to be had. */
const FAILURES: readonly string[] = [
  "failed",
  "occupied",
  "refused",
  "unevaluated",
  "unmeasured",
  "unreadable",
  "unshared",
  "untrained",
] satisfies RoleEvent["type"][];

export class Failure {
  private tell!: (error: Error) => void;
  private readonly happened = new Promise<never>((_, reject) => (this.tell = reject));

  constructor() {
    // It may come while nothing is waited for: whoever waits next has it then.
    this.happened.catch(() => {});
  }

  /** Looks at what a role has told. */
  heard(role: string, event: RoleEvent): void {
    if (FAILURES.includes(event.type)) this.tell(new Error(`${role}: ${JSON.stringify(event)}`));
  }

  /** What is waited for, unless a role fails before. */
  unless<T>(wanted: Promise<T>): Promise<T> {
    return Promise.race([wanted, this.happened]);
  }
}
