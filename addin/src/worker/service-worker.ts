import { cleanupOutdatedCaches, precacheAndRoute, type PrecacheEntry } from "workbox-precaching";

declare global {
  interface Window {
    /** Every file of this version of the pane; filled in when it is built. */
    readonly __WB_MANIFEST: PrecacheEntry[];
  }
}

// All files come from one cache, of one version. A new version is fetched beside it and waits until no pane of the old one
// is open; nobody is made to switch while a pane is open, so old and new files never meet in one page.
precacheAndRoute(self.__WB_MANIFEST, {
  // Outlook adds parameters to the pane's address.
  ignoreURLParametersMatching: [/./],
  cleanURLs: false,
});
cleanupOutdatedCaches();
