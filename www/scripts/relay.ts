// A real broker for tests: nats-server with a WebSocket listener, lines to it that can be cut, and an ear on
// all that it carries.

import { spawn, type ChildProcess } from "node:child_process";
import { connect, createServer, type Server, type Socket } from "node:net";
import { resolve } from "node:path";

const PROGRAM = process.env["NATS_SERVER"] ?? "nats-server";
/** The one of `./build.sh relay`. */
const CONFIG = resolve("../tools/relay/nats.conf");
/** One that asks its users, `host` and `guest`, for passwords. */
export const GUARDED = resolve("scripts/guarded.conf");

export class Relay {
  private server?: ChildProcess;

  private constructor(
    private readonly port: number,
    private readonly websocket: number,
    private readonly config: string,
  ) {}

  static async begin(config = CONFIG): Promise<Relay> {
    const [port, websocket] = await Promise.all([freePort(), freePort()]);
    const relay = new Relay(port, websocket, config);
    await relay.start();
    return relay;
  }

  /** Where browsers reach it. */
  get address(): string {
    return `ws://127.0.0.1:${this.websocket}`;
  }

  async start(): Promise<void> {
    const env = { ...process.env, RELAY_HOST: "127.0.0.1", RELAY_PORT: String(this.port), RELAY_WS_PORT: String(this.websocket) };
    const server = spawn(PROGRAM, ["-c", this.config], { stdio: "ignore", env });
    this.server = server;
    const failed = new Promise<never>((_, reject) => {
      server.once("error", reject);
      server.once("exit", (code) => reject(new Error(`${PROGRAM} has ended with ${code}`)));
    });
    await Promise.race([failed, reachable(this.port).then(() => reachable(this.websocket))]);
  }

  /** As a crash does. */
  async stop(): Promise<void> {
    const { server } = this;
    if (!server || server.exitCode !== null) return;
    const over = new Promise((done) => server.once("exit", done));
    server.kill("SIGKILL");
    await over;
  }

  async end(): Promise<void> {
    await this.stop();
  }

  /** Hears everything from now on, as the broker itself could. */
  async listen(): Promise<Ear> {
    const socket = connect(this.port, "127.0.0.1");
    const heard: Buffer[] = [];
    await new Promise<void>((done, fail) => {
      socket.once("error", fail);
      socket.on("data", (bytes) => {
        heard.push(bytes);
        if (bytes.includes("PING\r\n")) socket.write("PONG\r\n");
        if (bytes.includes("PONG\r\n")) done();
      });
      socket.write('CONNECT {"verbose":false,"pedantic":false}\r\nSUB sotto.*.* 1\r\nPING\r\n');
    });
    return { bytes: () => Buffer.concat(heard), end: () => socket.destroy() };
  }

  /** A line to the broker that somebody else is reached by: it can be cut, and takes `delay` milliseconds each way. */
  async line(delay = 0): Promise<Line> {
    const line = new Line(this.websocket, delay);
    await line.mend();
    return line;
  }
}

export interface Ear {
  bytes(): Buffer;
  end(): void;
}

export class Line {
  private server?: Server;
  private readonly sockets = new Set<Socket>();
  private port = 0;

  constructor(
    private readonly to: number,
    public delay: number,
  ) {}

  get address(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  async cut(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((done) => (this.server ? this.server.close(() => done()) : done()));
    delete this.server;
  }

  async mend(): Promise<void> {
    const server = createServer({ noDelay: true }, (near) => {
      const far = connect({ port: this.to, host: "127.0.0.1", noDelay: true });
      this.pass(near, far);
      this.pass(far, near);
    });
    this.server = server;
    await new Promise<void>((done, fail) => server.once("error", fail).listen(this.port, "127.0.0.1", done));
    const address = server.address();
    if (address && typeof address === "object") this.port = address.port;
  }

  private pass(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.on("data", (bytes) => {
      if (this.delay > 0) setTimeout(() => to.writable && to.write(bytes), this.delay);
      else to.write(bytes);
    });
    from.on("error", () => to.destroy());
    from.on("close", () => {
      this.sockets.delete(from);
      to.destroy();
    });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (!address || typeof address !== "object") throw new Error("no port is free");
  return address.port;
}

async function reachable(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const reached = await new Promise<boolean>((done) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        done(true);
      });
      socket.once("error", () => done(false));
    });
    if (reached) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`nothing answers at port ${port}`);
}
