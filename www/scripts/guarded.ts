// Brokers that ask for a token or a JWT, or forbid what rooms need: their configuration, and what opens them.

import { randomBytes } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nkeys } from "@nats-io/nats-core";

const { createAccount, createOperator, createUser } = nkeys;
type KeyPair = ReturnType<typeof createUser>;

export interface Guard {
  config: string;
  /** A credential that the broker takes. */
  key(): string;
}

export function byToken(): Guard {
  const token = randomBytes(16).toString("hex");
  return { config: written(`authorization { token: "${token}" }`), key: () => `token:${token}` };
}

/** An operator, an account that it signs, and users that the account signs, for a broker that knows the operator alone. */
export function byJwt(): Guard {
  const [operator, account] = [createOperator(), createAccount()];
  const ofOperator = signed(operator, operator, { type: "operator", version: 2 });
  const limits = { conn: -1, subs: -1, data: -1, payload: -1, imports: -1, exports: -1, leaf: -1, wildcards: true };
  const ofAccount = signed(operator, account, { type: "account", version: 2, limits });
  const config = `operator: ${ofOperator}\nresolver: MEMORY\nresolver_preload: { ${account.getPublicKey()}: ${ofAccount} }`;
  const key = () => {
    const user = createUser();
    const jwt = signed(account, user, { type: "user", version: 2, subs: -1, data: -1, payload: -1 });
    return `jwt:${jwt}:${new TextDecoder().decode(user.getSeed())}`;
  };
  return { config: written(config), key };
}

/** The configuration of a broker that lets everybody in, and lets nobody hear of a room. */
export const forbidding = (): string =>
  written('authorization { users: [{ user: all, password: "", permissions: { subscribe: ["elsewhere"] } }] }\nno_auth_user: all');

/** A JWT of NATS: who issues it says what the subject is. */
function signed(issuer: KeyPair, subject: KeyPair, nats: object): string {
  const base64 = (value: object | Uint8Array) =>
    Buffer.from(value instanceof Uint8Array ? value : JSON.stringify(value)).toString("base64url");
  const header = base64({ typ: "JWT", alg: "ed25519-nkey" });
  const iat = Math.floor(Date.now() / 1000);
  const claims = { jti: randomBytes(16).toString("hex"), iat, iss: issuer.getPublicKey(), sub: subject.getPublicKey(), name: "test", nats };
  const text = `${header}.${base64(claims)}`;
  return `${text}.${base64(issuer.sign(new TextEncoder().encode(text)))}`;
}

function written(guard: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "sotto-")), "nats.conf");
  const listener = "host: $RELAY_HOST\nport: $RELAY_PORT\nwebsocket { host: $RELAY_HOST, port: $RELAY_WS_PORT, no_tls: true }\n";
  writeFileSync(file, listener + guard);
  return file;
}
