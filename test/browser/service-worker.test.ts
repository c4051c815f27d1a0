// The kept pane: it opens without the bridge, and a new version takes over at the next opening, whole.
import { createHash } from "node:crypto";
import { cpSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { expect, test } from "vitest";
import { PANE_FILES } from "./support/fake-bridge.js";
import { setStage, shows } from "./support/stage.js";

const stage = setStage();

/** Opens the pane for the first time and waits until it is kept. */
async function keep(context: BrowserContext): Promise<void> {
  const page = await stage.openIn(context, { outlook: {} }, "online");
  await page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active?.state === "activated") return;
    await new Promise((resolve) => active?.addEventListener("statechange", resolve, { once: true }));
  });
  await page.close();
}

test("the pane opens without the bridge, says so and how to start it, and recovers by itself", async () => {
  const context = await stage.context();
  await keep(context);
  await stage.bridge.stop();
  const page = await stage.openIn(context, { outlook: { locale: "fr-FR" } }, "unreachable");
  expect(await page.locator("main").innerText()).toMatch(/outlook-offline-state\.exe" start/);
  expect(await page.locator("#lasting").innerText()).toMatch(/^Dernier état\s: en\sligne$/);
  await page.waitForFunction(() => typeof Reflect.get(window, "Office") === "object");
  const host = await page.evaluate(async () => {
    const { onReady } = Reflect.get(window, "Office") as { onReady: () => Promise<{ host: unknown }> };
    return (await onReady()).host;
  });
  expect(host).toBe("Outlook");
  await stage.bridge.start();
  await shows(page, "online");
  expect(stage.foreign).toEqual([]);
});

test("it opens without the bridge too when Outlook adds parameters to the address, and without a network", async () => {
  const context = await stage.context();
  await keep(context);
  await stage.bridge.stop();
  await context.setOffline(true);
  const page = await context.newPage();
  await page.goto(`${stage.bridge.url}?_host_Info=Outlook$Win32$16.02$fr-FR$$$$16&et=`);
  await shows(page, "unreachable");
  expect(await page.locator("#lead").innerText()).toBe("L’état d’Outlook est");
});

test("Office.js is ready without the bridge in a language that is not kept", async () => {
  const context = await stage.context();
  await keep(context);
  await stage.bridge.stop();
  const page = await stage.openIn(context, { outlook: { locale: "de-DE" } }, "unreachable");
  await page.waitForFunction(() => typeof Reflect.get(window, "Office") === "object");
  const ready = await page.evaluate(async () => {
    const { onReady } = Reflect.get(window, "Office") as { onReady: () => Promise<{ host: unknown }> };
    return Promise.race([
      onReady().then(({ host }) => host),
      new Promise((resolve) => setTimeout(resolve, 8000, "late")),
    ]);
  });
  expect(["Outlook", "late"]).toContain(ready);
  expect(await page.locator("html").getAttribute("data-row")).toBe("unreachable");
});

/** A folder with the pane as a version of its own: page, script and icons all say which. */
function version(name: string): string {
  const root = join(stage.folder, `pane-${name}-${String(Math.random())}`);
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

/** Of page, script and the icon that the script has put there, which must be had too. */
async function versions(page: Page): Promise<string> {
  await page.locator('link[rel="icon"][href$=".svg"]').waitFor({ state: "attached" });
  return page.evaluate(async () => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')?.href ?? "";
    const { ok } = await fetch(icon);
    const { page: ofPage = "", script = "" } = document.body.dataset;
    return `${ofPage} ${script} ${ok ? (/\.(\w+)\.svg$/.exec(icon)?.[1] ?? "") : "missing"}`;
  });
}

/** Empties the cache as disk cleaners do: the service worker stays. */
async function emptyCaches(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) await cache.delete(request);
    }
  });
}

/** Paths that the service worker has in its cache. */
function keptFiles(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests
      .flat()
      .map(({ url }) => new URL(url).pathname)
      .sort();
  });
}

/** The browser looks for it some seconds after an opening, and fetches all of it before it waits. */
async function newVersionWaits(page: Page): Promise<void> {
  await expect
    .poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.waiting?.state))
    .toBe("installed");
}

