import { chromium, type Browser } from "playwright-core";
import { findBrowser } from "../../../tools/lib/browser.mjs";

/** Starts Chromium with `home` as HOME, whose NSS database it reads, and without background requests. */
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
      // As on a machine without a network: every request to another host fails at once.
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    ],
  });
}
