// How the broker of a door or a visit is reached.

import type { BrokerState } from "../roles/bridge";

export interface Reached {
  state: BrokerState["state"];
  /** Of the last failure. */
  reason?: string;
}

/** What is shown, as the broker can be reached now: an older failure's reason goes. */
export function reached<Show extends Reached>(show: Show, { state, reason }: BrokerState): Show {
  const { reason: _, ...rest } = show;
  return { ...rest, state, ...(reason !== undefined && { reason }) } as Show;
}
