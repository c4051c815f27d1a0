// What a screen reader is given: roles, names and texts, in both languages.
import { expect, test } from "vitest";
import { aDay } from "./support/situations.js";
import { setStage } from "./support/stage.js";

const stage = setStage();

/** `slider` is what the timeline says of the place where one is. */
const READ = [
  {
    locale: "en-US",
    slider: /^Offline, (\w{3} )?\d+:\d\d\s[AP]M – now, 12 minutes$/u,
    main: `- main:
  - region "Outlook is Offline":
    - heading "Outlook is Offline" [level=1]
    - paragraph: for 12 minutes since 0:00
  - heading "Mail is waiting" [level=2]
  - paragraph: Messages that you send wait in the Outbox until Outlook is online again.
  - heading "What to do" [level=3]
  - paragraph: On the Send / Receive tab, click Work Offline if it is highlighted. If it is not, check your network connection.
  - region "Last 24 hours":
    - heading "Last 24 hours" [level=2]
    - paragraph: Offline 3 times, 51 min
    - slider "States, oldest to newest"
    - group: Show as a table
  - group:
    - text: Settings and details
    - switch "While Outlook is offline, say so in messages that I write" [checked]
    - text: While Outlook is offline, say so in messages that I write
    - term: Profile
    - definition: Outlook
    - term: Outlook
    - definition: 16.0.18227.20162
    - term: Bridge
    - definition: 0.1.0`,
  },
  {
    locale: "fr-FR",
    slider: /^Hors ligne, (\w{3}\. )?\d+:\d\d – maintenant, 12 minutes$/u,
    main: `- main:
  - region "Outlook est Hors ligne":
    - heading "Outlook est Hors ligne" [level=1]
    - paragraph: depuis 12 minutes soit depuis 0:00
  - heading "Le courrier attend" [level=2]
  - paragraph: Les messages que vous envoyez restent dans la Boîte d’envoi jusqu’à ce qu’Outlook soit de nouveau en ligne.
  - heading "Que faire" [level=3]
  - paragraph: Dans l’onglet Envoi / réception, cliquez sur Travailler hors connexion si le bouton est activé. Sinon, vérifiez votre connexion réseau.
  - region "Dernières 24 heures":
    - heading "Dernières 24 heures" [level=2]
    - paragraph: Hors ligne 3 fois, 51 min
    - slider "États, du plus ancien au plus récent"
    - group: Afficher en tableau
  - group:
    - text: Réglages et détails
    - switch "Quand Outlook est hors ligne, l’indiquer dans les messages que j’écris" [checked]
    - text: Quand Outlook est hors ligne, l’indiquer dans les messages que j’écris
    - term: Profil
    - definition: Outlook
    - term: Outlook
    - definition: 16.0.18227.20162
    - term: Pont
    - definition: 0.1.0`,
  },
] as const;

/** The weekday comes and goes with the time of the day at which this runs. */
const plain = (text: string): string =>
  text.replace(/[\u00a0\u202f]/gu, " ").replace(/(since|depuis) (\w{3}\.? )?\d{1,2}:\d\d( [AP]M)?/gu, "$1 0:00");

test.each(READ)("reads sensibly, $locale", async ({ locale, slider, main }) => {
  stage.bridge.history = aDay(Date.now(), "offline", 720_000);
  stage.bridge.state("offline", 720_000);
  const page = await stage.open({ locale }, "offline");
  await expect.poll(() => page.locator(".bar").count()).toBeGreaterThanOrEqual(9);
  await page.locator("#details-summary").click();
  expect(plain(await page.locator("main").ariaSnapshot())).toBe(main);
  expect(await page.getByRole("slider").getAttribute("aria-valuetext")).toMatch(slider);
});
