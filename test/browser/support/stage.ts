import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { makeTrust, type Trust } from "./certificates.js";
import { startChromium } from "./chromium.js";
import { FakeBridge } from "./fake-bridge.js";
import { beOutlook, type OutlookOptions } from "./outlook-host.js";

/** How a pane is opened. */
export interface Opening extends BrowserContextOptions {
  readonly width?: number;
  readonly height?: number;
  /** Whether the browser has the machine's time zone, for a test to change. */
  readonly machineTimeZone?: boolean;
  /** Around the pane is an Outlook; absent: a plain browser. */
  readonly outlook?: OutlookOptions;
  /** Called before the pane is loaded. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

export interface StageOptions {
  /** Called with the browser's HOME before the browser is started. */
  readonly prepareHome?: (home: string) => void;
}

/** A bridge and a browser for the tests of one file, and a fresh bridge for each of them. */
export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), "offline-state-browser-"));
  /** Addresses outside this machine that any pane has asked for, and errors that any has thrown. */
  readonly foreign: string[] = [];
  readonly errors: string[] = [];
  #trust: Trust | null = null;
  #browser: Browser | null = null;
  #contexts: BrowserContext[] = [];
  readonly #prepareHome: (home: string) => void;
  bridge: FakeBridge = new FakeBridge({ key: Buffer.alloc(0), cert: Buffer.alloc(0), home: "" });

  constructor({ prepareHome = () => undefined }: StageOptions = {}) {
    this.#prepareHome = prepareHome;
  }

  async begin(): Promise<void> {
    this.#trust = await makeTrust(this.folder);
    this.#prepareHome(this.#trust.home);
    this.#browser = await startChromium(this.#trust.home);
  }

  get trust(): Trust {
    if (this.#trust === null) throw new Error("the stage has not begun");
    return this.#trust;
  }

  async freshBridge(): Promise<void> {
    this.bridge = new FakeBridge(this.trust);
    await this.bridge.start();
  }

  /** A browser window of its own, with nothing kept from others; the pane is not opened in it. */
  async context({ width = 320, height = 760, machineTimeZone, ...options }: Opening = {}): Promise<BrowserContext> {
    if (this.#browser === null) throw new Error("the stage has not begun");
    const context = await this.#browser.newContext({
      locale: "en-US",
      ...(machineTimeZone === true ? {} : { timezoneId: "Europe/Paris" }),
      viewport: { width, height },
      ...options,
    });
    this.#contexts.push(context);
    context.on("request", (request) => {
      if (new URL(request.url()).hostname !== "localhost") this.foreign.push(request.url());
    });
    context.on("weberror", (webError) => {
      const error = webError.error();
      // Office.js has its own opinion of hosts that are only half there.
      if (!error.stack?.includes("/office/")) this.errors.push(String(error));
    });
    return context;
  }

  /** Opens a pane; with a row given, waits until it shows that and all that stands beside it. */
  async open(opening: Opening = {}, row?: string): Promise<Page> {
    const { outlook, prepare, ...options } = opening;
    return this.openIn(await this.context(options), { outlook, prepare }, row);
  }

  async openIn(
    context: BrowserContext,
    { outlook, prepare }: { outlook?: OutlookOptions | undefined; prepare?: Opening["prepare"] | undefined } = {},
    row?: string,
  ): Promise<Page> {
    const page = await context.newPage();
    if (outlook !== undefined) await beOutlook(page, outlook);
    await prepare?.(page);
    await page.goto(this.bridge.url);
    if (row === undefined) return page;
    await shows(page, row);
    // The title comes last of all that is drawn after the row, and is not what it was.
    await page.waitForFunction(() => document.title !== "Outlook Offline State");
    return page;
  }

  async clear(): Promise<void> {
    for (const context of this.#contexts) await context.close();
    this.#contexts = [];
    await this.bridge.stop();
  }

  async end(): Promise<void> {
    await this.#browser?.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Waits until the pane shows that row of what the person is told. */
export async function shows(page: Page, row: string, timeout = 30_000): Promise<void> {
  await page.locator(`html[data-row="${row}"]`).waitFor({ state: "attached", timeout });
}

/** The stage of a test file: begun, cleared and ended by vitest's hooks. */
export function setStage(options: StageOptions = {}): Stage {
  const stage = new Stage(options);
  beforeAll(() => stage.begin());
  beforeEach(() => stage.freshBridge());
  afterEach(() => stage.clear());
  afterAll(() => stage.end());
  return stage;
}
