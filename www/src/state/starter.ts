// The model that came with the page: the build trained it on the digits that the page has.

export interface Starter {
  preset: string;
  /** On the test digits, in percent. */
  accuracy: number;
  /** In hexadecimal, of the weights. */
  hash: string;
  weights: Float32Array;
}

/** Fetches it from the folder of the digits. Rejects when there is none, or it is not what it says. */
export async function fetchStarter(data: string): Promise<Starter> {
  const [about, bytes] = await Promise.all([
    load(`${data}starter.json`).then((response) => response.json() as Promise<unknown>),
    load(`${data}starter.bin`).then((response) => response.arrayBuffer()),
  ]);
  const { preset, accuracy, sha256 } = about as { preset: string; accuracy: number; sha256: string };
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  const hash = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hash !== sha256) throw new Error("the starting model is damaged");
  return { preset, accuracy, hash, weights: new Float32Array(bytes) };
}

async function load(address: string): Promise<Response> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response;
}
