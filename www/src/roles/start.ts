// Starts roles and speaks with them in the closed set of messages.

import type {
  AggregatorCommand,
  AggregatorEvent,
  ClientCommand,
  ClientEvent,
  DealerCommand,
  DealerEvent,
  LessonCommand,
  LessonEvent,
  LibraryCommand,
  LibraryEvent,
  OwnerCommand,
  OwnerEvent,
  PartyCommand,
  PartyEvent,
  SiloCommand,
  SiloEvent,
  WorkerCommand,
  WorkerEvent,
} from "../../wasm/sotto.js";
import { hearUnread } from "../errors";
import { text } from "../text";
import type { BridgeInput, BridgeOutput } from "./bridge";
import type { Failed, ROLES } from "./serve";

const words = text.room.trouble;

/** One running role. */
export interface RoleLink<Command> {
  /** `transfer`: ports that the command hands over. */
  send(command: Command, transfer?: Transferable[]): void;
  /** Ends the role at once, whatever it is doing. */
  end(): void;
}

/** The program of all roles: fetched and compiled once a page. */
const program = new Promise<WebAssembly.Module>((resolve, reject) => {
  const compiler = new Worker(new URL("./program.ts", import.meta.url), { type: "module", name: "program" });
  compiler.addEventListener("message", ({ data }: MessageEvent<WebAssembly.Module | string>) => {
    compiler.terminate();
    if (data instanceof WebAssembly.Module) resolve(data);
    else reject(new Error(data));
  });
  compiler.addEventListener("error", (event) => reject(new Error(event.message || words.script)));
  hearUnread(compiler, "of the compiler", (reason) => reject(new Error(reason)));
});
// Each role tells of the failure.
program.catch(() => {});

type Start<Command, Event> = (show: (event: Event) => void) => RoleLink<Command>;

export const startAggregator: Start<AggregatorCommand, AggregatorEvent> = (show) => link("aggregator", show);

export const startWorker: Start<WorkerCommand, WorkerEvent> = (show) => link("worker", show);

export const startLesson: Start<LessonCommand, LessonEvent> = (show) => link("lesson", show);

export const startClient: Start<ClientCommand, ClientEvent> = (show) => link("client", show);

export const startParty: Start<PartyCommand, PartyEvent> = (show) => link("party", show);

export const startDealer: Start<DealerCommand, DealerEvent> = (show) => link("dealer", show);

export const startOwner: Start<OwnerCommand, OwnerEvent> = (show) => link("owner", show);

export const startSilo: Start<SiloCommand, SiloEvent> = (show) => link("silo", show);

export const startLibrary: Start<LibraryCommand, LibraryEvent> = (show) => link("library", show);

export const startBridge: Start<BridgeInput, BridgeOutput> = (show) =>
  speak(new Worker(new URL("./bridge.ts", import.meta.url), { type: "module", name: "bridge" }), show);

/** Where the digits of this site are. */
export const dataUrl = (): string => new URL("data/", document.baseURI).href;

/** What this browser lacks to run a role, in words, or nothing. */
export function missingFeature(): string | undefined {
  if (typeof WebAssembly !== "object") return words.noWasm;
  if (typeof BroadcastChannel !== "function") return words.noChannel;
  if (!navigator.locks) return words.noLocks;
  return undefined;
}

function link<Command, Event extends { type: string }>(name: keyof typeof ROLES, show: (event: Event | Failed) => void): RoleLink<Command> {
  return speak(new Worker(new URL("./serve.ts", import.meta.url), { type: "module", name }), show);
}

function speak<Command, Event extends { type: string }>(worker: Worker, show: (event: Event | Failed) => void): RoleLink<Command> {
  const fail = (reason: string) => show({ type: "failed", reason });
  worker.addEventListener("message", (event: MessageEvent<Event>) => show(event.data));
  worker.addEventListener("error", (event) => {
    fail(event.message || words.script);
  });
  hearUnread(worker, "of this role", fail);
  // What is sent before the program has come follows it, in order.
  const begun = program.then((module) => worker.postMessage(module));
  begun.catch((error: unknown) => fail(words.program(reasonOf(error))));
  return {
    send: (command, transfer = []) => {
      const post = () => {
        try {
          worker.postMessage(command, transfer);
        } catch (error) {
          // Something in it cannot be handed over, such as a port that is not in `transfer`.
          fail(words.unsent(reasonOf(error)));
        }
      };
      // That the program did not come was told above.
      begun.then(post, () => {});
    },
    end: () => worker.terminate(),
  };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
