/**
 * The part of Office.js that the pane uses. Everything is optional: which of it exists depends on the Outlook, and nothing
 * of it may be missing for the pane to work. Reference: https://learn.microsoft.com/javascript/api/outlook
 */
export interface OfficeApi {
  readonly onReady?: () => Promise<{ readonly host?: unknown; readonly platform?: unknown }>;
  readonly context?: OfficeContext;
}

export interface OfficeContext {
  readonly displayLanguage?: unknown;
  /** Mailbox 1.14 */
  readonly officeTheme?: unknown;
  readonly mailbox?: Mailbox;
  readonly roamingSettings?: RoamingSettings;
}

export interface Mailbox {
  readonly diagnostics?: { readonly hostName?: unknown };
  /** null with a pane that is pinned and no item. */
  readonly item?: unknown;
  readonly addHandlerAsync?: (type: string, handler: (event: unknown) => void, done?: Done) => void;
}

export interface RoamingSettings {
  readonly get?: (name: string) => unknown;
  readonly set?: (name: string, value: unknown) => void;
  readonly saveAsync?: (done: Done) => void;
}

/** Mailbox 1.3 */
export interface NotificationMessages {
  readonly addAsync: (key: string, message: object, done: Done) => void;
  readonly removeAsync: (key: string, done: Done) => void;
  readonly getAllAsync: (done: Done) => void;
}

export interface AsyncResult {
  readonly status?: unknown;
  readonly value?: unknown;
}
export type Done = (result: AsyncResult) => void;

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Office.js as it is now; null before it is loaded. Its members are claims: call them within a try. */
export function officeApi(): OfficeApi | null {
  const office: unknown = Reflect.get(window, "Office");
  return isObject(office) ? office : null;
}
