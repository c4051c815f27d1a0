import { ComposeNotice } from "./compose/compose-notice.js";
import { NOT_YET, type Connection } from "./feed/connection.js";
import { FeedClient } from "./feed/feed-client.js";
import { browserWorld, type World } from "./feed/world.js";
import { findHostInfo, parseHostInfo, type Host } from "./office/host.js";
import { loadOffice, onMailboxEvent, themeOf, themeOfEvent } from "./office/office.js";
import { Settings } from "./settings/settings.js";
import { applyTheme, readTheme } from "./theme/theme.js";
import { TimelineSection } from "./timeline/timeline-section.js";
import { keptPast, keepPast } from "./told/kept-past.js";
import { newer, remember, type Clocks } from "./told/memory.js";
import { tell, type Past, type Told } from "./told/told.js";
import { Announcer } from "./view/announcer.js";
import { DetailsView } from "./view/details-view.js";
import { part } from "./view/dom.js";
import { PaneView } from "./view/pane-view.js";
import { drawTitle } from "./view/title.js";
import { allLanguages } from "./words/languages.js";
import { Times } from "./words/times.js";
import { Words } from "./words/words.js";
import { keepPane, lookForNewPane } from "./worker/register.js";

/** Office.js is loaded once the state is on screen, or after this time if the bridge does not answer. */
const OFFICE_AFTER_MS = 1000;

/** The pane: what is known comes in from all sides, is told as one, and is drawn. */
export class PaneApp {
  readonly #world: World = browserWorld();
  readonly #client = new FeedClient(this.#world, !document.hidden, (connection) => {
    this.#connected(connection);
  });
  readonly #view = new PaneView(() => {
    this.#client.retryNow();
  });
  readonly #settings = new Settings(() => {
    this.#draw();
  });
  readonly #details = new DetailsView((on) => {
    this.#settings.setComposeNotice(on);
  });
  readonly #timeline = new TimelineSection(this.#world, !document.hidden, (past) => {
    this.#past = newer(this.#past, past);
    this.#draw();
  });
  readonly #announcer = new Announcer(part("announcement", HTMLElement), this.#world);
  #composeNotice: ComposeNotice | null = null;
  #connection: Connection = NOT_YET;
  #host: Host = "browser";
  #past: Past | null = keptPast();
  #words = new Words({}, []);
  #times = new Times("en");
  #stopTick: () => void = () => undefined;

  start(): void {
    const info = parseHostInfo(findHostInfo());
    this.#host = info.host;
    this.#speak(info.locale === null ? navigator.languages : [info.locale]);
    document.addEventListener("visibilitychange", () => {
      this.#client.setVisible(!document.hidden);
      this.#timeline.setVisible(!document.hidden);
      this.#draw();
      if (!document.hidden) this.#enrich();
    });
    window.addEventListener("online", () => {
      this.#client.retryNow();
    });
    window.addEventListener("pagehide", () => {
      this.#composeNotice?.leave();
      this.#rememberNow(NOT_YET);
    });
    this.#draw();
    this.#client.start();
    if (!document.hidden) this.#world.after(OFFICE_AFTER_MS, this.#enrich);
  }

  #speak(wanted: readonly string[]): void {
    this.#words = new Words(allLanguages(), wanted);
    this.#times = new Times(this.#words.locale);
    document.documentElement.lang = this.#words.locale;
  }

  /** What the pane can do without: loaded after the state is on screen. */
  readonly #enrich = once(() => {
    performance.mark("state-drawn");
    void keepPane();
    // Without an Outlook around it, Office.js would only knock at its maker's door.
    if (this.#host !== "browser") void this.#useOffice();
  });

  async #useOffice(): Promise<void> {
    const office = await loadOffice();
    if (office === null) return;
    const { context, host, locale } = office;
    this.#host = host;
    if (locale !== null && locale !== this.#words.locale) this.#speak([locale, ...navigator.languages]);
    applyTheme(readTheme(themeOf(context)));
    onMailboxEvent(context, "officeThemeChanged", (event) => {
      applyTheme(readTheme(themeOfEvent(event)));
    });
    this.#settings.useRoaming(context.roamingSettings);
    const notice = new ComposeNotice(() => context.mailbox?.item ?? null);
    this.#composeNotice = notice;
    onMailboxEvent(context, "olkItemSelectedChanged", () => {
      notice.itemChanged();
    });
    this.#draw();
  }

  #connected(connection: Connection): void {
    this.#rememberNow(connection);
    if (connection.status === "live" && this.#connection.status !== "live") void lookForNewPane();
    this.#connection = connection;
    if (connection.status === "live") this.#timeline.outdate();
    this.#draw();
    if (connection.status === "live") this.#enrich();
  }

  #rememberNow(next: Connection): void {
    this.#past = remember(this.#past, this.#connection, next, this.#now());
    keepPast(this.#past);
  }

  #draw(): void {
    const told = tell({ connection: this.#connection, host: this.#host, past: this.#past });
    const stays = this.#view.draw(told, this.#words, this.#times, this.#now());
    this.#details.draw(told, this.#settings.choices, this.#words);
    this.#timeline.draw(told, this.#past, this.#words, this.#times, this.#now());
    drawTitle(told.state, this.#words);
    this.#announcer.say(this.#announcement(told), !document.hidden);
    this.#composeNotice?.want({
      state: told.state,
      enabled: this.#settings.choices.composeNotice,
      text: this.#words.text("compose.notice"),
    });
    this.#tickAfter(stays, told);
  }

  #tickAfter(ms: number, told: Told): void {
    this.#stopTick();
    if (document.hidden) return;
    this.#stopTick = this.#world.after(Math.min(ms, this.#timeline.staysMs(this.#now())), () => {
      const now = this.#now();
      this.#timeline.tick(told, this.#past, this.#words, this.#times, now);
      this.#tickAfter(this.#view.drawTimes(told, this.#words, this.#times, now), told);
    });
  }

  #announcement({ row, state }: Told): string | null {
    if (row.passing === true) return null;
    const lead = this.#words.text(state === "unknown" ? "lead.unknown" : "lead.known");
    const word = this.#words.text(`word.${state}`);
    return `${lead} ${word}. ${this.#words.text(row.title)}. ${this.#words.text(row.meaning)}`;
  }

  #now(): Clocks {
    return { monotonic: this.#world.monotonic(), wall: this.#world.wall() };
  }
}

/** The task, done at the first call only. */
function once(task: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    task();
  };
}
