// A dedicated worker that measures one thing, as the roles of a tab compute.

import init, { measureSecureClient, measureSecureSum, measureTraining } from "../wasm/sotto.js";
import type { Ask } from "./ask";

function measure(ask: Ask): unknown {
  switch (ask.measure) {
    case "training":
      return measureTraining(ask.preset, ask.data, ask.briefly);
    case "secure-sum":
      return measureSecureSum(ask.workers, ask.values);
    case "secure-client":
      return measureSecureClient(ask.workers, ask.values);
  }
}

// oxlint-disable-next-line typescript/no-misused-promises -- what it throws is answered in it
self.addEventListener("message", async (event: MessageEvent<Ask>) => {
  try {
    await init({ module_or_path: new URL("../wasm/sotto_bg.wasm", import.meta.url) });
    self.postMessage(await measure(event.data));
  } catch (error) {
    // Otherwise the page would not hear of it.
    self.reportError(error);
  }
});
