// The pane in a real browser, and every message that it received.
import type { Browser, Page } from "playwright-core";
import { FeedRecorder } from "../../support/feed-client.js";
import { feedMessageCheck, type MessageCheck } from "../../support/protocol-document.js";
import { startChromium } from "../../browser/support/chromium.js";
import { trustAuthority } from "../../browser/support/certificates.js";
import type { FeedMessage } from "../../../shared/src/contract.js";

export class BrowserPane {
  readonly browser: Browser;
  readonly page: Page;
  readonly #connections: FeedRecorder[] = [];

  private constructor(browser: Browser, page: Page, check: MessageCheck) {
    this.browser = browser;
    this.page = page;
    page.on("websocket", (socket) => {
      const recorder = new FeedRecorder(check);
      this.#connections.push(recorder);
      socket.on("framereceived", ({ payload }) => {
        recorder.record(payload.toString());
      });
    });
  }

  get messages(): readonly FeedMessage[] {
    return this.#connections.flatMap(({ messages }) => messages);
  }

  /** Every violation of the contract, of the AsyncAPI document or of the order of messages. */
  get errors(): readonly string[] {
    return this.#connections.flatMap(({ errors }) => errors);
  }

  /**
   * Opens the pane in a browser that trusts the bridge's CA only. `folder` becomes the browser's HOME; `prepare` runs before the page
   * navigates.
   */
  static async open(
    address: string,
    authority: string,
    folder: string,
    prepare: (page: Page) => Promise<void> = () => Promise.resolve(),
  ): Promise<BrowserPane> {
    trustAuthority(authority, folder);
    const browser = await startChromium(folder);
    const page = await browser.newPage({ viewport: { width: 320, height: 640 } });
    const pane = new BrowserPane(browser, page, await feedMessageCheck());
    await prepare(page);
    await page.goto(address);
    return pane;
  }

  /** Waits until the pane shows this message. */
  async shows(row: string): Promise<void> {
    await this.page.locator(`html[data-message="${row}"]`).waitFor({ state: "attached", timeout: 15_000 });
  }

  async text(): Promise<string> {
    return this.page.locator("main").innerText();
  }

  /** The number of messages whose state differs from the one before: readings and confirmations are changes of the feed too. */
  get stateChanges(): number {
    const states = this.messages.flatMap((message) => (message.type === "heartbeat" ? [] : [message.state]));
    return states.filter((state, index) => index > 0 && state !== states[index - 1]).length;
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}
