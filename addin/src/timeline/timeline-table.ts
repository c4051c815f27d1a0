import type { Times } from "../words/times.js";
import type { Words } from "../words/words.js";
import type { Span, Timeline } from "./timeline.js";

/** "09:12 – 09:40"; what goes on ends "now". */
export function describeRange(
  { from, to }: Pick<Span, "from" | "to">,
  now: number,
  words: Words,
  times: Times,
): string {
  const [begin, end] = times.ends(from, to, now);
  return words.text("timeline.range", { from: begin, to: to === now ? words.text("timeline.now") : end });
}

/** More rows nobody reads; the picture and the totals count all. */
const MOST_ROWS = 200;

/**
 * Fills the table with the spans, newest first. The roles are those that the elements have by themselves: browsers take
 * them away when a style sheet lays the table out otherwise, as it does where the text is large.
 */
export function drawTable(table: HTMLTableElement, timeline: Timeline, words: Words, times: Times): void {
  const { spans, now } = timeline;
  const caption = document.createElement("caption");
  caption.textContent =
    spans.length > MOST_ROWS
      ? words.text("timeline.captionCut", { count: MOST_ROWS, all: spans.length })
      : words.text("timeline.caption");
  const head = document.createElement("thead");
  head.setAttribute("role", "rowgroup");
  head.append(
    row("th", [words.text("timeline.state"), words.text("timeline.time"), words.text("timeline.duration")], "col"),
  );
  const body = document.createElement("tbody");
  body.setAttribute("role", "rowgroup");
  for (const { state, from, to } of spans.slice(-MOST_ROWS).reverse()) {
    const range = describeRange({ from, to }, now, words, times);
    const line = row("td", [range, times.duration(to - from, "short").text]);
    const name = document.createElement("th");
    name.scope = "row";
    name.setAttribute("role", "rowheader");
    name.textContent = words.text(`word.${state}`);
    line.prepend(name);
    line.className = state;
    body.append(line);
  }
  table.setAttribute("role", "table");
  table.replaceChildren(caption, head, body);
}

function row(cell: "th" | "td", texts: readonly string[], scope?: string): HTMLTableRowElement {
  const line = document.createElement("tr");
  line.setAttribute("role", "row");
  for (const text of texts) {
    const element = document.createElement(cell);
    element.textContent = text;
    element.setAttribute("role", cell === "th" ? "columnheader" : "cell");
    if (scope !== undefined) element.setAttribute("scope", scope);
    line.append(element);
  }
  return line;
}
