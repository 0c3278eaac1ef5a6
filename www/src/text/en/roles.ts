// What the roles are called.

import { workerName } from "./grammar.ts";

export const roles = {
  /** In the middle of a sentence, or alone. */
  name: { client: "client", alice: "alice", bob: "bob", dealer: "dealer", owner: "owner", silo: "silo" },
  /** At the start of a sentence. */
  start: { client: "The client", alice: "Alice", bob: "Bob", dealer: "The dealer", owner: "The owner", silo: "The silo" },
  /** As a heading. */
  title: { client: "Client", alice: "Alice", bob: "Bob", dealer: "Dealer", silo: "Data owner" },
  worker: workerName,
};
