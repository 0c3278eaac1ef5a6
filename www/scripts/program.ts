// A native program of this repository beside the pages, for tests.

import { spawn, type ChildProcess } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

/** As `cargo build` leaves it. */
const PROGRAM = resolve(process.env["SOTTO"] ?? "../target/debug/sotto");
/** The digits of the page that is tested. */
const DATA = ["--data", resolve("../dist/data")];

export class Program {
  private readonly lines: AsyncIterator<string>;

  private constructor(private readonly process: ChildProcess & { stdout: NodeJS.ReadableStream }) {
    this.lines = createInterface(process.stdout)[Symbol.asyncIterator]();
  }

  static start(...args: string[]): Program {
    return new Program(spawn(PROGRAM, [...args, ...DATA], { stdio: ["ignore", "pipe", "inherit"] }));
  }

  /** The next line that it prints. */
  async line(): Promise<string> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error("the program has ended");
    return String(value);
  }

  end(): void {
    this.process.kill("SIGKILL");
  }
}
