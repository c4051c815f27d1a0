import type { State } from "../../../shared/src/protocol.js";
import { part, setAttribute, setText } from "../view/dom.js";
import type { Times } from "../words/times.js";
import type { Words } from "../words/words.js";
import { describeRange, drawTable } from "./timeline-table.js";
import { COLUMNS, spanInColumn, TIMELINE_MS, type Bar, type Span, type Timeline } from "./timeline.js";

const SVG = "http://www.w3.org/2000/svg";
/** Widths in columns below which a bar is overlooked: a drop, and that Outlook is offline or nothing is known just now. */
const LEAST = { drop: 2, last: 3 };
/** Height of the bars of each state, of 24: the state can be told by it without seeing a colour. */
const HEIGHT: Readonly<Record<State, number>> = { offline: 24, unknown: 14, online: 8 };

/** Draws the timeline: bars, one place to read exact times, a summary and a table. */
export class TimelineView {
  readonly #section = part("timeline", HTMLElement);
  readonly #heading = part("timeline-heading", HTMLElement);
  readonly #summary = part("timeline-summary", HTMLElement);
  readonly #track = part("timeline-track", HTMLElement);
  readonly #bars = part("timeline-bars", SVGElement);
  readonly #marker = part("timeline-marker", SVGElement);
  readonly #reading = part("timeline-reading", HTMLElement);
  readonly #legend = part("timeline-legend", HTMLElement);
  readonly #begin = part("timeline-begin", HTMLElement);
  readonly #middle = part("timeline-middle", HTMLElement);
  readonly #end = part("timeline-end", HTMLElement);
  readonly #details = part("timeline-details", HTMLDetailsElement);
  readonly #detailsSummary = part("timeline-details-summary", HTMLElement);
  readonly #table = part("timeline-table", HTMLTableElement);
  #drawn: { timeline: Timeline; words: Words; times: Times } | null = null;
  /** The span that is read; counted from the newest, so that it stays the same while time passes. */
  #back = 0;
  #reads = false;
  #shape = "";
  #rows = "";

