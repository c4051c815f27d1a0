import { cleanupOutdatedCaches, createHandlerBoundToURL, matchPrecache, precacheAndRoute } from "workbox-precaching";
import { setCatchHandler } from "workbox-routing";

declare global {
  interface Window {
    /** Every file of this version of the pane, with its hash; filled in when it is built. */
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

/** The types of service workers exclude those of pages, which this folder is compiled with. */
interface ExtendableEvent extends Event {
  waitUntil(promise: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  /** Settles when the request has been answered. */
  readonly handled: Promise<unknown>;
}

const files = self.__WB_MANIFEST;

// All files come from one cache, of one version. A new version is fetched beside it and waits until no pane of the old one
// is open; nobody is made to switch while a pane is open, so old and new files never meet in one page.
precacheAndRoute([...files], {
  // Outlook adds parameters to the pane's address.
  ignoreURLParametersMatching: [/./],
  cleanURLs: false,
});
cleanupOutdatedCaches();

// A file that is missing from the cache is fetched with its hash. When the bridge has a newer version by now, its file is better
// than none: a page of that version brings its own script and styles.
setCatchHandler(({ request }) => fetch(request));

let restoring: Promise<void> | null = null;

/** Fetches what is missing from the cache, which disk cleaners empty, if it is still of this version. Never rejects. */
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
      // No bridge, or one of another version, whose own service worker then replaces this one. The next visit tries again.
    }
  }
}

// At each visit, once the page has been answered.
self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") event.waitUntil(event.handled.then(() => restore(event)));
});
// When an open pane has connected to the bridge (register.ts).
self.addEventListener("message", (event) => {
  if (isExtendable(event)) event.waitUntil(restore(event));
});

function isExtendable(event: Event): event is ExtendableEvent {
  return "waitUntil" in event;
}
