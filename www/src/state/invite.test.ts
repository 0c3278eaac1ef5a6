import fc from "fast-check";
import { beforeEach, describe, expect, test, vi } from "vitest";

import { openPage, refusingStorage, type Browser } from "../testing/browser";
import { TAB_ROLES } from "./control";
import { accessIn, forgetHosted, hostedBefore, inviteFor, inviteIn, isBroker, linkOf, rememberHosted, type Invite } from "./invite";

const SECRET = "0123456789abcdef".repeat(2);
const HOST = "ab".repeat(16);
const IDENTITY = "cd".repeat(32);
const CLAIMS = ["worker", ...TAB_ROLES] as const;
const WHOLE: Invite = { secret: SECRET, host: HOST, broker: "wss://broker.example", claim: "worker" };

/** The parts of a link behind the #, some of them otherwise. */
const link = (other: Record<string, string | undefined> = {}) => {
  const parts = { join: SECRET, v: "2", host: HOST, broker: "wss://broker.example", claim: "worker", ...other };
  return `#${new URLSearchParams(Object.entries(parts).filter((part): part is [string, string] => part[1] !== undefined))}`;
};

let browser: Browser;
beforeEach(() => {
  browser = openPage("https://sotto.example/demo/?room=a");
});

describe("a link", () => {
  test("that this page writes is read as it was, by the page for its role", () => {
    const hex = fc.stringMatching(/^[0-9a-f]{32}$/);
    const broker = fc.constantFrom("ws://localhost:9222", "wss://broker.example/a?b=c#d", "wss://é.example");
    const auth = fc.constantFrom(undefined, "token:a b&c=d#e+f%20", "user:ada:pass:word");
    fc.assert(
      fc.property(hex, hex, broker, fc.constantFrom(...CLAIMS), auth, (secret, host, broker, claim, auth) => {
        const invite = { secret, host, broker, claim, ...(auth !== undefined && { auth }) };
        const url = new URL(linkOf(invite));
        expect(inviteIn(url.hash)).toEqual(invite);
        expect(`${url.origin}${url.pathname}`).toBe(`https://sotto.example/demo/${claim === "worker" ? "worker" : "party"}.html`);
        expect(url.searchParams.get("role")).toBe(claim === "worker" ? null : claim);
        // What is secret stands behind the # alone.
        expect(url.search).not.toContain(secret);
      }),
    );
  });

  test.each([
    ["nothing", ""],
    ["an anchor", "#share"],
    ["other parameters", "#v=2&host=12"],
  ])("%s is none", (_, hash) => {
    expect(inviteIn(hash)).toBeUndefined();
  });

  test.each([
    ["cut in the secret", `#join=${SECRET.slice(1)}`],
    ["an empty secret", "#join="],
    ["a secret in capitals", link({ join: SECRET.toUpperCase() })],
    ["no host", link({ host: undefined })],
    ["cut in the host", link({ host: HOST.slice(2) })],
    ["a host that is no number", link({ host: "xy".repeat(16) })],
    ["no broker", link({ broker: undefined })],
    ["a broker of another kind", link({ broker: "https://broker.example" })],
    ["a broker without a host", link({ broker: "ws://" })],
    ["a broker with a gap", link({ broker: "ws://he re" })],
    ["a role that cannot be taken", link({ claim: "host" })],
    ["a role of any object", link({ claim: "constructor" })],
    ["an empty role", link({ claim: "" })],
    ["credentials that cannot be read", link({ auth: "user:secret" })],
    ["empty credentials", link({ auth: "" })],
    ["a version that is no number", link({ v: "two" })],
    ["a version below zero", link({ v: "-2" })],
    ["an endless version", link({ v: "2".repeat(10) })],
    ["an empty version", link({ v: "" })],
  ])("%s is not whole", (_, hash) => {
    expect(inviteIn(hash)).toBe("broken");
  });

  test.each([
    [undefined, "old"],
    ["0", "old"],
    ["1", "old"],
    ["3", "new"],
    ["999999999", "new"],
  ])("of version %s is %s, whatever else it says", (v, expected) => {
    expect(inviteIn(link({ v }))).toBe(expected);
    expect(inviteIn(link({ v, host: undefined, broker: "?", claim: "?" }))).toBe(expected);
  });

  test("without a role is for a worker", () => {
    expect(inviteIn(link({ claim: undefined }))).toEqual(WHOLE);
    expect(inviteIn(link().slice(1))).toEqual(WHOLE);
  });

  test("any text behind the # is read, refused or none", () => {
    const piece = fc.oneof(fc.constantFrom(...link().slice(1).split("&"), "v=1", "%", "#", "&"), fc.string());
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const invite = inviteIn(`#${pieces.join("&")}`);
        if (typeof invite === "object") expect(inviteIn(new URL(linkOf(invite)).hash)).toEqual(invite);
        else expect(["broken", "old", "new", undefined]).toContain(invite);
      }),
    );
  });

  test("is for one role: a page of another takes it for broken", () => {
    browser.location.hash = link({ claim: "alice" });
    expect(inviteFor("alice")).toEqual({ ...WHOLE, claim: "alice" });
    expect(inviteFor("worker")).toBe("broken");
    browser.location.hash = "";
    expect(inviteFor("worker")).toBeUndefined();
    browser.location.hash = link({ v: "1" });
    expect(inviteFor("worker")).toBe("old");
  });
});

