// Measures the training of one network in a dedicated worker: `window.measureTraining(preset)`.

export type Timings = Map<string, number>;

declare global {
  interface Window {
    measureTraining: typeof measureTraining;
  }
}
window.measureTraining = measureTraining;

async function measureTraining(preset: string, data: string): Promise<[string, number][]> {
  const worker = new Worker(new URL("./train-worker.ts", import.meta.url), { type: "module" });
  const timings = await new Promise<Timings>((resolve, reject) => {
    worker.addEventListener("message", (event: MessageEvent<Timings>) => resolve(event.data));
    worker.addEventListener("error", (event) => reject(new Error(event.message)));
    worker.postMessage({ preset, data });
  });
  worker.terminate();
  return [...timings];
}