  constructor() {
    this.#track.addEventListener("keydown", (event) => {
      this.#key(event);
    });
    this.#track.addEventListener("pointermove", (event) => {
      const { left, width } = this.#track.getBoundingClientRect();
      this.#readAt((event.clientX - left) / width);
    });
    for (const [event, reads] of [
      ["focus", true],
      ["blur", false],
      ["pointerleave", false],
    ] as const) {
      this.#track.addEventListener(event, () => {
        this.#reads = reads || document.activeElement === this.#track;
        this.#read();
      });
    }
    // Also for what the pointer is on, without the focus: https://www.w3.org/TR/WCAG22/#content-on-hover-or-focus
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#reads) return;
      event.preventDefault();
      this.#back = 0;
      this.#reads = false;
      this.#read();
    });
    this.#details.addEventListener("toggle", () => {
      this.#drawTable();
    });
  }

  show(shown: boolean): void {
    this.#section.hidden = !shown;
  }

  draw(timeline: Timeline, words: Words, times: Times): void {
    const previous = this.#drawn?.timeline.spans.length ?? timeline.spans.length;
    if (this.#reads && this.#back > 0) this.#back += timeline.spans.length - previous;
    this.#drawn = { timeline, words, times };
    setText(this.#heading, words.text("timeline.heading"));
    setText(this.#summary, this.#summarise(timeline, words, times));
    setText(this.#begin, times.moment(timeline.from, timeline.now));
    setText(this.#middle, times.moment((timeline.from + timeline.now) / 2, timeline.now));
    setText(this.#end, words.text("timeline.now"));
    setText(this.#detailsSummary, words.text("timeline.table"));
    for (const entry of this.#legend.children) {
      const state = entry.getAttribute("data-of");
      if (state === "online" || state === "offline" || state === "unknown") {
        setText(entry.lastElementChild ?? entry, words.text(`word.${state}`));
      }
    }
    this.#drawBars(timeline.bars);
    setAttribute(this.#track, "aria-label", words.text("timeline.track"));
    setAttribute(this.#track, "aria-valuemin", "1");
    setAttribute(this.#track, "aria-valuemax", String(timeline.spans.length));
    this.#read();
    this.#drawTable();
  }

  #summarise({ offlineMs, unknownMs, drops }: Timeline, words: Words, times: Times): string {
    if (drops > 0)
      return words.text("timeline.drops", { count: drops, duration: times.duration(offlineMs, "short").text });
    if (unknownMs === 0) return words.text("timeline.never");
    return words.text(unknownMs === TIMELINE_MS ? "timeline.nothing" : "timeline.noneSeen");
  }

  #drawBars(bars: readonly Bar[]): void {
    const shape = bars.map(({ state, column }) => state + String(column)).join();
    if (shape === this.#shape) return;
    this.#shape = shape;
    this.#bars.replaceChildren(
      ...bars.map(({ state, column, width }) => {
        const bar = document.createElementNS(SVG, "rect");
        bar.setAttribute("class", `bar ${state}`);
        const end = column + width;
        const least = state === "online" ? 1 : end === COLUMNS ? LEAST.last : state === "offline" ? LEAST.drop : 1;
        const shown = Math.min(end, Math.max(width, least));
        bar.setAttribute("x", String(end - shown));
        bar.setAttribute("y", String(24 - HEIGHT[state]));
        bar.setAttribute("width", String(shown));
        bar.setAttribute("height", String(HEIGHT[state]));
        return bar;
      }),
    );
  }

  #key(event: KeyboardEvent): void {
    const last = (this.#drawn?.timeline.spans.length ?? 1) - 1;
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: this.#back + 1,
      ArrowDown: this.#back + 1,
      ArrowRight: this.#back - 1,
      ArrowUp: this.#back - 1,
      PageDown: this.#back + 10,
      PageUp: this.#back - 10,
      Home: last,
      End: 0,
    };
    const back = steps[event.key];
    if (back === undefined) return;
    event.preventDefault();
    this.#back = Math.min(last, Math.max(0, back));
    this.#reads = true;
    this.#read();
  }

  #readAt(share: number): void {
    const { timeline } = this.#drawn ?? {};
    if (timeline === undefined) return;
    const column = Math.min(COLUMNS - 1, Math.max(0, Math.floor(share * COLUMNS)));
    this.#back = timeline.spans.length - 1 - spanInColumn(timeline, column);
    this.#reads = true;
    this.#read();
  }

  /** Says the span that is read, or shows the legend when none is. */
  #read(): void {
    if (this.#drawn === null) return;
    const { timeline, words, times } = this.#drawn;
    const index = timeline.spans.length - 1 - this.#back;
    const span = timeline.spans[index] ?? timeline.spans.at(-1);
    if (span === undefined) return;
    const text = describe(span, timeline.now, words, times);
    setAttribute(this.#track, "aria-valuenow", String(index + 1));
    setAttribute(this.#track, "aria-valuetext", text);
    setText(this.#reading, text);
    this.#reading.hidden = !this.#reads;
    this.#legend.hidden = this.#reads;
    const column = (at: number): number => ((at - timeline.from) / TIMELINE_MS) * COLUMNS;
    const begin = column(span.from);
    setAttribute(this.#marker, "x", String(begin));
    setAttribute(this.#marker, "width", String(Math.max(1, column(span.to) - begin)));
    setAttribute(this.#marker, "visibility", this.#reads ? "visible" : "hidden");
  }

  /** The table is made when it is opened, and anew when there is another span: not under the eyes of who reads it. */
  #drawTable(): void {
    if (this.#drawn === null) return;
    const { timeline, words, times } = this.#drawn;
    const rows = this.#details.open
      ? `${String(timeline.spans.length)} ${String(timeline.spans.at(-1)?.from)} ${words.locale} ${times.timeZone}`
      : "";
    if (rows === this.#rows) return;
    this.#rows = rows;
    if (rows === "") this.#table.replaceChildren();
    else drawTable(this.#table, timeline, words, times);
  }
}

/** "Offline, 09:12 – 09:40, 28 minutes" */
function describe(span: Span, now: number, words: Words, times: Times): string {
  return words.text("timeline.span", {
    state: words.text(`word.${span.state}`),
    range: describeRange(span, now, words, times),
    duration: times.duration(span.to - span.from).text,
  });
}
