// Runs one Rust role in a dedicated worker: commands in, events out.

import init from "../../wasm/sotto.js";

/** A role that cannot go on says so; every role knows this event. */
export interface Failed {
  type: "failed";
  reason: string;
}

interface Role<Command> {
  command(value: Command): void;
}

const post = (event: object) => self.postMessage(event, { transfer: buffersOf(event) });

const fail = (error: unknown) => {
  const reason = error instanceof Error ? error.message : String(error);
  const event: Failed = { type: "failed", reason };
  post(event);
};

/** Loads the module and serves the role; commands that come early wait. */
export function serve<Command, Event extends object>(
  begin: (show: (event: Event) => void) => Role<Command>,
): void {
  const role = load().then(() => begin(post));
  // A Rust panic inside a callback surfaces here, and nowhere else.
  self.addEventListener("unhandledrejection", (event) => fail(event.reason));
  self.addEventListener("message", (event: MessageEvent<Command>) => {
    role.then((ready) => ready.command(event.data)).catch(fail);
  });
}

async function load(): Promise<void> {
  await init({ module_or_path: new URL("../../wasm/sotto_bg.wasm", import.meta.url) });
}

/** The buffers that an event owns alone; a view of WASM memory is larger than its event. */
function buffersOf(event: object): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = [];
  for (const value of Object.values(event)) {
    if (!ArrayBuffer.isView(value) || !(value.buffer instanceof ArrayBuffer)) continue;
    if (value.byteLength === value.buffer.byteLength) buffers.push(value.buffer);
  }
  return buffers;
}
