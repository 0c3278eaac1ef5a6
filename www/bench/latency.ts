// What a round's latency is between two browsers that speak with a broker in the clear, and do nothing else.

import type { Browser } from "@playwright/test";

import { median } from "./median";
import { pick } from "./mode";

/** Of a message: what a party of `lenet5` sends in a round, on average. */
const BYTES = 1600;
const TURNS = pick(100, 5);

interface Line {
  opened: Promise<void>;
  heard: () => void;
  say(subject: string): void;
}

/** Half of the time there and back over two lines to the broker, in milliseconds: the median of many. */
export async function latency(browser: Browser, here: string, there: string): Promise<number> {
  const contexts = await Promise.all([browser.newContext(), browser.newContext()]);
  const pages = await Promise.all(contexts.map((context) => context.newPage()));
  await Promise.all(pages.map((page) => page.addInitScript(speak, BYTES)));
  await Promise.all(pages.map((page) => page.goto("./favicon.svg")));
  const [asks, answers] = pages;
  if (!asks || !answers) throw new Error("no pages");
  await answers.evaluate(async (broker) => {
    const line = window.line(broker, "sotto.bench.there");
    line.heard = () => line.say("sotto.bench.here");
    await line.opened;
  }, there);
  const took = await asks.evaluate(
    async ({ broker, turns }) => {
      const line = window.line(broker, "sotto.bench.here");
      await line.opened;
      const all: number[] = [];
      for (let turn = 0; turn < turns; turn += 1) {
        const started = performance.now();
        const back = new Promise<void>((done) => (line.heard = done));
        line.say("sotto.bench.there");
        await back;
        all.push((performance.now() - started) / 2);
      }
      return all;
    },
    { broker: here, turns: TURNS },
  );
  await Promise.all(contexts.map((context) => context.close()));
  return median(took);
}

declare global {
  interface Window {
    line(broker: string, subject: string): Line;
  }
}

/** Runs in a page: as little of the broker's protocol as it takes. */
function speak(bytes: number): void {
  window.line = (broker, subject) => {
    const socket = new WebSocket(broker);
    socket.binaryType = "arraybuffer";
    const send = (text: string) => socket.send(new TextEncoder().encode(text));
    let ready: () => void;
    const line: Line = {
      opened: new Promise((done) => (ready = done)),
      heard: () => {},
      say: (to) => send(`PUB ${to} ${bytes}\r\n${"x".repeat(bytes)}\r\n`),
    };
    socket.addEventListener("message", ({ data }: MessageEvent<ArrayBuffer>) => {
      const text = new TextDecoder().decode(data);
      if (text.startsWith("INFO")) send(`CONNECT {"verbose":false,"pedantic":false}\r\nSUB ${subject} 1\r\nPING\r\n`);
      else if (text.startsWith("PONG")) ready();
      else if (text.startsWith("MSG")) line.heard();
    });
    return line;
  };
}
