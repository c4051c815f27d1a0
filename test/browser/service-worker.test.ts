// The cached pane opens without the bridge, and a new version is used from the next opening on.
import { createHash } from "node:crypto";
import { cpSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { expect, test } from "vitest";
import { PANE_FILES } from "./support/fake-bridge.js";
import { setUpHarness, shows } from "./support/harness.js";

const harness = setUpHarness();

/** Opens the pane for the first time and waits until it is cached. */
async function cachePane(context: BrowserContext): Promise<void> {
  const page = await harness.openIn(context, { outlook: {} }, "online");
  await page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active?.state === "activated") return;
    await new Promise((resolve) => active?.addEventListener("statechange", resolve, { once: true }));
  });
  await page.close();
}

test("opens without the bridge, shows how to start it, and reconnects", async () => {
  const context = await harness.context();
  await cachePane(context);
  await harness.bridge.stop();
  const page = await harness.openIn(context, { outlook: { locale: "fr-FR" } }, "unreachable");
  expect(await page.locator("main").innerText()).toMatch(/outlook-offline-state\.exe" start/);
  expect(await page.locator("#timing").innerText()).toMatch(/^Dernier état\s: en\sligne$/);
  await page.waitForFunction(() => typeof Reflect.get(window, "Office") === "object");
  const host = await page.evaluate(async () => {
    const { onReady } = Reflect.get(window, "Office") as { onReady: () => Promise<{ host: unknown }> };
    return (await onReady()).host;
  });
  expect(host).toBe("Outlook");
  await harness.bridge.start();
  await shows(page, "online");
  expect(harness.externalRequests).toEqual([]);
});

test("opens without the bridge and the network if Outlook adds parameters to the address", async () => {
  const context = await harness.context();
  await cachePane(context);
  await harness.bridge.stop();
  await context.setOffline(true);
  const page = await context.newPage();
  await page.goto(`${harness.bridge.url}?_host_Info=Outlook$Win32$16.02$fr-FR$$$$16&et=`);
  await shows(page, "unreachable");
  expect(await page.locator("#lead").innerText()).toBe("L’état d’Outlook est");
});

test("has a ready Office.js without the bridge in a language that is not cached", async () => {
  const context = await harness.context();
  await cachePane(context);
  await harness.bridge.stop();
  const page = await harness.openIn(context, { outlook: { locale: "de-DE" } }, "unreachable");
  await page.waitForFunction(() => typeof Reflect.get(window, "Office") === "object");
  const ready = await page.evaluate(async () => {
    const { onReady } = Reflect.get(window, "Office") as { onReady: () => Promise<{ host: unknown }> };
    return Promise.race([
      onReady().then(({ host }) => host),
      new Promise((resolve) => setTimeout(resolve, 8000, "late")),
    ]);
  });
  expect(["Outlook", "late"]).toContain(ready);
  expect(await page.locator("html").getAttribute("data-message")).toBe("unreachable");
});

/** A copy of the pane in which page, script and icons contain the name of a version. */
function version(name: string): string {
  const root = join(harness.folder, `pane-${name}-${String(Math.random())}`);
  cpSync(PANE_FILES, root, { recursive: true });
  const page = join(root, "taskpane.html");
  const script = join(root, "service-worker.js");
  let html = readFileSync(page, "utf8")
    .replace("<body", `<body data-page="${name}"`)
    .replace(/<\/script><\/body>/, `;document.body.dataset.script="${name}"$&`);
  let worker = readFileSync(script, "utf8");
  for (const icon of readdirSync(join(root, "assets"))) {
    const renamed = icon.replace(/\.\w+\.svg$/, `.${name}.svg`);
    renameSync(join(root, "assets", icon), join(root, "assets", renamed));
    html = html.replaceAll(icon, renamed);
    worker = worker.replaceAll(icon, renamed);
  }
  const integrity = `sha256-${createHash("sha256").update(html).digest("base64")}`;
  worker = worker.replace(
    /'integrity':'[^']+','revision':'\w+','url':'taskpane\.html'/,
    `'integrity':'${integrity}','revision':'${name}','url':'taskpane.html'`,
  );
  expect(html).toMatch(new RegExp(`state-online\\.${name}\\.svg[^]*dataset\\.script="${name}"`));
  expect(worker).toMatch(new RegExp(`state-online\\.${name}\\.svg`));
  expect(worker).toContain(`'revision':'${name}'`);
  writeFileSync(page, html);
  writeFileSync(script, worker);
  return root;
}

