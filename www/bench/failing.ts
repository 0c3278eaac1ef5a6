// What a role's failure does to a measurement.

import { startParty } from "../src/roles/start";
import type { PartyEvent } from "../wasm/sotto.js";
import { Failure } from "./failure";

declare global {
  interface Window {
    withholdPort: typeof withholdPort;
  }
}
window.withholdPort = withholdPort;

/** Tells a party of a port and does not hand it over; then waits for the party. */
async function withholdPort(): Promise<void> {
  const failure = new Failure();
  let heard: () => void = () => {};
  const party = startParty((event) => {
    failure.heard("alice", event as PartyEvent);
    if (event.type === "ready") heard();
  });
  const { port1 } = new MessageChannel();
  party.send({ type: "open", role: "alice", links: [{ role: "bob", port: port1 }] });
  await failure.unless(new Promise<void>((resolve) => (heard = resolve)));
}
