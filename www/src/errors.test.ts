import { beforeEach, describe, expect, test, vi } from "vitest";

import { detach, hearUnread, reasonOf } from "./errors";
import { settled } from "./testing/browser";

const error = vi.fn();
beforeEach(() => {
  error.mockReset();
  vi.spyOn(console, "error").mockImplementation(error);
});

test.each([
  [new Error("no memory"), "no memory"],
  [new RangeError(""), ""],
  ["no memory", "no memory"],
  [404, "404"],
  [undefined, "undefined"],
  [null, "null"],
  [{ message: "x" }, "[object Object]"],
])("what %s says", (thrown, reason) => {
  expect(reasonOf(thrown)).toBe(reason);
});

describe("a promise that nobody waits for", () => {
  test("tells the console what was being done, and whoever asked why it failed", async () => {
    const told = vi.fn();
    const failure = new Error("no room");
    detach(Promise.reject(failure), "opening the door", told);
    await settled();
    expect(error).toHaveBeenCalledExactlyOnceWith("opening the door:", failure);
    expect(told).toHaveBeenCalledExactlyOnceWith("no room");
  });

  test("tells the console where nobody else asked", async () => {
    detach(Promise.reject("no room"), "opening the door");
    await settled();
    expect(error).toHaveBeenCalledExactlyOnceWith("opening the door:", "no room");
  });

  test("says nothing when it does what it should", async () => {
    const told = vi.fn();
    detach(Promise.resolve(3), "opening the door", told);
    await settled();
    expect(error).not.toHaveBeenCalled();
    expect(told).not.toHaveBeenCalled();
  });
});

test("a message that cannot be read is told, each time", () => {
  const inbox = new EventTarget();
  const told = vi.fn();
  hearUnread(inbox, "of the page", told);
  inbox.dispatchEvent(new Event("message"));
  expect(told).not.toHaveBeenCalled();
  inbox.dispatchEvent(new Event("messageerror"));
  inbox.dispatchEvent(new Event("messageerror"));
  expect(told.mock.calls).toEqual([["a message of the page could not be read"], ["a message of the page could not be read"]]);
  expect(error).toHaveBeenCalledTimes(2);
});