/** The versions of page, script and icon; the icon must be available too. */
async function versions(page: Page): Promise<string> {
  await page.locator('link[rel="icon"][href$=".svg"]').waitFor({ state: "attached" });
  return page.evaluate(async () => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')?.href ?? "";
    const { ok } = await fetch(icon);
    const { page: pageVersion = "", script = "" } = document.body.dataset;
    return `${pageVersion} ${script} ${ok ? (/\.(\w+)\.svg$/.exec(icon)?.[1] ?? "") : "missing"}`;
  });
}

/** Empties the cache, as disk cleaners do; the service worker remains. */
async function emptyCaches(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) await cache.delete(request);
    }
  });
}

/** Paths in the cache of the service worker. */
function cachedFiles(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests
      .flat()
      .map(({ url }) => new URL(url).pathname)
      .sort();
  });
}

/** Waits until the browser has found and downloaded the new version. */
async function newVersionWaits(page: Page): Promise<void> {
  await expect
    .poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.waiting?.state))
    .toBe("installed");
}

test("uses a new version from the next opening on, and never mixes two", async () => {
  harness.bridge.root = version("one");
  const context = await harness.context();
  await cachePane(context);

  // The bridge is updated. Open panes, and those opened while they are open, keep the old version.
  harness.bridge.root = version("two");
  const pinned = await harness.openIn(context, {}, "online");
  expect(await versions(pinned)).toBe("one one one");
  await newVersionWaits(pinned);
  const beside = await harness.openIn(context, {}, "online");
  expect(await versions(beside)).toBe("one one one");
  await beside.close();
  await pinned.close();

  const next = await harness.openIn(context, {}, "online");
  await expect.poll(() => versions(next)).toBe("two two two");
  await next.close();
  await harness.bridge.stop();
  const without = await harness.openIn(context, {}, "unreachable");
  expect(await versions(without)).toBe("two two two");
});

test("downloads the new version after a version mismatch, and the step that it shows fixes it", async () => {
  harness.bridge.root = version("one");
  const context = await harness.context();
  await cachePane(context);
  const pinned = await harness.openIn(context, {}, "online");
  await harness.bridge.stop();
  harness.bridge.root = version("two");
  harness.bridge.protocol = 2;
  await harness.bridge.start();
  await shows(pinned, "version-mismatch", 30_000);
  await newVersionWaits(pinned);
  expect(await versions(pinned)).toBe("one one one");
  await pinned.close();
  const next = await harness.openIn(context);
  await expect.poll(() => versions(next), { timeout: 30_000 }).toBe("two two two");
});

test("finds the new version in an open pane when the bridge is restarted", async () => {
  harness.bridge.root = version("one");
  const context = await harness.context();
  await cachePane(context);
  const pinned = await harness.openIn(context, {}, "online");
  await harness.bridge.stop();
  harness.bridge.root = version("two");
  await harness.bridge.start();
  await newVersionWaits(pinned);
  expect(await versions(pinned)).toBe("one one one");
});

test("restores deleted files at an opening while the bridge is running", async () => {
  const context = await harness.context();
  await cachePane(context);
  const page = await harness.openIn(context, { outlook: {} }, "online");
  const all = await cachedFiles(page);
  expect(all).toEqual(expect.arrayContaining(["/office/office.js", "/taskpane.html"]));
  await emptyCaches(page);
  expect(await cachedFiles(page)).toEqual([]);
  await page.close();

  const visit = await harness.openIn(context, { outlook: {} }, "online");
  await expect.poll(() => cachedFiles(visit)).toEqual(all);
  await visit.close();
  await harness.bridge.stop();
  const without = await harness.openIn(context, { outlook: {} }, "unreachable");
  await without.waitForFunction(() => typeof Reflect.get(window, "Office") === "object");
  expect(harness.errors).toEqual([]);
});

test("restores deleted files in an open pane when it has reconnected", async () => {
  const context = await harness.context();
  await cachePane(context);
  const page = await harness.openIn(context, {}, "online");
  const all = await cachedFiles(page);
  await harness.bridge.stop();
  await shows(page, "unreachable");
  await emptyCaches(page);
  await harness.bridge.start();
  await shows(page, "online");
  await expect.poll(() => cachedFiles(page)).toEqual(all);
});

test("opens in the new version after its files were deleted and the bridge was updated", async () => {
  harness.bridge.root = version("one");
  const context = await harness.context();
  await cachePane(context);
  const page = await harness.openIn(context, {}, "online");
  await emptyCaches(page);
  await page.close();
  harness.bridge.root = version("two");
  const visit = await harness.openIn(context, {}, "online");
  expect(await versions(visit)).toBe("two two two");
  await newVersionWaits(visit);
  await visit.close();
  const next = await harness.openIn(context, {}, "online");
  await next.close();
  await harness.bridge.stop();
  const without = await harness.openIn(context, {}, "unreachable");
  expect(await versions(without)).toBe("two two two");
});
