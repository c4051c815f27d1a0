/** True in a build for production: only then is there a service worker. */
declare const PRODUCTION: boolean;

/** Lets the service worker keep the pane, so that it opens without the bridge. Never throws. */
export async function keepPane(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    if (PRODUCTION) {
      await navigator.serviceWorker.register("service-worker.js");
      return;
    }
    // While the pane is being worked on, a kept one would hide the changes.
    for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister();
  } catch {
    // A webview that forbids it: the pane then needs the bridge to open.
  }
}

/**
 * The bridge was started again, perhaps by a newer version, or is one that this pane does not understand: looks for new files,
 * for the next opening, and restores those that are missing. Never throws.
 */
export async function lookForNewPane(): Promise<void> {
  try {
    const registration = await navigator.serviceWorker.getRegistration();
    registration?.active?.postMessage("restore");
    await registration?.update();
  } catch {
    // The next start of the bridge is the next chance.
  }
}
