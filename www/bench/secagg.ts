// Measures secure sums: `window.measureSecureSum(workers, values)` a whole one, all its parties in
// one thread, and `window.measureSecureClient(workers, values)` one worker's part in one.

import { ask } from "./ask";

export interface Costs {
  serverMs: number;
  clientMs: number;
  clientUpBytes: number;
  clientDownBytes: number;
}

declare global {
  interface Window {
    measureSecureSum: typeof measureSecureSum;
    measureSecureClient: typeof measureSecureClient;
  }
}
Object.assign(window, { measureSecureSum, measureSecureClient });

async function measureSecureSum(workers: number, values: number): Promise<Costs> {
  return ask({ measure: "secure-sum", workers, values });
}

async function measureSecureClient(workers: number, values: number): Promise<number> {
  return ask({ measure: "secure-client", workers, values });
}
