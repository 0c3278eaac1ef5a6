// Runs one Rust role in a dedicated worker, the one that the worker is named after: commands in,
// events out. The program comes as the first message; commands after it wait.

import { hearUnread, reasonOf } from "../errors";
import init, { Aggregator, Client, Dealer, Lesson, Library, Owner, Party, Silo, Worker } from "../../wasm/sotto.js";

/** A role that cannot go on says so; every role knows this event. */
export interface Failed {
  type: "failed";
  reason: string;
}

export const ROLES = {
  aggregator: Aggregator,
  client: Client,
  dealer: Dealer,
  lesson: Lesson,
  library: Library,
  owner: Owner,
  party: Party,
  silo: Silo,
  worker: Worker,
};

const fail = (error: unknown) => self.postMessage({ type: "failed", reason: reasonOf(error) } satisfies Failed);

/** Rust calls this in the middle of its work, which goes on: what cannot be posted is told to the page alone. */
const post = (event: { type?: string }) => {
  try {
    self.postMessage(event, { transfer: buffersOf(event) });
  } catch (error) {
    console.error(`the event ${event.type} could not be posted:`, error);
    fail(error);
  }
};

let run: (program: WebAssembly.Module) => void;
const role = new Promise<WebAssembly.Module>((resolve) => (run = resolve)).then(async (program) => {
  await init({ module_or_path: program });
  return new ROLES[self.name as keyof typeof ROLES](post);
});
role.catch(fail);
// A Rust panic inside a callback surfaces here, and nowhere else.
self.addEventListener("unhandledrejection", (event) => fail(event.reason));
hearUnread(self, "of the page", fail);
self.addEventListener("message", ({ data }: MessageEvent) => {
  if (data instanceof WebAssembly.Module) run(data);
  else role.then((ready) => ready.command(data)).catch(fail);
});

/** The buffers that an event owns alone; a view of WASM memory is larger than its event. */
function buffersOf(event: object): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = [];
  for (const value of Object.values(event)) {
    if (!ArrayBuffer.isView(value) || !(value.buffer instanceof ArrayBuffer)) continue;
    if (value.byteLength === value.buffer.byteLength) buffers.push(value.buffer);
  }
  return buffers;
}
