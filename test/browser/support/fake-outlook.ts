import type { Page } from "playwright-core";

/** The selected item: a message that is read or written, or none. */
export type ItemKind = "read" | "written" | "none";

/** Options of the fake Outlook. */
export interface FakeOutlookOptions {
  readonly platform?: string;
  readonly locale?: string;
  readonly item?: ItemKind;
  /** Roaming settings of the add-in: values as JSON. */
  readonly roaming?: Readonly<Record<string, string>>;
  /** bodyBackgroundColor and bodyForegroundColor, as 0xRRGGBB. */
  readonly theme?: readonly [ground: number, text: number];
}

interface HostData {
  readonly hostInfo: string;
  readonly locale: string;
  readonly item: ItemKind;
  readonly roaming: Readonly<Record<string, string>>;
  readonly theme: readonly [number, number] | null;
}

/** State of the fake Outlook in the page, and how a test controls it. */
export interface FakeOutlook {
  /** Texts of the notification messages on the item, by key. */
  readonly notices: Record<string, string>;
  readonly calls: number[];
  /** Roaming settings of the add-in: values as JSON. */
  readonly roaming: Record<string, string>;
  changeTheme(ground: number, text: number): void;
  selectItem(item: ItemKind): void;
  /** Performs the next call with that number, but never calls back. */
  swallow(call: number): void;
}

/** Installs a fake classic Outlook as `window.external`, as in Outlook's webview. The real Office.js talks to it. */
export async function installFakeOutlook(page: Page, options: FakeOutlookOptions = {}): Promise<void> {
  const locale = options.locale ?? "en-US";
  const host: HostData = {
    hostInfo: `Outlook|${options.platform ?? "Win32"}|16.02|${locale}|corr|||16`,
    locale,
    item: options.item ?? "read",
    roaming: options.roaming ?? {},
    theme: options.theme ?? null,
  };
  await page.addInitScript(installHost, host);
}

/** Runs `task` with the fake Outlook of the page. */
export async function withOutlook<A, R>(
  page: Page,
  task: (outlook: FakeOutlook, argument: A) => R,
  argument: A,
): Promise<R> {
  const outlook = await page.evaluateHandle(() => Reflect.get(window, "fakeOutlook") as FakeOutlook);
  return outlook.evaluate(task as never, argument);
}

/** Runs in the page, before its scripts, so it cannot use anything from this module. */
function installHost({ hostInfo, locale, item: firstItem, roaming: kept, theme: firstTheme }: HostData): void {
  /** The numbers that Office.js uses for Outlook's methods and events. */
  const INITIAL_DATA = 1;
  const ADD_NOTICE = 33;
  const GET_NOTICES = 34;
  const REMOVE_NOTICE = 36;
  const THEME_CHANGED = 9;
  const ITEM_CHANGED = 46;
  const ITEM_TYPES = { read: 1, written: 4, none: 6 };

  interface Result {
    toArray: () => unknown[];
  }
  type Handler = (type: number, event: Result) => void;
  const handlers = new Map<number, Handler>();
  const notices: Record<string, string> = {};
  const calls: number[] = [];
  const roaming: Record<string, string> = { ...kept };
  let item = firstItem;
  let items = 0;
  let swallowed: number | null = null;
  let theme = firstTheme;

  const initialData = (): object => ({
    itemType: ITEM_TYPES[item],
    permissionLevel: 1,
    hostVersion: "16.0.18227.20162",
    userEmailAddress: "someone@example.com",
    subject: item === "read" ? "Hello" : undefined,
    to: [],
    cc: [],
  });
  const execute = (id: number, parameters: unknown): unknown[] => {
    calls.push(id);
    const [key, , , message] = (Array.isArray(parameters) ? parameters : []) as string[];
    if (id === INITIAL_DATA) return [JSON.stringify(initialData())];
    if (id === GET_NOTICES) return [JSON.stringify({ data: Object.keys(notices).map((one) => ({ key: one })) }), 0];
    if (key === undefined || (id === ADD_NOTICE) === key in notices) return [JSON.stringify({}), 5001];
    if (id === ADD_NOTICE) notices[key] = message ?? "";
    if (id === REMOVE_NOTICE) Reflect.deleteProperty(notices, key);
    return [JSON.stringify({}), 0];
  };
  const themeJson = (): string =>
    theme === null ? "" : JSON.stringify({ bodyBackgroundColor: theme[0], bodyForegroundColor: theme[1] });

  const returns = (value: unknown) => (): unknown => value;
  const context = {
    GetAppType: returns(8),
    GetAppVersionMajor: returns(16),
    GetAppVersionMinor: returns(1),
    GetAppUILocale: returns(locale),
    GetAppDataLocale: returns(1033),
    GetSolutionRef: returns("3e1544d3-9f19-4d0e-92f3-b8f17389e6a4"),
    GetDocUrl: returns(""),
    GetAppCapabilities: returns(0),
    GetActivationMode: returns(0),
    GetControlIntegrationLevel: returns(0),
    GetSolutionToken: returns(""),
    GetCorrelationId: returns("corr"),
    GetInstanceId: returns("1"),
    GetTouchEnabled: returns(false),
    GetCommerceAllowed: returns(false),
    GetSupportedMatrix: returns('{"Mailbox":1.14}'),
    GetHostCustomMessage: returns(""),
    GetHostFullVersion: returns("16.0.18227.20162"),
    GetSettings: returns({
      Read: (keys: string[], values: string[]) => {
        keys.push(...Object.keys(roaming));
        values.push(...Object.values(roaming));
      },
      WriteAsync: (keys: string[], values: string[], done: (code: number) => void) => {
        keys.forEach((key, index) => (roaming[key] = values[index] ?? ""));
        setTimeout(done, 0, 0);
      },
      RefreshAsync: (done: (result: Result, code: number) => void) => {
        done({ toArray: () => [] }, 0);
      },
    }),
    GetOfficeThemeInfo: themeJson,
  };
  Object.defineProperty(window, "external", {
    value: {
      GetHostInfo: returns(hostInfo),
      GetContext: returns(context),
      GetLoggingAllowed: returns(false),
      Execute: (id: number, parameters: unknown, done: (result: Result, code: number) => void) => {
        const result = execute(id, parameters);
        if (id === swallowed) {
          swallowed = null;
          return;
        }
        setTimeout(() => {
          done({ toArray: () => result }, 0);
        }, 0);
      },
      RegisterEvent: (id: number, _target: string, handler: Handler, done: (code: number) => void) => {
        handlers.set(id, handler);
        done(0);
      },
      UnregisterEvent: (id: number, _target: string, done: (code: number) => void) => {
        handlers.delete(id);
        done(0);
      },
    },
  });
  const fake: FakeOutlook = {
    notices,
    calls,
    roaming,
    changeTheme: (ground, text) => {
      theme = [ground, text];
      handlers.get(THEME_CHANGED)?.(THEME_CHANGED, { toArray: () => [themeJson()] });
    },
    swallow: (call) => {
      swallowed = call;
    },
    selectItem: (next) => {
      item = next;
      for (const key of Object.keys(notices)) Reflect.deleteProperty(notices, key);
      handlers.get(ITEM_CHANGED)?.(ITEM_CHANGED, {
        toArray: () => [JSON.stringify(initialData()), String((items += 1))],
      });
    },
  };
  Reflect.set(window, "fakeOutlook", fake);
}
