// Registers the service worker, once the page has all that it needs itself.

/** Whether the page would open without a network, once that is known. */
export const offline: Promise<boolean> = register();

async function register(): Promise<boolean> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return false;
  if (document.readyState !== "complete") await new Promise((loaded) => addEventListener("load", loaded, { once: true }));
  try {
    await navigator.serviceWorker.register("./sw.js");
    await navigator.serviceWorker.ready;
    return true;
  } catch {
    // A browser that keeps nothing loads the page anew each time.
    return false;
  }
}
