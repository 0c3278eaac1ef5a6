import * as nats from "@nats-io/nats-core";
import { describe, expect, test } from "vitest";

import { authenticator, isRefusal } from "./credentials";

/** A seed that is whole, and its user's public key, drawn for these tests. */
const pair = nats.nkeys.createUser();
const SEED = new TextDecoder().decode(pair.getSeed());
const JWT = "eyJ0eXAiOiJKV1QifQ.eyJuYW1lIjoiYWRhIn0.c2ln";

describe("a broker is shown", () => {
  test.each([
    ["user:ada:secret", { user: "ada", pass: "secret" }],
    ["user:ada:", { user: "ada", pass: "" }],
    ["token:abc", { auth_token: "abc" }],
    [`nkey:${SEED}`, { nkey: pair.getPublicKey(), sig: expect.any(String) }],
    [`jwt:${JWT}:${SEED}`, { jwt: JWT, nkey: pair.getPublicKey(), sig: expect.any(String) }],
  ])("what %s says", (text, shown) => {
    expect(authenticator(nats, text)("nonce")).toMatchObject(shown);
  });

  test("a signature of what it asked to be signed", () => {
    const signed = authenticator(nats, `nkey:${SEED}`)("nonce") as { sig: string };
    const signature = Uint8Array.from(Buffer.from(signed.sig, "base64url"));
    expect(pair.verify(new TextEncoder().encode("nonce"), signature)).toBe(true);
    expect(pair.verify(new TextEncoder().encode("another"), signature)).toBe(false);
  });
});

describe("what cannot be shown", () => {
  test.each(["", "secret", "user:ada", "nkey:SU"])("%j is no credential", (text) => {
    expect(() => authenticator(nats, text)).toThrow("the credentials cannot be read");
  });

  test("is a seed with a mistake, of which nothing is said", () => {
    const other = SEED[20] === "A" ? "B" : "A";
    const mistyped = SEED.slice(0, 20) + other + SEED.slice(21);
    for (const text of [`nkey:${mistyped}`, `jwt:${JWT}:${mistyped}`]) {
      const show = () => authenticator(nats, text);
      expect(show).toThrow(nats.AuthorizationError);
      expect(show).toThrow("the credentials' seed is mistyped");
    }
  });
});

test.each([
  [new nats.AuthorizationError("no"), true],
  [new nats.UserAuthenticationExpiredError("late"), true],
  [new Error("no route"), false],
  ["no", false],
  [undefined, false],
])("%s: that the broker wants other credentials is %s", (error, refusal) => {
  expect(isRefusal(nats, error)).toBe(refusal);
});
