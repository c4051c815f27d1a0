import type { Host } from "./host.js";

/**
 * The part of Office.js that the pane uses. Everything is optional, because it depends on the Outlook version; the pane must
 * work without any of it. Reference: https://learn.microsoft.com/javascript/api/outlook
 */
export interface OfficeContext {
  readonly displayLanguage?: unknown;
  /** Mailbox 1.14. Its getter may throw. */
  readonly officeTheme?: unknown;
  readonly mailbox?: Mailbox;
  readonly roamingSettings?: RoamingSettings;
}

interface OfficeApi {
  readonly onReady?: () => Promise<{ readonly host?: unknown; readonly platform?: unknown }>;
  readonly context?: OfficeContext;
}

interface Mailbox {
  readonly diagnostics?: { readonly hostName?: unknown };
  /** Null in a pinned pane without a selected item. */
  readonly item?: unknown;
  readonly addHandlerAsync?: (type: string, handler: (event: unknown) => void, callback?: Callback) => void;
}

export interface RoamingSettings {
  readonly get?: (name: string) => unknown;
  readonly set?: (name: string, value: unknown) => void;
  readonly saveAsync?: (callback: Callback) => void;
}

/** Mailbox 1.3 */
export interface NotificationMessages {
  readonly addAsync: (key: string, message: object, callback: Callback) => void;
  readonly removeAsync: (key: string, callback: Callback) => void;
  readonly getAllAsync: (callback: Callback) => void;
}

export interface AsyncResult {
  readonly status?: unknown;
  readonly value?: unknown;
}
export type Callback = (result: AsyncResult) => void;

/** A ready Office.js. */
export interface Office {
  readonly host: Host;
  /** Display language as a BCP 47 tag; null if it is not available. */
  readonly locale: string | null;
  readonly context: OfficeContext;
}

/** Path of Office.js on the bridge's origin; it loads its other files from the same folder. */
const OFFICE_JS = "office/office.js";
const READY_TIMEOUT_MS = 15_000;

/** Loads Office.js and waits until it is ready. Resolves with null outside of Outlook and after a timeout. Never rejects. */
export async function loadOffice(): Promise<Office | null> {
  try {
    installMicrosoftAjaxShim();
    await loadScript(OFFICE_JS);
    const office: unknown = Reflect.get(window, "Office");
    if (!isOfficeApi(office) || office.onReady === undefined) return null;
    const info = await withTimeout(office.onReady(), READY_TIMEOUT_MS);
    if (info?.host !== "Outlook" || office.context === undefined) return null;
    const { displayLanguage } = office.context;
    return {
      host: hostOf(info.platform, office.context),
      locale: typeof displayLanguage === "string" ? displayLanguage : null,
      context: office.context,
    };
  } catch {
    return null;
  }
}

/** Registers a handler for a mailbox event. Does nothing if this Outlook does not have the event. */
export function onMailboxEvent(context: OfficeContext, type: string, handler: (event: unknown) => void): void {
  try {
    context.mailbox?.addHandlerAsync?.(type, handler);
  } catch {
    // The event is optional.
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Members are checked when they are used: all of them are optional, and calls are inside a try block. */
function isOfficeApi(value: unknown): value is OfficeApi {
  return isObject(value);
}

function hostOf(platform: unknown, { mailbox }: OfficeContext): Host {
  const name = mailbox?.diagnostics?.hostName;
  // New Outlook for Windows may report the platform "PC" too; its host name differs.
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
      reject(new Error(`cannot load ${src}`));
    };
    document.head.append(script);
  });
}

function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      resolve(null);
    }, ms);
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}

/**
 * Defines what Office.js uses of MicrosoftAjax.js. Office.js would load that file from Microsoft's CDN, and without it never
 * becomes ready offline. Must be called before Office.js is loaded.
 */
function installMicrosoftAjaxShim(): void {
  const nothing = (): void => undefined;
  const isValid = (): null => null;
  const type: object = Function;
  Object.assign(type, {
    registerNamespace: (name: string) => {
      if (!(name in window)) Reflect.set(window, name, {});
    },
    registerClass: nothing,
    _validateParams: isValid,
    _validateParameter: isValid,
  });
  Object.defineProperty(Function.prototype, "registerClass", { value: nothing, configurable: true });
  Reflect.set(window, "Type", type);
  Reflect.set(window, "Sys", {
    Debug: { trace: nothing },
    StringBuilder: class {
      readonly #parts: string[] = [];
      append(part: unknown): void {
        this.#parts.push(String(part));
      }
      toString(): string {
        return this.#parts.join("");
      }
    },
    Serialization: {
      JavaScriptSerializer: {
        serialize: (value: unknown) => JSON.stringify(value),
        deserialize: (text: string): unknown => JSON.parse(text),
      },
    },
  });
}
