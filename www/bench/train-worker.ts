// Measures training and its operations in a dedicated worker, as a worker's tab trains.

import init, { measureTraining } from "../wasm/sotto.js";

self.addEventListener("message", async (event: MessageEvent<{ preset: string; data: string }>) => {
  await init({ module_or_path: new URL("../wasm/sotto_bg.wasm", import.meta.url) });
  const { preset, data } = event.data;
  self.postMessage(await measureTraining(preset, data));
});
