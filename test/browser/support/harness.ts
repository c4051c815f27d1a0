import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { createTestCertificates, type TestCertificates } from "./certificates.js";
import { startChromium } from "./chromium.js";
import { FakeBridge } from "./fake-bridge.js";
import { installFakeOutlook, type FakeOutlookOptions } from "./fake-outlook.js";

/** Options for opening a pane. */
export interface Opening extends BrowserContextOptions {
  readonly width?: number;
  readonly height?: number;
  /** Whether the browser uses the machine's time zone, so that a test can change it. */
  readonly machineTimeZone?: boolean;
  /** Options of the fake Outlook around the pane; absent for a plain browser. */
  readonly outlook?: FakeOutlookOptions;
  /** Called before the pane is loaded. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

export interface HarnessOptions {
  /** Called with the browser's HOME before the browser starts. */
  readonly prepareHome?: (home: string) => void;
}

/** A browser for the tests of one file, and a new fake bridge for each of them. */
export class Harness {
  readonly folder = mkdtempSync(join(tmpdir(), "offline-state-browser-"));
  /** Requests of any pane to other hosts, and errors in any pane. */
  readonly externalRequests: string[] = [];
  readonly errors: string[] = [];
  #certificates: TestCertificates | null = null;
  #browser: Browser | null = null;
  #contexts: BrowserContext[] = [];
  readonly #prepareHome: (home: string) => void;
  bridge: FakeBridge = new FakeBridge({ key: Buffer.alloc(0), cert: Buffer.alloc(0), home: "" });

  constructor({ prepareHome = () => undefined }: HarnessOptions = {}) {
    this.#prepareHome = prepareHome;
  }

  async setUp(): Promise<void> {
    this.#certificates = await createTestCertificates(this.folder);
    this.#prepareHome(this.#certificates.home);
    this.#browser = await startChromium(this.#certificates.home);
  }

  get certificates(): TestCertificates {
    if (this.#certificates === null) throw new Error("the harness is not set up");
    return this.#certificates;
  }

  async newBridge(): Promise<void> {
    this.bridge = new FakeBridge(this.certificates);
    await this.bridge.start();
  }

  /** A new browser context, isolated from others; the pane is not opened in it. */
  async context({ width = 320, height = 760, machineTimeZone, ...options }: Opening = {}): Promise<BrowserContext> {
    if (this.#browser === null) throw new Error("the harness is not set up");
    const context = await this.#browser.newContext({
      locale: "en-US",
      ...(machineTimeZone === true ? {} : { timezoneId: "Europe/Paris" }),
      viewport: { width, height },
      ...options,
    });
    this.#contexts.push(context);
    context.on("request", (request) => {
      if (new URL(request.url()).hostname !== "localhost") this.externalRequests.push(request.url());
    });
    context.on("weberror", (webError) => {
      const error = webError.error();
      // Office.js reports errors because the fake Outlook is incomplete.
      if (!error.stack?.includes("/office/")) this.errors.push(String(error));
    });
    return context;
  }

  /** Opens a pane and, if a message is given, waits until that is fully rendered. */
  async open(opening: Opening = {}, message?: string): Promise<Page> {
    const { outlook, prepare, ...options } = opening;
    return this.openIn(await this.context(options), { outlook, prepare }, message);
  }

  async openIn(
    context: BrowserContext,
    { outlook, prepare }: { outlook?: FakeOutlookOptions | undefined; prepare?: Opening["prepare"] | undefined } = {},
    message?: string,
  ): Promise<Page> {
    const page = await context.newPage();
    if (outlook !== undefined) await installFakeOutlook(page, outlook);
    await prepare?.(page);
    await page.goto(this.bridge.url);
    if (message === undefined) return page;
    await shows(page, message);
    // The title is rendered last.
    await page.waitForFunction(() => document.title !== "Outlook Offline State");
    return page;
  }

  async reset(): Promise<void> {
    for (const context of this.#contexts) await context.close();
    this.#contexts = [];
    await this.bridge.stop();
  }

  async tearDown(): Promise<void> {
    await this.#browser?.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Waits until the pane shows that message. */
export async function shows(page: Page, message: string, timeout = 30_000): Promise<void> {
  await page.locator(`html[data-message="${message}"]`).waitFor({ state: "attached", timeout });
}

/** Creates the harness of a test file, with vitest's hooks. */
export function setUpHarness(options: HarnessOptions = {}): Harness {
  const harness = new Harness(options);
  beforeAll(() => harness.setUp());
  beforeEach(() => harness.newBridge());
  afterEach(() => harness.reset());
  afterAll(() => harness.tearDown());
  return harness;
}
