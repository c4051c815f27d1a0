import { ComposeNotice } from "./compose/compose-notice.js";
import { NOT_YET, type Connection } from "./feed/connection.js";
import { FeedClient } from "./feed/feed-client.js";
import { browserWorld, type Clocks, type World } from "./feed/world.js";
import { findHostInfo, parseHostInfo, type Host } from "./office/host.js";
import { loadOffice, onMailboxEvent, themeOf, themeOfEvent } from "./office/office.js";
import { Settings } from "./settings/settings.js";
import { applyTheme, readTheme } from "./theme/theme.js";
import { TimelineSection } from "./timeline/timeline-section.js";
import { keptPast, keepPast } from "./told/kept-past.js";
import { newer, remember } from "./told/memory.js";
import { tell, type Past, type Told } from "./told/told.js";
import { Announcer } from "./view/announcer.js";
import { DetailsView } from "./view/details-view.js";
import { part } from "./view/dom.js";
import { PaneView } from "./view/pane-view.js";
import { Stages } from "./view/stages.js";
import { drawTitle } from "./view/title.js";
import { allLanguages } from "./words/languages.js";
import { systemTimeZone, Times } from "./words/times.js";
import { Words } from "./words/words.js";
import { keepPane, lookForNewPane } from "./worker/register.js";

/** A bridge that answers within this time is not preceded by a word about waiting for it, which nobody could read. */
const PATIENCE_MS = 150;
/** The last known state may be this far ahead of the clock, which the system adjusts now and then. */
const CLOCK_DRIFT_MS = 5000;
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
  readonly #stages = new Stages(
    this.#world,
    () => {
      this.#drawSeen();
    },
    () => {
      this.#drawRest();
    },
  );
  #composeNotice: ComposeNotice | null = null;
  #connection: Connection = NOT_YET;
  #host: Host;
  #past: Past | null = keptPast();
  #words: Words;
  #times: Times;
  #told: Told;
  /** For how many milliseconds what was drawn stays right. */
  #stays = Infinity;
  /** The feed has said something since the rest was drawn. */
  #heard = false;
  /** The connection is a new one, perhaps to another version of the bridge, or it was refused by one. */
  #isNew = false;
  #stopTick: () => void = () => undefined;

  constructor() {
    const { host, locale } = parseHostInfo(findHostInfo());
    this.#host = host;
    this.#words = this.#speak(locale === null ? navigator.languages : [locale]);
    this.#times = new Times(this.#words.locale);
    this.#told = tell({ connection: NOT_YET, host, past: this.#past });
  }

  start(): void {
    this.#client.start();
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
      this.#past = remember(this.#past, this.#connection, this.#client.lastHeard, this.#now());
      keepPast(this.#past);
    });
    if (!document.hidden) this.#world.after(OFFICE_AFTER_MS, this.#enrich);
  }

  #speak(wanted: readonly string[]): Words {
    const words = new Words(allLanguages(), wanted);
    document.documentElement.lang = words.locale;
    return words;
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
    if (locale !== null && locale !== this.#words.locale) {
      this.#words = this.#speak([locale, ...navigator.languages]);
      this.#times = new Times(this.#words.locale);
    }
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

  /** The state is drawn before anything else is done about what came. */
  #connected(connection: Connection): void {
    this.#past = remember(this.#past, this.#connection, this.#client.lastHeard, this.#now());
    const answers = connection.status === "live" || connection.status === "refused";
    this.#isNew ||= answers && connection.status !== this.#connection.status;
    this.#heard = true;
    this.#connection = connection;
    // The bridge says what was known last, and when: nothing that the pane has seen is newer.
    if (connection.status === "live") this.#past = connection.present.lastKnown ?? this.#past;
    if (isFirstTry(connection) && !document.hidden) {
      this.#stopTick = this.#world.after(PATIENCE_MS, () => {
        this.#draw();
      });
      return;
    }
    this.#drawState();
    this.#stages.plan();
  }

  #draw(): void {
    this.#drawState();
    this.#stages.plan();
    this.#stages.flush();
  }

  #drawState(): void {
    this.#told = tell({ connection: this.#connection, host: this.#host, past: this.#datedPast() });
    this.#view.drawState(this.#told, this.#words);
  }

  /** Null after the clock was set back to before the last known state: how long ago that was, nobody knows then. */
  #datedPast(): Past | null {
    return this.#past !== null && this.#past.at > this.#world.wall() + CLOCK_DRIFT_MS ? null : this.#past;
  }

  /** What stands beside the state. */
  #drawSeen(): void {
    this.#followTimeZone();
    this.#stays = this.#view.draw(this.#told, this.#words, this.#times, this.#now());
  }

  /** What can wait until the state has been seen. */
  #drawRest(): void {
    const told = this.#told;
    this.#details.draw(told, this.#settings.choices, this.#words);
    this.#timeline.draw(told, this.#past, this.#words, this.#times, this.#now());
    drawTitle(told.state, this.#words);
    this.#announcer.say(this.#announcement(told), !document.hidden);
    this.#composeNotice?.want({
      state: told.state,
      enabled: this.#settings.choices.composeNotice,
      text: this.#words.text("compose.notice"),
    });
    this.#tickAfter(this.#stays);
    if (this.#heard) this.#followUp();
  }

  #followUp(): void {
    this.#heard = false;
    keepPast(this.#past);
    if (this.#isNew) void lookForNewPane();
    this.#isNew = false;
    if (this.#connection.status !== "live") return;
    this.#timeline.outdate();
    this.#enrich();
  }

  #tickAfter(ms: number): void {
    this.#stopTick();
    if (document.hidden) return;
    this.#stopTick = this.#world.after(Math.min(ms, this.#timeline.staysMs(this.#now())), () => {
      if (this.#followTimeZone()) {
        this.#draw();
        return;
      }
      const now = this.#now();
      this.#timeline.tick(this.#told, this.#past, this.#words, this.#times, now);
      this.#tickAfter(this.#view.drawTimes(this.#told, this.#words, this.#times, now));
    });
  }

  /** Has clock times written in the system's time zone of now. Answers whether it is another one than before. */
  #followTimeZone(): boolean {
    const timeZone = systemTimeZone();
    if (timeZone === this.#times.timeZone) return false;
    this.#times = new Times(this.#words.locale, timeZone);
    return true;
  }

  #announcement({ name, row, state, past }: Told): string | null {
    if (row.passing === true) return null;
    const lead = this.#words.text(state === "unknown" ? "lead.unknown" : "lead.known");
    const word = this.#words.text(`word.${state}`);
    // Without a time: a state that is read again is not announced again.
    const was = name === "was-online" || name === "was-offline" ? past : null;
    const last = was === null ? "" : ` ${this.#words.text(`past.${was.state}`)}.`;
    return `${lead} ${word}.${last} ${this.#words.text(row.title)}. ${this.#words.text(row.meaning)}`;
  }

  #now(): Clocks {
    return { monotonic: this.#world.monotonic(), wall: this.#world.wall() };
  }
}

function isFirstTry(connection: Connection): boolean {
  return connection.status === "connecting" && connection.lost === null;
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
