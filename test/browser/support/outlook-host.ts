import type { Page } from "playwright-core";

/** What lies under the pane: a message that is read or written, or nothing. */
export type ItemKind = "read" | "written" | "none";

/** How the mocked Outlook is. */
export interface OutlookOptions {
  readonly platform?: string;
  readonly locale?: string;
  readonly item?: ItemKind;
  /** What the mailbox keeps for the add-in: values as JSON. */
  readonly roaming?: Readonly<Record<string, string>>;
  /** bodyBackgroundColor and bodyForegroundColor, as 0xRRGGBB. */
  readonly theme?: readonly [ground: number, text: number];
}

interface Host {
  readonly hostInfo: string;
  readonly locale: string;
  readonly item: ItemKind;
  readonly roaming: Readonly<Record<string, string>>;
  readonly theme: readonly [number, number] | null;
}

/** What the mocked Outlook has been asked to do, and what it can be made to do. */
export interface MockedOutlook {
  /** Notices on the item: key, then text. */
  readonly notices: Record<string, string>;
  readonly calls: number[];
  /** What the mailbox keeps for the add-in: values as JSON. */
  readonly roaming: Record<string, string>;
  changeTheme(ground: number, text: number): void;
  selectItem(item: ItemKind): void;
  /** Never answers the next call of that number, though it is carried out. */
  swallow(call: number): void;
}

/**
 * Lets a page believe that it is in classic Outlook: `window.external` is what Outlook's webview has there. Office.js itself
 * is the real one and talks to it.
 */
export async function beOutlook(page: Page, options: OutlookOptions = {}): Promise<void> {
  const locale = options.locale ?? "en-US";
  const host: Host = {
    hostInfo: `Outlook|${options.platform ?? "Win32"}|16.02|${locale}|corr|||16`,
    locale,
    item: options.item ?? "read",
    roaming: options.roaming ?? {},
    theme: options.theme ?? null,
  };
  await page.addInitScript(installHost, host);
}

/** Calls into the mocked Outlook of the page. */
export async function withOutlook<A, R>(
  page: Page,
  task: (outlook: MockedOutlook, argument: A) => R,
  argument: A,
): Promise<R> {
  const outlook = await page.evaluateHandle(() => Reflect.get(window, "mockedOutlook") as MockedOutlook);
  return outlook.evaluate(task as never, argument);
}

/** Runs in the page, before its scripts: it can use nothing from outside. */
function installHost({ hostInfo, locale, item: firstItem, roaming: kept, theme: firstTheme }: Host): void {
  /** The numbers by which Office.js calls Outlook's methods and events. */
  const INITIAL_DATA = 1;
  const ADD_NOTICE = 33;
  const GET_NOTICES = 34;
  const REMOVE_NOTICE = 36;
  const THEME_CHANGED = 9;
  const ITEM_CHANGED = 46;
  const ITEM_TYPES = { read: 1, written: 4, none: 6 };

  interface Answer {
    toArray: () => unknown[];
  }
  type Handler = (type: number, event: Answer) => void;
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

  const answer = (value: unknown) => (): unknown => value;
  const context = {
    GetAppType: answer(8),
    GetAppVersionMajor: answer(16),
    GetAppVersionMinor: answer(1),
    GetAppUILocale: answer(locale),
    GetAppDataLocale: answer(1033),
    GetSolutionRef: answer("3e1544d3-9f19-4d0e-92f3-b8f17389e6a4"),
    GetDocUrl: answer(""),
    GetAppCapabilities: answer(0),
    GetActivationMode: answer(0),
    GetControlIntegrationLevel: answer(0),
    GetSolutionToken: answer(""),
    GetCorrelationId: answer("corr"),
    GetInstanceId: answer("1"),
    GetTouchEnabled: answer(false),
    GetCommerceAllowed: answer(false),
    GetSupportedMatrix: answer('{"Mailbox":1.14}'),
    GetHostCustomMessage: answer(""),
    GetHostFullVersion: answer("16.0.18227.20162"),
    GetSettings: answer({
      Read: (keys: string[], values: string[]) => {
        keys.push(...Object.keys(roaming));
        values.push(...Object.values(roaming));
      },
      WriteAsync: (keys: string[], values: string[], done: (code: number) => void) => {
        keys.forEach((key, index) => (roaming[key] = values[index] ?? ""));
        setTimeout(done, 0, 0);
      },
      RefreshAsync: (done: (result: Answer, code: number) => void) => {
        done({ toArray: () => [] }, 0);
      },
    }),
    GetOfficeThemeInfo: themeJson,
  };
  Object.defineProperty(window, "external", {
    value: {
      GetHostInfo: answer(hostInfo),
      GetContext: answer(context),
      GetLoggingAllowed: answer(false),
      Execute: (id: number, parameters: unknown, done: (result: Answer, code: number) => void) => {
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
  const mocked: MockedOutlook = {
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
  Reflect.set(window, "mockedOutlook", mocked);
}
