// The tables are those of crates/link/src/credential.rs: what a program accepts, a page does too.

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { credentialIn, credentialText, type Credential } from "./credential";

const SEED = "SUAMK2FG4MI6UE3ACF3FK3OIQBCEIEZV7NSWFFEW63UXMRLFM2XLAXK4GY";
const JWT = "eyJ0eXAiOiJKV1QifQ.eyJuYW1lIjoiYWRhIn0.c2ln-bmF0_dXJl";

/** As `nsc` writes it. */
const creds = (jwt: string, seed: string) => `-----BEGIN NATS USER JWT-----
${jwt}
------END NATS USER JWT------

************************* IMPORTANT *************************
NKEY Seed printed below can be used to sign and prove identity.

-----BEGIN USER NKEY SEED-----
${seed}
------END USER NKEY SEED------
`;

describe("what is written is read", () => {
  const visible = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/\p{Cc}|[\uD800-\uDFFF]/u.test(text));
  const seed = fc.stringMatching(/^SU[A-Z2-7]{56}$/);
  const part = fc.stringMatching(/^[\w-]{1,40}$/);
  const jwt = fc.record({ head: part, body: part, sign: part }).map(({ head, body, sign }) => `${head}.${body}.${sign}`);
  const any = fc.oneof(
    fc
      .record({ name: visible.filter((name) => !name.includes(":")), password: visible })
      .map((user): Credential => ({ kind: "user", ...user })),
    visible.map((token): Credential => ({ kind: "token", token })),
    seed.map((seed): Credential => ({ kind: "nkey", seed })),
    fc.record({ jwt, seed }).map((both): Credential => ({ kind: "jwt", ...both })),
  );

  test("on one line, with or without its end", () => {
    fc.assert(
      fc.property(any, fc.constantFrom("", "\n", "\r\n"), (credential, end) => {
        expect(credentialIn(credentialText(credential) + end)).toEqual(credential);
      }),
    );
  });

  test("in a file, as it is and without its line breaks", () => {
    for (const text of [creds(JWT, SEED), creds(JWT, SEED).replaceAll("\n", "\r\n"), creds(JWT, SEED).replaceAll("\n", "")]) {
      expect(credentialIn(text)).toEqual({ kind: "jwt", jwt: JWT, seed: SEED });
    }
  });

  test("a password may be empty, and have colons and strange line breaks", () => {
    expect(credentialIn("user:ada:")).toEqual({ kind: "user", name: "ada", password: "" });
    expect(credentialIn("user:ada:a\u2028b")).toEqual({ kind: "user", name: "ada", password: "a\u2028b" });
    expect(credentialIn("user:ada:a:b")).toEqual({ kind: "user", name: "ada", password: "a:b" });
  });
});

test.each([
  "",
  "ada:secret",
  SEED,
  "user:ada",
  "user::secret",
  "user:ada:se\ncret",
  "user:ada:se\u0007cret",
  "token:",
  "Token:abc",
  `nkey:${SEED.replace("SU", "SA")}`,
  `nkey:${SEED.slice(1)}`,
  `nkey:${SEED}A`,
  `nkey: ${SEED}`,
  `jwt:${JWT}`,
  `jwt:${JWT}.x:${SEED}`,
  `jwt:${JWT}:`,
  creds(JWT, "SUA"),
  creds("ada", SEED),
  creds(JWT, SEED).replaceAll("END", "FIN"),
  `token:${"x".repeat(8187)}`,
])("no credential: %j", (text) => {
  expect(credentialIn(text)).toBeUndefined();
});

test("any text is read or refused, and soon", () => {
  const pieces = fc.constantFrom(
    "user:",
    "token:",
    "nkey:",
    "jwt:",
    "-----BEGIN NATS USER JWT-----",
    "------END NATS USER JWT------",
    JWT,
    SEED,
    "\r\n",
    " ",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string())), (texts) => {
      const credential = credentialIn(texts.join(""));
      if (credential) expect(credentialIn(credentialText(credential))).toEqual(credential);
    }),
  );
  const began = performance.now();
  for (const filling of ["-", " ", "a", "a.", "BEGIN NATS USER JWT", "BEGIN NATS USER JWT- "]) {
    credentialIn(`BEGIN NATS USER JWT-${filling.repeat(Math.floor(8000 / filling.length))}`);
  }
  expect(performance.now() - began).toBeLessThan(1000);
});
