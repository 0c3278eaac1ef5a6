// Starts roles and speaks with them in the closed set of messages.

import type {
  AggregatorCommand,
  AggregatorEvent,
  ClientCommand,
  ClientEvent,
  DealerCommand,
  DealerEvent,
  OwnerCommand,
  OwnerEvent,
  PartyCommand,
  PartyEvent,
  WorkerCommand,
  WorkerEvent,
} from "../../wasm/sotto.js";
import type { Failed } from "./serve";

/** One running role. */
export interface RoleLink<Command> {
  /** `transfer`: ports that the command hands over. */
  send(command: Command, transfer?: Transferable[]): void;
  /** Ends the role at once, whatever it is doing. */
  end(): void;
}

type Start<Command, Event> = (show: (event: Event) => void) => RoleLink<Command>;

export const startAggregator: Start<AggregatorCommand, AggregatorEvent> = (show) =>
  link(new Worker(new URL("./aggregator.ts", import.meta.url), { type: "module" }), show);

export const startWorker: Start<WorkerCommand, WorkerEvent> = (show) =>
  link(new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }), show);

export const startClient: Start<ClientCommand, ClientEvent> = (show) =>
  link(new Worker(new URL("./client.ts", import.meta.url), { type: "module" }), show);

export const startParty: Start<PartyCommand, PartyEvent> = (show) =>
  link(new Worker(new URL("./party.ts", import.meta.url), { type: "module" }), show);

export const startDealer: Start<DealerCommand, DealerEvent> = (show) =>
  link(new Worker(new URL("./dealer.ts", import.meta.url), { type: "module" }), show);

export const startOwner: Start<OwnerCommand, OwnerEvent> = (show) =>
  link(new Worker(new URL("./owner.ts", import.meta.url), { type: "module" }), show);

/** Where the digits of this site are. */
export const dataUrl = (): string => new URL("data/", document.baseURI).href;

/** What this browser lacks to run a role, in words, or nothing. */
export function missingFeature(): string | undefined {
  if (typeof WebAssembly !== "object") return "This browser has WebAssembly switched off.";
  if (typeof BroadcastChannel !== "function") return "This browser has no BroadcastChannel, by which tabs talk to each other.";
  if (!navigator.locks) return "This browser offers no Web Locks here. They need https or localhost.";
  return undefined;
}

function link<Command, Event extends { type: string }>(
  worker: Worker,
  show: (event: Event | Failed) => void,
): RoleLink<Command> {
  worker.addEventListener("message", (event: MessageEvent<Event>) => show(event.data));
  worker.addEventListener("error", (event) => {
    show({ type: "failed", reason: event.message || "The program of this role could not be loaded." });
  });
  return {
    send: (command, transfer = []) => worker.postMessage(command, transfer),
    end: () => worker.terminate(),
  };
}
