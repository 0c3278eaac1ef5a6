import fc from "fast-check";
import { expect, test } from "vitest";

import { hiddenBy, PARTS } from "./hidden";

test.each([
  ["", [], []],
  ["?hide=", [], []],
  ["?hide=results,library", ["results", "library"], []],
  ["?hide= draw , ,draw", ["draw"], []],
  ["?hide=draw,pad,Draw", ["draw"], ["pad", "Draw"]],
  ["?hide=constructor,length", [], ["constructor", "length"]],
  ["?rounds=3", [], []],
])("%s", (query, parts, unknown) => {
  expect(hiddenBy(query)).toEqual({ parts: new Set(parts), unknown });
});

test("all parts can be left out at once", () => {
  expect(hiddenBy(`?hide=${PARTS.join()}`)).toEqual({ parts: new Set(PARTS), unknown: [] });
});

test("each name in an address is a part, or is told to be none", () => {
  fc.assert(
    fc.property(fc.string(), (names) => {
      const { parts, unknown } = hiddenBy(`?${new URLSearchParams({ hide: names })}`);
      const wanted = names.split(",").map((name) => name.trim());
      expect(new Set([...parts, ...unknown])).toEqual(new Set(wanted.filter((name) => name !== "")));
    }),
  );
});
