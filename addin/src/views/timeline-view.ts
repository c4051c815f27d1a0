import type { State } from "../../../shared/src/contract.js";
import type { TimeFormatter } from "../i18n/time-formatter.js";
import type { Translator } from "../i18n/translator.js";
import { COLUMNS, spanInColumn, TIMELINE_MS, type Bar, type Span, type TimelineModel } from "../view-model/timeline.js";
import { requireElement, setAttribute, setText } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
/** Minimum widths, in columns, at which a bar is noticed: a drop, and a current state other than online. */
const MIN_WIDTH = { drop: 2, current: 3 };
/** Heights of the bars, of 24: states can be distinguished without seeing colors. */
const HEIGHT: Readonly<Record<State, number>> = { offline: 24, unknown: 14, online: 8 };
/** The chart and the totals contain everything; the table is limited, because nobody reads more rows. */
const MAX_TABLE_ROWS = 200;

/** What a rendering was made of. */
interface Rendered {
  readonly timeline: TimelineModel;
  readonly translator: Translator;
  readonly times: TimeFormatter;
}

/** Renders the timeline: a bar chart, in which each span can be selected by pointer or keyboard, and a table. */
export class TimelineView {
  readonly #track = requireElement("timeline-track", HTMLElement);
  readonly #bars = requireElement("timeline-bars", SVGElement);
  readonly #marker = requireElement("timeline-marker", SVGElement);
  readonly #selection = requireElement("timeline-selection", HTMLElement);
  readonly #legend = requireElement("timeline-legend", HTMLElement);
  readonly #start = requireElement("timeline-start", HTMLElement);
  readonly #middle = requireElement("timeline-middle", HTMLElement);
  readonly #end = requireElement("timeline-end", HTMLElement);
  readonly #details = requireElement("timeline-details", HTMLDetailsElement);
  readonly #detailsSummary = requireElement("timeline-details-summary", HTMLElement);
  readonly #table = requireElement("timeline-table", HTMLTableElement);
  #rendered: Rendered | null = null;
  /** Index of the selected span, counted from the newest, so that it stays the same while time passes. */
  #selected = 0;
  #selecting = false;
  #renderedBars = "";
  #renderedTable = "";

