import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { setting } from "../testing/events";
import { changed, spoken } from "./address";

/** What a page that is opened at this address reads. */
const read = (query: string) => Object.fromEntries(new URLSearchParams(query));

describe("an address says what differs from the defaults", () => {
  test.each([
    ["", [], ""],
    ["", [setting("rounds", "10", "10")], ""],
    ["", [setting("rounds", "20", "10")], "?rounds=20"],
    ["?rounds=20", [setting("rounds", "10", "10")], ""],
    ["?rounds=20&room=a", [setting("rounds", "10", "10")], "?room=a"],
    ["?workers=3", [setting("partition", "labels:2", "iid")], "?workers=3&partition=labels:2"],
    ["?rounds=1&rounds=2", [setting("rounds", "3", "10")], "?rounds=3"],
    ["?hide=draw", [setting("note", "a b&c=d", "")], "?hide=draw&note=a+b%26c%3Dd"],
  ])("%s with %j", (query, settings, expected) => {
    expect(spoken(query, settings)).toBe(expected);
  });

  test("whatever settings hold is read again as it was, and parameters of others stay", () => {
    const names = fc.constantFrom("rounds", "seed", "partition", "strategy");
    const settings = fc.array(fc.record({ name: names, value: fc.string(), usual: fc.string() }), { maxLength: 4 });
    const others = fc.dictionary(fc.constantFrom("workers", "hide", "room"), fc.string());
    fc.assert(
      fc.property(settings, others, (given, before) => {
        const unique = [...new Map(given.map((one) => [one.name, one])).values()];
        const query = spoken(
          `?${new URLSearchParams(before)}`,
          unique.map(({ name, value, usual }) => setting(name, value, usual)),
        );
        const told = unique.filter(({ value, usual }) => value !== usual).map(({ name, value }) => [name, value]);
        expect(read(query)).toEqual({ ...before, ...Object.fromEntries(told) });
        expect(
          spoken(
            query,
            unique.map(({ name, value, usual }) => setting(name, value, usual)),
          ),
        ).toBe(query);
      }),
    );
  });
});

test("a change is one parameter, set or put in place of what it was", () => {
  expect(changed("", "model", "linear")).toBe("?model=linear");
  expect(changed("?model=lenet5&seed=3", "model", "linear")).toBe("?model=linear&seed=3");
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ minLength: 1 }), fc.string()),
      fc.string({ minLength: 1 }),
      fc.string(),
      (before, name, value) => {
        expect(read(changed(`?${new URLSearchParams(before)}`, name, value))).toEqual({ ...before, [name]: value });
      },
    ),
  );
});
