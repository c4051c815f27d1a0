/** Whether this is a production build; only that has a service worker. */
declare const PRODUCTION: boolean;

/** Registers the service worker, which caches the pane so that it opens without the bridge. Never rejects. */
export async function registerServiceWorker(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    if (PRODUCTION) {
      await navigator.serviceWorker.register("service-worker.js");
      return;
    }
    // During development a cached pane would hide changes.
    for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister();
  } catch {
    // The webview forbids it: the pane then needs the bridge to open.
  }
}

/**
 * Checks for a new version of the pane, which the next opening uses, and restores missing files of the cache. Called when the
 * bridge was restarted, possibly in a new version, or uses another protocol version. Never rejects.
 */
export async function checkForUpdate(): Promise<void> {
  try {
    const registration = await navigator.serviceWorker.getRegistration();
    registration?.active?.postMessage("restore");
    await registration?.update();
  } catch {
    // It is checked again when the bridge is started the next time.
  }
}
