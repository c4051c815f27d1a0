import { cleanupOutdatedCaches, createHandlerBoundToURL, matchPrecache, precacheAndRoute } from "workbox-precaching";
import { setCatchHandler } from "workbox-routing";

declare global {
  interface Window {
    /** Every file of this version of the pane, with its hash; added by the build. */
    readonly __WB_MANIFEST: readonly {
      readonly url: string;
      readonly revision: string | null;
      readonly integrity: string;
    }[];
  }
  interface WindowEventMap {
    fetch: FetchEvent;
  }
}

/** TypeScript's types of service workers cannot be combined with those of pages. */
interface ExtendableEvent extends Event {
  waitUntil(promise: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  /** Settles when the response was sent. */
  readonly handled: Promise<unknown>;
}

const files = self.__WB_MANIFEST;

// All files come from the cache of one version. A new version is downloaded separately and activated when no pane of the old
// one is open, so a page never mixes files of two versions.
precacheAndRoute([...files], {
  // Outlook adds parameters to the pane's address.
  ignoreURLParametersMatching: [/./],
  cleanURLs: false,
});
cleanupOutdatedCaches();

// A file that is missing from the cache is requested from the bridge. A file of a newer version is acceptable then, because
// the page contains its own script and styles.
setCatchHandler(({ request }) => fetch(request));

let restoring: Promise<void> | null = null;

/** Downloads files that are missing from the cache (disk cleaners delete them), if they still match. Never rejects. */
function restore(event: ExtendableEvent): Promise<void> {
  restoring ??= restoreMissing(event).finally(() => {
    restoring = null;
  });
  return restoring;
}

async function restoreMissing(event: ExtendableEvent): Promise<void> {
  for (const { url, integrity } of files) {
    try {
      if ((await matchPrecache(url)) !== undefined) continue;
      const request = new Request(url);
      await createHandlerBoundToURL(url)({ event, request, url: new URL(request.url), params: { integrity } });
    } catch {
      // There is no bridge, or it has another version, whose service worker replaces this one. The next opening retries.
    }
  }
}

// At each opening, after the page was sent.
self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") event.waitUntil(event.handled.then(() => restore(event)));
});
// When an open pane has connected to the bridge (service-worker-registration.ts).
self.addEventListener("message", (event) => {
  if (isExtendable(event)) event.waitUntil(restore(event));
});

function isExtendable(event: Event): event is ExtendableEvent {
  return "waitUntil" in event;
}
