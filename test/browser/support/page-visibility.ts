import type { Page } from "playwright-core";

/** Allows a test to hide a page, as another tab would, and to count its pending timers. */
export async function makeHideable(page: Page): Promise<void> {
  await page.addInitScript(() => {
    let hidden = false;
    Object.defineProperty(document, "hidden", { get: () => hidden });
    Object.defineProperty(document, "visibilityState", { get: () => (hidden ? "hidden" : "visible") });
    Reflect.set(window, "hidePage", (hide: boolean) => {
      hidden = hide;
      document.dispatchEvent(new Event("visibilitychange"));
    });
    const pending = new Set<number>();
    Reflect.set(window, "pendingTimers", pending);
    const set = window.setTimeout.bind(window);
    const clear = window.clearTimeout.bind(window);
    const every = window.setInterval.bind(window);
    window.setTimeout = ((task: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
      const id = set(() => {
        pending.delete(id);
        task(...args);
      }, ms);
      pending.add(id);
      return id;
    }) as typeof window.setTimeout;
    window.clearTimeout = (id) => {
      if (typeof id === "number") pending.delete(id);
      clear(id);
    };
    window.setInterval = ((task: () => void, ms?: number) => {
      const id = every(task, ms);
      pending.add(id);
      return id;
    }) as typeof window.setInterval;
  });
}

export async function hide(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((value) => {
    (Reflect.get(window, "hidePage") as (hide: boolean) => void)(value);
  }, hidden);
}

export async function pendingTimers(page: Page): Promise<number> {
  return page.evaluate(() => (Reflect.get(window, "pendingTimers") as Set<number>).size);
}
