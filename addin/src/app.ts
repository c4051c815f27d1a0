import type { LastKnown } from "../../shared/src/contract.js";
import { browserClock } from "./feed/clock.js";
import { browserTransport, FeedClient, INITIAL_CONNECTION, type Connection } from "./feed/feed-client.js";
import { HistoryClient } from "./feed/history-client.js";
import { systemTimeZone, TimeFormatter } from "./i18n/time-formatter.js";
import { Translator, type Languages } from "./i18n/translator.js";
import { ComposeNotice } from "./office/compose-notice.js";
import { findHostInfo, parseHostInfo } from "./office/host.js";
import { loadOffice, onMailboxEvent } from "./office/office.js";
import { Settings } from "./office/settings.js";
import { applyTheme, readTheme, themeOf, themeOfEvent } from "./office/theme.js";
import { checkForUpdate, registerServiceWorker } from "./service-worker-registration.js";
import { lastKnownAfter, lastKnownIn, loadLastKnown, newerOf, saveLastKnown } from "./view-model/last-known.js";
import {
  CONNECTING_DELAY_MS,
  toStateViewModel,
  toViewModel,
  type Inputs,
  type ViewModel,
} from "./view-model/view-model.js";
import { Announcer } from "./views/announcer.js";
import { requireElement } from "./views/dom.js";
import { PaneView } from "./views/pane-view.js";
import { RenderScheduler } from "./views/render-scheduler.js";
import { TimelineView } from "./views/timeline-view.js";

/** Version of the pane's files; defined by webpack. */
declare const VERSION: string;

/** Optional parts are loaded when the state is on screen, or after this time if the bridge does not respond. */
const LOAD_OPTIONAL_AFTER_MS = 1000;

/**
 * The pane. Data flows in one direction: inputs -> toViewModel() -> render. Everything that happens changes the inputs through
 * `#update`; side effects follow from changed inputs, in `#applySideEffects`.
 */