describe("a broker as somebody typed it", () => {
  test.each(["ws://localhost:9222", "wss://broker.example", "WSS://broker.example/path"])("%s can be one", (address) => {
    expect(isBroker(address)).toBe(true);
  });
  test.each(["", "broker", "localhost:9222", "nats://here:4222", "http://here", "ws:", "javascript:alert(1)"])("%j is none", (address) => {
    expect(isBroker(address)).toBe(false);
  });

  const broker = "ws://here";
  test.each([
    ["http://here", "", "", "broker"],
    ["http://here", "?", "?", "broker"],
    [broker, "", "", { broker }],
    [broker, "token:a", "", { broker, own: "token:a" }],
    [broker, "", "token:b\n", { broker, guests: "token:b" }],
    [broker, "token:a", "user:ada:b", { broker, own: "token:a", guests: "user:ada:b" }],
    [broker, "secret", "", "credentials"],
    [broker, "token:a", "secret", "credentials"],
    [broker, " ", "", "credentials"],
  ])("%s with %j and %j", (address, own, guests, expected) => {
    expect(accessIn(address, own, guests)).toEqual(expected);
  });
});

describe("a room that was open", () => {
  const hosted = { broker: "wss://broker.example", own: "token:a", guests: "token:b", keys: { secret: SECRET, identity: IDENTITY } };

  test("is remembered over a reload, each by its name", () => {
    rememberHosted("a", hosted);
    rememberHosted("b", { broker: "ws://there" });
    expect(hostedBefore("a")).toEqual(hosted);
    expect(hostedBefore("b")).toEqual({ broker: "ws://there" });
    expect(hostedBefore("c")).toBeUndefined();
    rememberHosted("a", undefined);
    expect(hostedBefore("a")).toBeUndefined();
    expect(hostedBefore("b")).toEqual({ broker: "ws://there" });
  });

  test("is forgotten with all others, and nothing else is", () => {
    rememberHosted("a", hosted);
    rememberHosted("", hosted);
    localStorage.setItem("other", "1");
    forgetHosted();
    expect(Object.keys(localStorage)).toEqual(["other"]);
  });

  test("without keys that are whole gets new ones", () => {
    for (const keys of [{ secret: SECRET }, { secret: SECRET, identity: HOST }, { secret: 1, identity: IDENTITY }, "keys", null]) {
      localStorage.setItem("sotto/invite/a", JSON.stringify({ broker: "ws://here", keys }));
      expect(hostedBefore("a")).toEqual({ broker: "ws://here" });
    }
  });

  test.each([
    "",
    "{",
    "null",
    "3",
    "[]",
    '"ws://here"',
    "{}",
    '{"broker":"http://here"}',
    '{"broker":3}',
    '{"broker":"ws://here","own":5}',
  ])("kept as %s is not opened, and the page goes on", (kept) => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    localStorage.setItem("sotto/invite/a", kept);
    expect(hostedBefore("a")).toBeUndefined();
  });

  test("in a browser that keeps nothing is lost, and the console says so", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    vi.stubGlobal("localStorage", refusingStorage);
    rememberHosted("a", hosted);
    rememberHosted("a", undefined);
    forgetHosted();
    expect(hostedBefore("a")).toBeUndefined();
    expect(warn).toHaveBeenCalledOnce();
  });
});
