import fc from "fast-check";
import { beforeEach, describe, expect, test, vi } from "vitest";

import { openPage, refusingStorage } from "../testing/browser";
import { companyOf, forgetTab, remember, rememberWill, rename, tabName, will } from "./tab";

beforeEach(() => {
  openPage();
});

test("a tab keeps its name until a role gives it another", () => {
  const name = tabName();
  expect(name).toMatch(/^[0-9a-f-]{36}$/);
  expect(tabName()).toBe(name);
  rename("other");
  expect(tabName()).toBe("other");
});

describe("the workers inside of a page", () => {
  test("are remembered, for each room", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), (room, workers, awaited) => {
        remember(room, { workers, awaited });
        expect(companyOf(room)).toEqual({ workers, awaited });
        expect(companyOf(`${room}x`)).toEqual({ workers: 0, awaited: 0 });
        forgetTab();
      }),
    );
  });

  test.each([
    ["", 0, 0],
    ["3", 3, 0],
    ["3/2/1", 3, 2],
    ["x/y", 0, 0],
    ["-1/2", 0, 2],
    ["1.5/2", 0, 2],
    ["Infinity/1e999", 0, 0],
    ["NaN", 0, 0],
    ["1e9/101", 100, 100],
  ])("kept as %j are %d, of whom %d are awaited", (kept, workers, awaited) => {
    sessionStorage.setItem("sotto/company/room", kept);
    expect(companyOf("room")).toEqual({ workers, awaited });
  });
});

describe("what a worker's user decided", () => {
  test.each([
    { paused: false, ignored: [] },
    { paused: true, ignored: [] },
    { paused: false, ignored: ["battery"] },
    { paused: true, ignored: ["battery", "idle"] },
  ])("is remembered: %j", (decided) => {
    rememberWill(decided);
    expect(will()).toEqual(decided);
  });

  test("is nothing at first", () => {
    expect(will()).toEqual({ paused: false, ignored: [] });
  });
});

test("a browser that keeps nothing begins anew each time, and nothing throws", () => {
  vi.stubGlobal("sessionStorage", refusingStorage);
  expect(tabName()).not.toBe(tabName());
  rename("other");
  remember("room", { workers: 3, awaited: 3 });
  rememberWill({ paused: true, ignored: [] });
  forgetTab();
  expect(companyOf("room")).toEqual({ workers: 0, awaited: 0 });
  expect(will()).toEqual({ paused: false, ignored: [] });
});
