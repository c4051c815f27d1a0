import { chromium, type Browser } from "playwright-core";
import { findBrowser } from "../../../tools/lib/browser.mjs";

/** Starts Chromium with the home whose certificates it trusts, and with nothing that would go to a network by itself. */
export async function startChromium(home: string): Promise<Browser> {
  return chromium.launch({
    executablePath: findBrowser() ?? chromium.executablePath(),
    env: { ...process.env, HOME: home },
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // The answer of a machine without a network, at once: whatever wants to leave it fails.
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    ],
  });
}
