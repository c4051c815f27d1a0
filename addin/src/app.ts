import { NOT_YET, type Connection } from "./feed/connection.js";
import { FeedClient } from "./feed/feed-client.js";
import { browserWorld, type World } from "./feed/world.js";
import { findHostInfo, parseHostInfo, type Host } from "./office/host.js";
import { remember, type Clocks } from "./told/memory.js";
import { tell, type Past, type Told } from "./told/told.js";
import { Announcer } from "./view/announcer.js";
import { part } from "./view/dom.js";
import { PaneView } from "./view/pane-view.js";
import { drawTitle } from "./view/title.js";
import { allLanguages } from "./words/languages.js";
import { Times } from "./words/times.js";
import { Words } from "./words/words.js";

/** The pane: what is known comes in from all sides, is told as one, and is drawn. */
export class PaneApp {
  readonly #world: World = browserWorld();
  readonly #client = new FeedClient(this.#world, !document.hidden, (connection) => {
    this.#connected(connection);
  });
  readonly #view = new PaneView(() => {
    this.#client.retryNow();
  });
  readonly #announcer = new Announcer(part("announcement", HTMLElement), this.#world);
  #connection: Connection = NOT_YET;
  #host: Host = "browser";
  #past: Past | null = null;
  #words = new Words({}, []);
  #times = new Times("en");
  #stopTick: () => void = () => undefined;

  start(): void {
    const info = parseHostInfo(findHostInfo());
    this.#host = info.host;
    this.#speak(info.locale === null ? navigator.languages : [info.locale]);
    document.addEventListener("visibilitychange", () => {
      this.#client.setVisible(!document.hidden);
      this.#draw();
    });
    window.addEventListener("online", () => {
      this.#client.retryNow();
    });
    this.#draw();
    this.#client.start();
  }

  #speak(wanted: readonly string[]): void {
    this.#words = new Words(allLanguages(), wanted);
    this.#times = new Times(this.#words.locale);
    document.documentElement.lang = this.#words.locale;
  }

  #connected(connection: Connection): void {
    this.#past = remember(this.#past, this.#connection, connection, this.#now());
    this.#connection = connection;
    this.#draw();
  }

  #draw(): void {
    const told = tell({ connection: this.#connection, host: this.#host, past: this.#past });
    const stays = this.#view.draw(told, this.#words, this.#times, this.#now());
    drawTitle(told.state, this.#words);
    this.#announcer.say(this.#announcement(told), !document.hidden);
    this.#tickAfter(stays, told);
  }

  #tickAfter(ms: number, told: Told): void {
    this.#stopTick();
    if (document.hidden || ms === Infinity) return;
    this.#stopTick = this.#world.after(ms, () => {
      this.#tickAfter(this.#view.drawTimes(told, this.#words, this.#times, this.#now()), told);
    });
  }

  #announcement({ row, state }: Told): string | null {
    if (row.passing) return null;
    const word = `${this.#words.text(state === "unknown" ? "lead.unknown" : "lead.known")} ${this.#words.text(`word.${state}`)}`;
    return `${word}. ${this.#words.text(row.title)}. ${this.#words.text(row.meaning)}`;
  }

  #now(): Clocks {
    return { monotonic: this.#world.monotonic(), wall: this.#world.wall() };
  }
}
