// How the broker's client shows credentials, and what it makes of a refusal.

import type { Authenticator } from "@nats-io/nats-core";

import { credentialIn } from "../state/credential";

type Nats = typeof import("@nats-io/nats-core");

/** Throws where a seed is mistyped, which the client would not tell of. */
export function authenticator(nats: Nats, text: string): Authenticator {
  const credential = credentialIn(text);
  switch (credential?.kind) {
    case "user":
      return nats.usernamePasswordAuthenticator(credential.name, credential.password);
    case "token":
      return nats.tokenAuthenticator(credential.token);
    case "nkey":
      return nats.nkeyAuthenticator(seedOf(nats, credential.seed));
    case "jwt":
      return nats.jwtAuthenticator(credential.jwt, seedOf(nats, credential.seed));
    default:
      throw new Error("the credentials cannot be read");
  }
}

function seedOf(nats: Nats, text: string): Uint8Array {
  const seed = new TextEncoder().encode(text);
  try {
    nats.nkeys.fromSeed(seed);
  } catch {
    // What the client says of it is a code, and nothing may be said of the seed itself.
    throw new nats.AuthorizationError("the credentials' seed is mistyped");
  }
  return seed;
}

/** Whether the broker wants other credentials, or some. */
export const isRefusal = (nats: Nats, error: unknown): boolean =>
  error instanceof nats.AuthorizationError || error instanceof nats.UserAuthenticationExpiredError;
