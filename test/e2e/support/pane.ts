// A pane in a real browser, and everything that the bridge has told it.
import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";
import { checkOfMessages, type MessageCheck } from "../../support/protocol-document.js";
import { startChromium } from "../../browser/support/chromium.js";
import { trustAuthority } from "../../browser/support/certificates.js";
import type { FeedMessage } from "../../../shared/src/protocol.js";
import { validateFrame } from "../../../shared/src/validate.js";

export class Pane {
  readonly messages: FeedMessage[] = [];
  /** What the bridge has sent and should not have. */
  readonly problems: string[] = [];

  readonly browser: Browser;
  readonly page: Page;

  private constructor(browser: Browser, page: Page, check: MessageCheck) {
    this.browser = browser;
    this.page = page;
    page.on("websocket", (socket) => {
      socket.on("framereceived", ({ payload }) => {
        this.#take(payload.toString(), check);
      });
    });
  }

  /**
   * Opens the pane in a browser that trusts the bridge's CA and nothing else of ours. `folder` becomes the browser's HOME;
   * `prepare` is done with the page before it goes anywhere.
   */
  static async open(
    address: string,
    authority: string,
    folder: string,
    prepare: (page: Page) => Promise<void> = () => Promise.resolve(),
  ): Promise<Pane> {
    trustAuthority(authority, folder);
    const browser = await startChromium(folder);
    const page = await browser.newPage({ viewport: { width: 320, height: 640 } });
    const pane = new Pane(browser, page, await checkOfMessages());
    await prepare(page);
    await page.goto(address);
    return pane;
  }

  /** Waits until the pane shows this row of what the person is told. */
  async shows(row: string): Promise<void> {
    await this.page.locator(`html[data-row="${row}"]`).waitFor({ state: "attached", timeout: 15_000 });
  }

  async text(): Promise<string> {
    return this.page.locator("main").innerText();
  }

  /** How many messages reported another state than the one before: readings and confirmations are changes of the feed, too. */
  get stateChanges(): number {
    const states = this.messages.flatMap((message) => (message.type === "heartbeat" ? [] : [message.state]));
    return states.filter((state, index) => index > 0 && state !== states[index - 1]).length;
  }

  /** By the protocol's document, and by the validator of both sides. */
  #take(text: string, check: MessageCheck): void {
    try {
      check(text);
      const validated = validateFrame(text);
      if (validated.kind === "message") this.messages.push(validated.message);
      else this.problems.push(`no message: ${text}`);
    } catch (error) {
      this.problems.push(String(error));
    }
  }

  /** Every change follows the one before it: none was missed, none came twice. */
  expectNoGaps(): void {
    let last: number | undefined;
    for (const message of this.messages) {
      if (message.type === "change") expect(message.seq).toBe((last ?? Number.NaN) + 1);
      if (message.type === "heartbeat") expect(message.seq).toBe(last);
      last = message.seq;
    }
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}
