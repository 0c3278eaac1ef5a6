import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  bytes,
  capital,
  count,
  date,
  decimal,
  fixed,
  inWords,
  list,
  millis,
  percent,
  plural,
  seconds,
  sentence,
  workerName,
} from "./grammar";

describe("whole numbers", () => {
  test.each([
    [0, "0"],
    [7, "7"],
    [999, "999"],
    [1000, "1,000"],
    [60000, "60,000"],
    [1234567, "1,234,567"],
    [-999, "-999"],
    [-1000, "-1,000"],
    [-123456, "-123,456"],
    [2 ** 53 - 1, "9,007,199,254,740,991"],
  ])("%d", (n, said) => {
    expect(count(n)).toBe(said);
  });

  test("are grouped as the language's own format groups them", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (n) => {
        expect(count(n)).toBe(n.toLocaleString("en"));
      }),
    );
  });
});

describe("bytes", () => {
  test.each([
    [0, "0 B"],
    [1, "1 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [1234, "1.2 kB"],
    [9949, "9.9 kB"],
    [9950, "10 kB"],
    [10_000, "10 kB"],
    [123_456, "123 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [1e6, "1.0 MB"],
    [9_950_000, "10 MB"],
    [123_456_789, "123 MB"],
    [999_500_000, "1.00 GB"],
    [1e9, "1.00 GB"],
    [12_345_678_901, "12.35 GB"],
    [1e12, "1000.00 GB"],
  ])("%d: %s", (n, said) => {
    expect(bytes(n)).toBe(said);
  });

  test("are said by a number below 1000, near to what they are, and more are never said to be fewer", () => {
    const UNITS = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };
    const value = (said: string) => {
      const [number, unit] = said.split(" ") as [string, keyof typeof UNITS];
      return Number(number) * UNITS[unit];
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_000_000_000 }), fc.nat(1_000_000), (n, more) => {
        expect(Number.parseFloat(bytes(n))).toBeLessThan(1000);
        expect(Math.abs(value(bytes(n)) - n)).toBeLessThanOrEqual(0.05 * n + 0.001);
        expect(value(bytes(n + more))).toBeGreaterThanOrEqual(value(bytes(n)));
      }),
      { numRuns: 500 },
    );
  });
});

test("shares, times and other numbers", () => {
  expect(percent(97.456)).toBe("97.46");
  expect(percent(100)).toBe("100.00");
  expect(fixed(0.5, 3)).toBe("0.500");
  expect(millis(3.123)).toBe("3.1 ms");
  expect(millis(0)).toBe("0.0 ms");
  expect(seconds(1234)).toBe("1.2 s");
  expect(seconds(59_990)).toBe("60.0 s");
  expect(decimal(0.1 + 0.2)).toBe("0.3");
  expect(decimal(1234.5)).toBe("1,234.5");
  expect(decimal(-3)).toBe("-3");
  expect(date(Date.UTC(2026, 0, 15, 12))).toMatch(/^Jan 1[456], 2026/);
});

describe("things that are counted", () => {
  test.each([
    [0, "0 rounds", "no rounds"],
    [1, "1 round", "one round"],
    [2, "2 rounds", "two rounds"],
    [12, "12 rounds", "twelve rounds"],
    [13, "13 rounds", "13 rounds"],
    [1000, "1,000 rounds", "1,000 rounds"],
  ])("%d", (n, said, words) => {
    expect(plural(n, "round")).toBe(said);
    expect(inWords(n, "round")).toBe(words);
  });

  test.each([
    [[], ""],
    [[3], "3"],
    [[3, 7], "3 and 7"],
    [["a", "b", "c"], "a, b and c"],
  ])("%j as a list", (items, said) => {
    expect(list(items)).toBe(said);
  });
});

test.each([
  ["no route", "No route", "No route."],
  ["Stop!", "Stop!", "Stop!"],
  ["why?", "Why?", "Why?"],
  ["élan.", "Élan.", "Élan."],
  ["", "", ""],
])("%j at the start of a sentence, and as one", (text, begun, whole) => {
  expect(capital(text)).toBe(begun);
  expect(sentence(text)).toBe(whole);
});

test("workers are counted from one", () => {
  expect(workerName(0)).toBe("Worker 1");
});
