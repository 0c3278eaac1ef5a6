// Registers the service worker, once the page has all that it needs itself.

/** The page makes its own beginning first. */
const PATIENCE_MS = 2000;

/** Whether the page would open without a network, once that is known. */
export const offline: Promise<boolean> = register();

async function register(): Promise<boolean> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return false;
  if (document.readyState !== "complete") await new Promise((loaded) => addEventListener("load", loaded, { once: true }));
  await new Promise((turn) => setTimeout(turn, PATIENCE_MS));
  try {
    await navigator.serviceWorker.register("./sw.js");
    await navigator.serviceWorker.ready;
    return true;
  } catch {
    // A browser that keeps nothing loads the page anew each time.
    return false;
  }
}
