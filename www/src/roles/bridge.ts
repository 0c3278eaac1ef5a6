// Runs the bridge to those who are elsewhere in a dedicated worker: Rust seals and opens, the client of the
// broker carries. The client comes when it is needed, and not before.

import type { NatsConnection } from "@nats-io/nats-core";

import { detach, hearUnread, reasonOf } from "../errors";
import { authenticator, isRefusal } from "./credentials";
import init, { Bridge, type BridgeCommand, type BridgeEvent } from "../../wasm/sotto.js";

/** `Join`: the command that begins, and the broker by which. */
export type BridgeInput = Exclude<BridgeCommand, Opening> | Join;
export type Opening = Extract<BridgeCommand, { type: "host" | "visit" }>;
export interface Join {
  type: "join";
  broker: string;
  /** What the broker is shown, on one line. */
  auth?: string | undefined;
  opening: WithoutPayload<Opening>;
}
type WithoutPayload<T> = T extends unknown ? Omit<T, "payload"> : never;

/** How the broker is reached. */
export interface BrokerState {
  type: "broker";
  /** `refused`: it wants other credentials, or some. */
  state: "connecting" | "connected" | "lost" | "refused";
  /** Of the last failure. */
  reason?: string;
}

export type BridgeOutput = BridgeEvent | BrokerState;

const AGAIN_MS = 2000;
/** A broker that refuses is not pressed. */
const REFUSED_MS = 15_000;
const CONNECT_MS = 8000;
/** A broker that does not answer for two of these is lost. */
const PING_MS = 5000;

const post = (event: BridgeOutput) => self.postMessage(event);
const fail = (reason: string) => post({ type: "failed", reason });

let run: (program: WebAssembly.Module) => void;
const ready = new Promise<WebAssembly.Module>((resolve) => (run = resolve)).then((program) => init({ module_or_path: program }));

let connection: NatsConnection | undefined;
/** What is read, by subject. */
let subjects: string[] = [];
const read = new Map<string, () => void>();
let bridge: Bridge | undefined;
let over = false;

function subscribe(names: string[]): void {
  subjects = names;
  for (const [name, stop] of read) {
    if (names.includes(name)) continue;
    stop();
    read.delete(name);
  }
  for (const name of names) {
    if (!connection || read.has(name)) continue;
    const subscription = connection.subscribe(name, {
      callback: (error, message) => {
        // A broker may forbid a subject, and then ends what was read of it.
        if (error) post({ type: "broker", state: "connected", reason: reasonOf(error) });
        else bridge?.frame(message.data);
      },
    });
    read.set(name, () => subscription.unsubscribe());
  }
}

async function join({ broker, auth, opening }: Join): Promise<void> {
  const [nats] = await Promise.all([import("@nats-io/nats-core"), ready]);
  let refused = false;
  while (!over) {
    if (!refused) post({ type: "broker", state: "connecting" });
    try {
      connection = await nats.wsconnect({
        servers: broker,
        name: "sotto",
        noEcho: true,
        timeout: CONNECT_MS,
        maxReconnectAttempts: -1,
        reconnectTimeWait: AGAIN_MS / 4,
        pingInterval: PING_MS,
        maxPingOut: 2,
        ignoreClusterUpdates: true,
        ...(auth !== undefined && { authenticator: authenticator(nats, auth) }),
      });
      refused = false;
      await serve(connection, opening);
    } catch (error) {
      refused = isRefusal(nats, error);
      post({ type: "broker", state: refused ? "refused" : "lost", reason: reasonOf(error) });
    }
    bridge?.connected(false);
    connection = undefined;
    await new Promise((done) => setTimeout(done, refused ? REFUSED_MS : AGAIN_MS));
  }
}

/** Until the connection is closed for good. */
async function serve(nats: NatsConnection, opening: Join["opening"]): Promise<void> {
  read.clear();
  if (!bridge) {
    bridge = new Bridge(
      post,
      (subject: string, bytes: Uint8Array) => {
        // What cannot be sent now is sent again.
        if (connection && !connection.isClosed()) connection.publish(subject, bytes);
      },
      subscribe,
    );
    bridge.command({ ...opening, payload: nats.info?.max_payload ?? 0 });
  } else {
    subscribe(subjects);
  }
  bridge.connected(true);
  post({ type: "broker", state: "connected" });
  for await (const status of nats.status()) {
    if (status.type === "disconnect") {
      bridge.connected(false);
      post({ type: "broker", state: "lost" });
    } else if (status.type === "reconnect") {
      bridge.connected(true);
      post({ type: "broker", state: "connected" });
    } else if (status.type === "error") {
      post({ type: "broker", state: nats.isClosed() ? "lost" : "connected", reason: reasonOf(status.error) });
    }
  }
  const closed = await nats.closed();
  if (closed) throw closed;
}

async function leave(): Promise<void> {
  over = true;
  try {
    bridge?.command({ type: "leave" });
    // What can no longer be sent is lost with this page; those elsewhere notice its silence.
    await connection?.drain().catch(() => {});
  } finally {
    self.close();
  }
}

self.addEventListener("unhandledrejection", (event) => fail(reasonOf(event.reason)));
hearUnread(self, "of the page", fail);
self.addEventListener("message", ({ data }: MessageEvent<WebAssembly.Module | BridgeInput>) => {
  if (data instanceof WebAssembly.Module) return run(data);
  if (data.type === "join") return detach(join(data), "joining by the broker", fail);
  if (data.type === "leave") return detach(leave(), "leaving the broker");
  try {
    bridge?.command(data);
  } catch (error) {
    fail(reasonOf(error));
  }
});
