// Lets a dedicated worker of its own measure something.

export type Ask =
  | { measure: "training"; preset: string; data: string; briefly: boolean }
  | { measure: "secure-sum" | "secure-client"; workers: number; values: number };

export async function ask<Answer>(what: Ask): Promise<Answer> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  try {
    return await new Promise((resolve, reject) => {
      worker.addEventListener("message", (event: MessageEvent<Answer>) => resolve(event.data));
      worker.addEventListener("error", (event) => reject(new Error(event.message)));
      worker.postMessage(what);
    });
  } finally {
    worker.terminate();
  }
}
