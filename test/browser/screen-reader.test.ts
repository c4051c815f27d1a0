// Roles, names and texts for screen readers, in both languages.
import { expect, test } from "vitest";
import { sampleDay, SITUATIONS } from "./support/situations.js";
import { setUpHarness } from "./support/harness.js";

const harness = setUpHarness();

/** `slider` is the value text of the timeline. */
const PAGES = [
  {
    locale: "en-US",
    slider: /^Offline, (\w{3} )?\d+:\d\d\s[AP]M – now, 12 minutes$/u,
    main: `- main:
  - region "Outlook is Offline":
    - heading "Outlook is Offline" [level=1]
    - paragraph: since 0:00 (12 min)
  - heading "New messages will wait" [level=2]
  - paragraph: Messages that you send stay in the Outbox until Outlook is online again.
  - heading "What to do" [level=3]
  - paragraph: On the Send / Receive tab, click Work Offline if it is highlighted. If it is not, check your network connection.
  - region "Last 24 hours":
    - heading "Last 24 hours" [level=2]
    - paragraph: Offline 3 times, 51 min
    - slider "States, oldest to newest"
    - group: Show as a table
  - group:
    - text: Settings and details
    - switch "Warn me when I write a message while offline" [checked]
    - text: Warn me when I write a message while offline
    - term: Profile
    - definition: Outlook
    - term: Outlook
    - definition: 16.0.18227.20162
    - term: Background program
    - definition: 0.1.0`,
  },
  {
    locale: "fr-FR",
    slider: /^Hors connexion, (\w{3}\. )?\d+:\d\d – maintenant, 12 minutes$/u,
    main: `- main:
  - region "Outlook est Hors connexion":
    - heading "Outlook est Hors connexion" [level=1]
    - paragraph: depuis 0:00 (12 min)
  - heading "Les nouveaux messages attendront" [level=2]
  - paragraph: Les messages que vous envoyez restent dans la Boîte d’envoi jusqu’à ce qu’Outlook soit de nouveau en ligne.
  - heading "Que faire" [level=3]
  - paragraph: Dans l’onglet Envoi / réception, cliquez sur Travailler hors connexion s’il est en surbrillance. Sinon, vérifiez votre connexion réseau.
  - region "Dernières 24 heures":
    - heading "Dernières 24 heures" [level=2]
    - paragraph: Hors connexion 3 fois, 51 min
    - slider "États, du plus ancien au plus récent"
    - group: Afficher en tableau
  - group:
    - text: Paramètres et détails
    - switch "M’avertir quand j’écris un message hors connexion" [checked]
    - text: M’avertir quand j’écris un message hors connexion
    - term: Profil
    - definition: Outlook
    - term: Outlook
    - definition: 16.0.18227.20162
    - term: Programme en arrière-plan
    - definition: 0.1.0`,
  },
] as const;

/** Removes times, and weekdays, which depend on when the test runs. */
const plain = (text: string): string =>
  text.replace(/[\u00a0\u202f]/gu, " ").replace(/(since|depuis) (\w{3}\.? )?\d{1,2}:\d\d( [AP]M)?/gu, "$1 0:00");

test.each(PAGES)("has roles, names and texts in the order of reading, $locale", async ({ locale, slider, main }) => {
  harness.bridge.history = sampleDay(Date.now(), "offline", 720_000);
  harness.bridge.setState("offline", 720_000);
  const page = await harness.open({ locale }, "offline");
  await expect.poll(() => page.locator(".bar").count()).toBeGreaterThanOrEqual(9);
  await page.locator("#details-summary").click();
  expect(plain(await page.locator("main").ariaSnapshot())).toBe(main);
  expect(await page.getByRole("slider").getAttribute("aria-valuetext")).toMatch(slider);
});

/** The first lines for a state in the past, and with a reading. */
const PAGES_WITH_TIMES = [
  [
    "was-offline",
    "en-US",
    `- main:
  - region "Outlook’s state is Unknown":
    - heading "Outlook’s state is Unknown" [level=1]
    - paragraph: Was offline at 0:00 12 minutes ago
  - heading "Outlook does not report when it comes back online" [level=2]
  - paragraph: It may be online again by now.
  - list:
    - listitem: Work Offline was on at 0:00
    - listitem: 1 message in the Outbox at 0:00
  - heading "What to do" [level=3]`,
  ],
  [
    "was-online",
    "fr-FR",
    `- main:
  - region "L’état d’Outlook est Inconnu":
    - heading "L’état d’Outlook est Inconnu" [level=1]
    - paragraph: Était en ligne à 0:00 il y a 12 minutes
  - heading "Outlook ne signale pas quand il passe hors connexion" [level=2]
  - paragraph: Il est peut-être hors connexion à présent.
  - heading "Que faire" [level=3]`,
  ],
  [
    "connection-lost",
    "fr-FR",
    `- main:
  - region "Outlook est Hors connexion":
    - heading "Outlook est Hors connexion" [level=1]
    - paragraph: depuis 0:00 (12 min)
  - heading "Connexion à Exchange perdue" [level=2]
  - paragraph: Les messages que vous envoyez restent dans la Boîte d’envoi jusqu’à ce qu’Outlook soit de nouveau en ligne.
  - list:
    - listitem: Non connecté à Exchange à 0:00
    - listitem: 3 messages dans la Boîte d’envoi à 0:00
  - heading "Que faire" [level=3]`,
  ],
] as const;

test.each(PAGES_WITH_TIMES)("shows %s with its time, %s", async (name, locale, main) => {
  // At noon every time is of today.
  const noon = Date.UTC(2026, 2, 18, 12);
  harness.bridge.wall = () => noon;
  const situation = SITUATIONS.find((one) => one.name === name);
  situation?.arrange(harness.bridge);
  const page = await harness.open(
    { locale, prepare: (opened) => opened.clock.install({ time: noon }) },
    situation?.message,
  );
  const snapshot = (await page.locator("main").ariaSnapshot()).replace(/[\u00a0\u202f]/gu, " ");
  expect(snapshot.replace(/\b\d{1,2}:\d\d( [AP]M)?/gu, "0:00").slice(0, main.length)).toBe(main);
});

test("announces a state whose end Outlook does not notify as the past, once", async () => {
  const situation = SITUATIONS.find(({ name }) => name === "was-online");
  situation?.arrange(harness.bridge);
  const page = await harness.open({}, "was-online");
  const region = page.locator("#announcement");
  const text =
    "Outlook’s state is Unknown. Last known: online. Outlook does not report when it goes offline. It may be offline by now.";
  await expect.poll(() => region.textContent()).toBe(text);
  await region.evaluate((element) => {
    new MutationObserver(() => (document.body.dataset["announced"] = "again")).observe(element, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  const at = Date.now();
  harness.bridge.setStatus({ since: at, lastKnown: { state: "online", at } });
  await expect.poll(() => page.locator("#timing-detail").innerText()).toMatch(/second/);
  await page.waitForTimeout(1000);
  expect(await page.evaluate(() => document.body.dataset["announced"])).toBeUndefined();
});