test("a new version takes over at the next opening, and no page ever has files of two", async () => {
  stage.bridge.root = version("one");
  const context = await stage.context();
  await keep(context);

  // The bridge has been updated. Panes that are open, and those opened beside them, stay with the version that they know.
  stage.bridge.root = version("two");
  const pinned = await stage.openIn(context, {}, "online");
  expect(await versions(pinned)).toBe("one one one");
  await newVersionWaits(pinned);
  const beside = await stage.openIn(context, {}, "online");
  expect(await versions(beside)).toBe("one one one");
  await beside.close();
  await pinned.close();

  const next = await stage.openIn(context, {}, "online");
  await expect.poll(() => versions(next)).toBe("two two two");
  await next.close();
  await stage.bridge.stop();
  const without = await stage.openIn(context, {}, "unreachable");
  expect(await versions(without)).toBe("two two two");
});

test("a pane that the bridge's new version does not match fetches its own, and what it tells to do mends it", async () => {
  stage.bridge.root = version("one");
  const context = await stage.context();
  await keep(context);
  const pinned = await stage.openIn(context, {}, "online");
  await stage.bridge.stop();
  stage.bridge.root = version("two");
  stage.bridge.protocol = 2;
  await stage.bridge.start();
  await shows(pinned, "refused", 30_000);
  await newVersionWaits(pinned);
  expect(await versions(pinned)).toBe("one one one");
  await pinned.close();
  const next = await stage.openIn(context);
  await expect.poll(() => versions(next), { timeout: 30_000 }).toBe("two two two");
});

test("a pane that stays open finds the new version when the bridge is started anew", async () => {
  stage.bridge.root = version("one");
  const context = await stage.context();
  await keep(context);
  const pinned = await stage.openIn(context, {}, "online");
  await stage.bridge.stop();
  stage.bridge.root = version("two");
  await stage.bridge.start();
  await newVersionWaits(pinned);
  expect(await versions(pinned)).toBe("one one one");
});

test("a visit with the bridge running restores what a disk cleaner has deleted, so that the pane opens without it", async () => {
  const context = await stage.context();
  await keep(context);
  const page = await stage.openIn(context, { outlook: {} }, "online");
  const all = await keptFiles(page);
  expect(all).toEqual(expect.arrayContaining(["/office/office.js", "/taskpane.html"]));
  await emptyCaches(page);
  expect(await keptFiles(page)).toEqual([]);
  await page.close();

  const visit = await stage.openIn(context, { outlook: {} }, "online");
  await expect.poll(() => keptFiles(visit)).toEqual(all);
  await visit.close();
  await stage.bridge.stop();
  const without = await stage.openIn(context, { outlook: {} }, "unreachable");
  await without.waitForFunction(() => typeof Reflect.get(window, "Office") === "object");
  expect(stage.errors).toEqual([]);
});

test("a pane that stays open restores deleted files when it has connected to the bridge again", async () => {
  const context = await stage.context();
  await keep(context);
  const page = await stage.openIn(context, {}, "online");
  const all = await keptFiles(page);
  await stage.bridge.stop();
  await shows(page, "unreachable");
  await emptyCaches(page);
  await stage.bridge.start();
  await shows(page, "online");
  await expect.poll(() => keptFiles(page)).toEqual(all);
});

test("with its files deleted and the bridge updated, the pane opens in the new version, and then without the bridge", async () => {
  stage.bridge.root = version("one");
  const context = await stage.context();
  await keep(context);
  const page = await stage.openIn(context, {}, "online");
  await emptyCaches(page);
  await page.close();
  stage.bridge.root = version("two");
  const visit = await stage.openIn(context, {}, "online");
  expect(await versions(visit)).toBe("two two two");
  await newVersionWaits(visit);
  await visit.close();
  const next = await stage.openIn(context, {}, "online");
  await next.close();
  await stage.bridge.stop();
  const without = await stage.openIn(context, {}, "unreachable");
  expect(await versions(without)).toBe("two two two");
});
