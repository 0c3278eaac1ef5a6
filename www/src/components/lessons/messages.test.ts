import { describe, expect, test } from "vitest";

import type { CalculationView, PairView } from "../../../wasm/sotto.js";
import { type Message, steps } from "./messages";

/** A number whose shares are named after it. */
const pair = (name: string): PairView => {
  const place = (text: string) => ({ text, turn: 0 });
  return { alice: place(`${name} of alice`), bob: place(`${name} of bob`), opened: place(name) };
};
const view = (operation: CalculationView["operation"]): CalculationView => ({
  operation,
  modulus: "word",
  x: pair("x"),
  y: pair("y"),
  z: pair("z"),
  result: "z",
  ...(operation === "multiply" && { triple: { a: pair("a"), b: pair("b"), c: pair("c"), d: pair("d"), e: pair("e") } }),
});

test.each([
  ["add", ["shared", "sum", "answered"]],
  ["subtract", ["shared", "difference", "answered"]],
  ["multiply", ["dealt", "shared", "opened", "product", "answered"]],
] as const)("to %s on shares takes these steps", (operation, expected) => {
  expect(steps(view(operation)).map(({ what }) => what)).toEqual(expected);
});

describe("messages of a product", () => {
  const all = steps(view("multiply"));
  const of = (what: string): string[] =>
    (all.find((step) => step.what === what)?.messages ?? []).map(
      ({ from, to, numbers }) => `${from} to ${to}: ${numbers.map(({ name }) => name).join()}`,
    );

  test.each([
    ["dealt", ["dealer to alice: a,b,c", "dealer to bob: a,b,c"]],
    ["shared", ["client to alice: x,y", "client to bob: x,y"]],
    ["opened", ["alice to bob: d,e", "bob to alice: d,e"]],
    ["product", ["alice to alice: z", "bob to bob: z"]],
    ["answered", ["alice to client: z", "bob to client: z"]],
  ])("%s", (what, expected) => {
    expect(of(what)).toEqual(expected);
  });

  test("carry to and from a party its own shares, and never the other's", () => {
    const whose = ({ from, to }: Message) => (from === "alice" || from === "bob" ? from : to);
    for (const message of all.flatMap((step) => step.messages)) {
      for (const { name, text } of message.numbers) expect(text).toBe(`${name} of ${whose(message)}`);
    }
  });
});
