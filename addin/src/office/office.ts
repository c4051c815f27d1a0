import { isObject, officeApi, type OfficeContext } from "./api.js";
import type { Host } from "./host.js";
import { installMicrosoftAjaxShim } from "./shim.js";

/** Path of Office.js on the bridge's origin; it finds its other files beside itself. */
export const OFFICE_JS = "office/office.js";
/** An Office.js that is not ready after this time is done without. */
const READY_WITHIN_MS = 15_000;

/** What a ready Office.js adds. */
export interface Office {
  readonly host: Host;
  readonly locale: string | null;
  readonly context: OfficeContext;
}

/**
 * Loads Office.js and waits until it is ready; null when there is no Outlook around the page, or when it is not ready in
 * time. Never throws. Nothing in the pane waits for it.
 */
export async function loadOffice(): Promise<Office | null> {
  try {
    installMicrosoftAjaxShim();
    await loadScript(OFFICE_JS);
    const api = officeApi();
    if (api?.onReady === undefined) return null;
    const info = await inTime(api.onReady());
    if (info?.host !== "Outlook" || api.context === undefined) return null;
    const { displayLanguage } = api.context;
    return {
      host: hostOf(info.platform, api.context),
      locale: typeof displayLanguage === "string" ? displayLanguage : null,
      context: api.context,
    };
  } catch {
    return null;
  }
}

/** Calls `handler` at each event of that type. Quietly does nothing where Outlook does not have the event. */
export function onMailboxEvent(context: OfficeContext, type: string, handler: (event: unknown) => void): void {
  try {
    context.mailbox?.addHandlerAsync?.(type, handler);
  } catch {
    // An Outlook without this event: the pane then lives without it.
  }
}

function hostOf(platform: unknown, { mailbox }: OfficeContext): Host {
  const name = mailbox?.diagnostics?.hostName;
  // The new Outlook for Windows may call its platform PC; only its name tells.
  return platform === "PC" && (name === undefined || name === "Outlook") ? "classic" : "other";
}

function loadScript(src: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = src;
    script.onload = () => {
      resolve();
    };
    script.onerror = () => {
      reject(new Error(`${src} cannot be loaded`));
    };
    document.head.append(script);
  });
}

function inTime<T>(promise: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      resolve(null);
    }, READY_WITHIN_MS);
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}

/** Outlook's theme; undefined where it has none to tell, which its getter may say by throwing. */
export function themeOf(context: OfficeContext): unknown {
  try {
    return context.officeTheme;
  } catch {
    return undefined;
  }
}

/** The theme in an OfficeThemeChanged event. */
export function themeOfEvent(event: unknown): unknown {
  return isObject(event) ? event["officeTheme"] : undefined;
}