  constructor() {
    this.#track.addEventListener("keydown", (event) => {
      this.#onKey(event);
    });
    this.#track.addEventListener("pointermove", (event) => {
      const { left, width } = this.#track.getBoundingClientRect();
      this.#selectAt((event.clientX - left) / width);
    });
    for (const [event, selecting] of [
      ["focus", true],
      ["blur", false],
      ["pointerleave", false],
    ] as const) {
      this.#track.addEventListener(event, () => {
        this.#selecting = selecting || document.activeElement === this.#track;
        this.#renderSelection();
      });
    }
    // On the document, because the pointer can select without focus: https://www.w3.org/TR/WCAG22/#content-on-hover-or-focus
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#selecting) return;
      event.preventDefault();
      this.#selected = 0;
      this.#selecting = false;
      this.#renderSelection();
    });
    this.#details.addEventListener("toggle", () => {
      this.#renderTable();
    });
  }

  render(timeline: TimelineModel, translator: Translator, times: TimeFormatter): void {
    const previous = this.#rendered?.timeline.spans.length ?? timeline.spans.length;
    if (this.#selecting && this.#selected > 0) this.#selected += timeline.spans.length - previous;
    this.#rendered = { timeline, translator, times };
    setText(this.#start, times.time(timeline.from, timeline.now));
    setText(this.#middle, times.time((timeline.from + timeline.now) / 2, timeline.now));
    setText(this.#end, translator.text("timeline.now"));
    setText(this.#detailsSummary, translator.text("timeline.table"));
    for (const entry of this.#legend.children) {
      const state = entry.getAttribute("data-legend");
      if (state === "online" || state === "offline" || state === "unknown") {
        setText(entry.lastElementChild ?? entry, translator.text(`state.${state}`));
      }
    }
    this.#renderBars(timeline.bars);
    setAttribute(this.#track, "aria-label", translator.text("timeline.track"));
    setAttribute(this.#track, "aria-valuemin", "1");
    setAttribute(this.#track, "aria-valuemax", String(timeline.spans.length));
    this.#renderSelection();
    this.#renderTable();
  }

  #renderBars(bars: readonly Bar[]): void {
    const key = bars.map(({ state, column }) => state + String(column)).join();
    if (key === this.#renderedBars) return;
    this.#renderedBars = key;
    this.#bars.replaceChildren(
      ...bars.map(({ state, column, width }) => {
        const bar = document.createElementNS(SVG, "rect");
        const end = column + width;
        const isCurrent = end === COLUMNS;
        const minimum =
          state === "online" ? 1 : isCurrent ? MIN_WIDTH.current : state === "offline" ? MIN_WIDTH.drop : 1;
        const shown = Math.min(end, Math.max(width, minimum));
        bar.setAttribute("class", `bar ${state}`);
        bar.setAttribute("x", String(end - shown));
        bar.setAttribute("y", String(24 - HEIGHT[state]));
        bar.setAttribute("width", String(shown));
        bar.setAttribute("height", String(HEIGHT[state]));
        return bar;
      }),
    );
  }

  #onKey(event: KeyboardEvent): void {
    const last = (this.#rendered?.timeline.spans.length ?? 1) - 1;
    const targets: Readonly<Record<string, number>> = {
      ArrowLeft: this.#selected + 1,
      ArrowDown: this.#selected + 1,
      ArrowRight: this.#selected - 1,
      ArrowUp: this.#selected - 1,
      PageDown: this.#selected + 10,
      PageUp: this.#selected - 10,
      Home: last,
      End: 0,
    };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.#selected = Math.min(last, Math.max(0, target));
    this.#selecting = true;
    this.#renderSelection();
  }

  /** @param position in the chart, from 0 (left) to 1 (right) */
  #selectAt(position: number): void {
    const { timeline } = this.#rendered ?? {};
    if (timeline === undefined) return;
    const column = Math.min(COLUMNS - 1, Math.max(0, Math.floor(position * COLUMNS)));
    this.#selected = timeline.spans.length - 1 - spanInColumn(timeline, column);
    this.#selecting = true;
    this.#renderSelection();
  }

  /** Shows the selected span, or the legend if none is selected. */
  #renderSelection(): void {
    if (this.#rendered === null) return;
    const { timeline } = this.#rendered;
    const index = timeline.spans.length - 1 - this.#selected;
    const span = timeline.spans[index] ?? timeline.spans.at(-1);
    if (span === undefined) return;
    const text = describeSpan(span, this.#rendered);
    setAttribute(this.#track, "aria-valuenow", String(index + 1));
    setAttribute(this.#track, "aria-valuetext", text);
    setText(this.#selection, text);
    this.#selection.hidden = !this.#selecting;
    this.#legend.hidden = this.#selecting;
    const column = (at: number): number => ((at - timeline.from) / TIMELINE_MS) * COLUMNS;
    const start = column(span.from);
    setAttribute(this.#marker, "x", String(start));
    setAttribute(this.#marker, "width", String(Math.max(1, column(span.to) - start)));
    setAttribute(this.#marker, "visibility", this.#selecting ? "visible" : "hidden");
  }

  /** Renders the table when it is opened, and again when there is a new span; not each minute, while somebody reads it. */
  #renderTable(): void {
    if (this.#rendered === null) return;
    const { timeline, translator, times } = this.#rendered;
    const key = this.#details.open
      ? `${String(timeline.spans.length)} ${String(timeline.spans.at(-1)?.from)} ${translator.locale} ${times.timeZone}`
      : "";
    if (key === this.#renderedTable) return;
    this.#renderedTable = key;
    if (key === "") this.#table.replaceChildren();
    else fillTable(this.#table, this.#rendered);
  }
}

/** "Offline, 09:12 – 09:40, 28 minutes" */
function describeSpan(span: Span, rendered: Rendered): string {
  const { translator, times } = rendered;
  return translator.text("timeline.span", {
    state: translator.text(`state.${span.state}`),
    range: describeRange(span, rendered),
    duration: times.duration(span.to - span.from).text,
  });
}

/** "09:12 – 09:40"; the current span ends "now". */
function describeRange({ from, to }: Span, { timeline: { now }, translator, times }: Rendered): string {
  const [start, end] = times.range(from, to, now);
  return translator.text("timeline.range", { from: start, to: to === now ? translator.text("timeline.now") : end });
}

/**
 * Fills the table with the spans, newest first. Each role is the element's own, but browsers drop it when a style sheet changes
 * `display`, as ours does for large text.
 */
function fillTable(table: HTMLTableElement, rendered: Rendered): void {
  const { timeline, translator, times } = rendered;
  const { spans } = timeline;
  const caption = document.createElement("caption");
  caption.textContent =
    spans.length > MAX_TABLE_ROWS
      ? translator.text("timeline.captionLimited", { count: MAX_TABLE_ROWS, all: spans.length })
      : translator.text("timeline.caption");
  const head = document.createElement("thead");
  head.setAttribute("role", "rowgroup");
  const headings = ["timeline.state", "timeline.time", "timeline.duration"] as const;
  const headingRow = createRow(
    "th",
    headings.map((key) => translator.text(key)),
  );
  for (const cell of headingRow.cells) cell.setAttribute("scope", "col");
  head.append(headingRow);
  const body = document.createElement("tbody");
  body.setAttribute("role", "rowgroup");
  for (const span of spans.slice(-MAX_TABLE_ROWS).reverse()) {
    const row = createRow("td", [describeRange(span, rendered), times.duration(span.to - span.from, "short").text]);
    const name = document.createElement("th");
    name.scope = "row";
    name.setAttribute("role", "rowheader");
    name.textContent = translator.text(`state.${span.state}`);
    row.prepend(name);
    row.className = span.state;
    body.append(row);
  }
  table.setAttribute("role", "table");
  table.replaceChildren(caption, head, body);
}

function createRow(cell: "th" | "td", texts: readonly string[]): HTMLTableRowElement {
  const row = document.createElement("tr");
  row.setAttribute("role", "row");
  for (const text of texts) {
    const element = document.createElement(cell);
    element.textContent = text;
    element.setAttribute("role", cell === "th" ? "columnheader" : "cell");
    row.append(element);
  }
  return row;
}
