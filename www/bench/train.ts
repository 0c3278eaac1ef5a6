// Measures the training of one network: `window.measureTraining(preset, …)`.

import { ask } from "./ask";

declare global {
  interface Window {
    measureTraining: typeof measureTraining;
  }
}
window.measureTraining = measureTraining;

async function measureTraining(preset: string, data: string, briefly: boolean): Promise<[string, number][]> {
  return [...(await ask<Map<string, number>>({ measure: "training", preset, data, briefly }))];
}