export class PaneApp {
  readonly #clock = browserClock;
  readonly #languages: Languages;
  readonly #feed: FeedClient;
  readonly #history: HistoryClient;
  readonly #settings: Settings;
  readonly #paneView: PaneView;
  readonly #timelineView = new TimelineView();
  readonly #announcer = new Announcer(requireElement("announcement", HTMLElement), this.#clock);
  readonly #scheduler = new RenderScheduler(this.#clock, () => {
    this.#onRender();
  });
  #composeNotice: ComposeNotice | null = null;
  #inputs: Inputs;
  /** The inputs whose side effects are done. */
  #applied: Inputs | null = null;
  #optionalLoaded = false;
  #cancelRefresh: () => void = () => undefined;

  constructor(languages: Languages) {
    this.#languages = languages;
    const visible = !document.hidden;
    this.#feed = new FeedClient({
      ...browserTransport(),
      visible,
      onChange: (connection) => {
        this.#onConnection(connection);
      },
    });
    this.#history = new HistoryClient(this.#clock, visible, (history) => {
      this.#update({ history, lastKnown: newerOf(this.#inputs.lastKnown, lastKnownIn(history)) });
    });
    this.#settings = new Settings(() => {
      this.#update({ composeNotice: this.#settings.composeNotice });
    });
    this.#paneView = new PaneView({
      onRetry: () => {
        this.#feed.retryNow();
      },
      onCopied: (command, succeeded) => {
        this.#update({ copied: { command, succeeded } });
      },
      onComposeNoticeChange: (on) => {
        this.#settings.setComposeNotice(on);
      },
    });
    const { host, locale } = parseHostInfo(findHostInfo());
    const translator = this.#createTranslator(locale === null ? navigator.languages : [locale]);
    const now = this.#clock.now();
    this.#inputs = {
      connection: INITIAL_CONNECTION,
      host,
      lastKnown: loadLastKnown(),
      history: null,
      composeNotice: this.#settings.composeNotice,
      copied: null,
      visible,
      openedAt: now.monotonic,
      now,
      translator,
      times: new TimeFormatter(translator.locale),
      version: VERSION,
      port: location.port,
    };
  }

  start(): void {
    this.#feed.start();
    document.addEventListener("visibilitychange", () => {
      const visible = !document.hidden;
      this.#feed.setVisible(visible);
      this.#history.setVisible(visible);
      this.#update({ visible });
      this.#scheduler.renderNow();
      if (visible) this.#loadOptional();
    });
    window.addEventListener("online", () => {
      this.#feed.retryNow();
    });
    window.addEventListener("pagehide", () => {
      this.#composeNotice?.dispose();
      saveLastKnown(this.#currentLastKnown());
    });
    if (document.hidden) return;
    this.#clock.after(CONNECTING_DELAY_MS, () => {
      this.#update({});
    });
    this.#clock.after(LOAD_OPTIONAL_AFTER_MS, () => {
      this.#loadOptional();
    });
  }

  #onConnection(connection: Connection): void {
    // The bridge's last known state is at least as recent as any that the pane has seen.
    const fromBridge = connection.phase === "live" ? connection.status.lastKnown : undefined;
    this.#update({ connection, lastKnown: fromBridge ?? this.#currentLastKnown() });
  }

  #currentLastKnown(): LastKnown | null {
    const { lastKnown, connection } = this.#inputs;
    return lastKnownAfter(lastKnown, connection, this.#feed.lastMessageAt, this.#clock.now());
  }

  /** Changes inputs. The state is rendered at once, everything else with the next frame. */
  #update(changes: Partial<Inputs>): void {
    this.#inputs = { ...this.#inputs, ...changes, now: this.#clock.now() };
    const state = toStateViewModel(this.#inputs);
    if (state !== null) this.#paneView.renderState(state);
    this.#scheduler.request();
  }

  #onRender(): void {
    const viewModel = this.#render();
    if (viewModel === null) return;
    const previous = this.#applied;
    this.#applied = this.#inputs;
    this.#applySideEffects(viewModel, this.#inputs, previous);
  }

  /** Renders the current inputs, and again when a text expires. */
  #render(): ViewModel | null {
    this.#inputs = { ...this.#inputs, now: this.#clock.now(), times: this.#currentTimes() };
    const { translator, times, visible } = this.#inputs;
    const viewModel = toViewModel(this.#inputs);
    this.#cancelRefresh();
    if (viewModel === null) return null;
    this.#paneView.render(viewModel);
    this.#timelineView.render(viewModel.timeline, translator, times);
    if (visible) {
      this.#cancelRefresh = this.#clock.after(viewModel.refreshAfterMs, () => {
        this.#render();
      });
    }
    return viewModel;
  }

  /** What follows from changed inputs, once they are rendered. */
  #applySideEffects(viewModel: ViewModel, inputs: Inputs, previous: Inputs | null): void {
    const { connection, lastKnown, visible } = inputs;
    this.#announcer.announce(viewModel.announcement, visible);
    this.#composeNotice?.update(viewModel.composeNotice);
    if (lastKnown !== previous?.lastKnown) saveLastKnown(lastKnown);
    // The copy button shows its result until the command changes.
    if (inputs.copied !== null && inputs.copied.command !== viewModel.command)
      this.#inputs = { ...inputs, copied: null };
    if (connection === previous?.connection) return;
    if (isOtherBridge(connection, previous?.connection)) void checkForUpdate();
    if (connection.phase !== "live") return;
    this.#history.refresh();
    this.#clock.after(0, () => {
      this.#loadOptional();
    });
  }

  /** Loads what the pane works without. */
  #loadOptional(): void {
    if (this.#optionalLoaded) return;
    this.#optionalLoaded = true;
    performance.mark("state-rendered");
    void registerServiceWorker();
    if (this.#inputs.host !== "browser") void this.#loadOffice();
  }

  async #loadOffice(): Promise<void> {
    const office = await loadOffice();
    if (office === null) return;
    const { context, host, locale } = office;
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
    const { translator } = this.#inputs;
    const isOtherLocale = locale !== null && locale !== translator.locale;
    this.#update({
      host,
      translator: isOtherLocale ? this.#createTranslator([locale, ...navigator.languages]) : translator,
    });
  }

  #createTranslator(preferred: readonly string[]): Translator {
    const translator = new Translator(this.#languages, preferred);
    document.documentElement.lang = translator.locale;
    return translator;
  }

  /** A formatter for the current locale and time zone, which changes when the user travels. */
  #currentTimes(): TimeFormatter {
    const { times, translator } = this.#inputs;
    const isCurrent = times.locale === translator.locale && times.timeZone === systemTimeZone();
    return isCurrent ? times : new TimeFormatter(translator.locale);
  }
}

/** Whether this is the first status of a connection, after which the bridge may have another version. */
function isOtherBridge(connection: Connection, previous: Connection | undefined): boolean {
  if (connection.phase === "incompatible") return previous?.phase !== "incompatible";
  if (connection.phase !== "live") return false;
  return previous?.phase !== "live" || previous.connectedAt !== connection.connectedAt;
}
