// Credentials: what a broker asks of whoever connects, where it is not open to everybody. The forms are those of
// crates/link/src/credential.rs.

export type Credential =
  | { kind: "user"; name: string; password: string }
  | { kind: "token"; token: string }
  | { kind: "nkey"; seed: string }
  | { kind: "jwt"; jwt: string; seed: string };

const TEXT_MAX = 8192;
const SEED = "SU[A-Z2-7]{56}";
const JWT = "[\\w-]+\\.[\\w-]+\\.[\\w-]+";

/** The form on one line, or what stands in a `.creds` file, with its line breaks or without. */
export function credentialIn(text: string): Credential | undefined {
  if (text.length > TEXT_MAX) return undefined;
  const line = text.replace(/^[\r\n]+|[\r\n]+$/g, "");
  const [, kind = "", rest = ""] = /^(user|token|nkey|jwt):([^\p{Cc}]+)$/u.exec(line) ?? [];
  switch (kind) {
    case "user": {
      const [, name, password] = /^([^:]+):(.*)$/s.exec(rest) ?? [];
      return name !== undefined && password !== undefined ? { kind, name, password } : undefined;
    }
    case "token":
      return { kind, token: rest };
    case "nkey":
      return new RegExp(`^${SEED}$`).test(rest) ? { kind, seed: rest } : undefined;
    case "jwt": {
      const [, jwt, seed] = new RegExp(`^(${JWT}):(${SEED})$`).exec(rest) ?? [];
      return jwt !== undefined && seed !== undefined ? { kind, jwt, seed } : undefined;
    }
    default:
      return inFile(text);
  }
}

function inFile(text: string): Credential | undefined {
  // Neither a JWT nor a seed ends with a hyphen.
  const block = (name: string, form: string) => new RegExp(`BEGIN ${name}-+\\s*(${form}?)\\s*-+END ${name}`).exec(text)?.[1];
  const [jwt, seed] = [block("NATS USER JWT", JWT), block("USER NKEY SEED", SEED)];
  return jwt !== undefined && seed !== undefined ? { kind: "jwt", jwt, seed } : undefined;
}

/** On one line, as a link carries it. */
export function credentialText(credential: Credential): string {
  switch (credential.kind) {
    case "user":
      return `user:${credential.name}:${credential.password}`;
    case "token":
      return `token:${credential.token}`;
    case "nkey":
      return `nkey:${credential.seed}`;
    case "jwt":
      return `jwt:${credential.jwt}:${credential.seed}`;
  }
}
