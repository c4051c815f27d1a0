// Writes docs/performance.md and docs/performance.svg from the results in docs/performance.json.
import { NOTES } from "../notes.mjs";

export function markdown({ machine, cases }) {
  const all = sorted(cases);
  return [
    "# Performance",
    "",
    "Written by `npm run bench`; the raw numbers are in [performance.json](performance.json). To measure one case again: `npm run bench -- --cases <number>`.",
    "",
    "![Ratios to the baselines, and their targets](performance.svg)",
    "",
    "## Summary",
    "",
    "| case | measure | compared with | ratio (rounds) | target | |",
    "|---|---|---|---|---|---|",
    ...all.flatMap(({ number, measures }) =>
      measures.filter(({ target }) => target !== undefined).map((measure) => summaryRow(number, measure)),
    ),
    "",
    "A ratio is the median of the ratios of all rounds; in brackets the smallest and the largest. `<=`: the product's cost divided by the baseline's. `>=`: how many times faster the product is. A round's ratio is that of its medians, or of its 99th percentiles for p99.",
    "",
    "## Method",
    "",
    ...METHOD,
    "",
    `Machine: ${machine.processor}, ${machine.memoryGb} GB, ${machine.system}. Node ${machine.node}; ${machine.compiler}; ${machine.chromium}; ${machine.packages}.`,
    "",
    ...all.flatMap(section),
    "## Instruction budgets",
    "",
    "`npm test -- instructions` counts the instructions of Notify(), the frame codec and the feed with callgrind, and fails if one exceeds its budget in bench/budgets/budgets.json. Instruction counts do not depend on the machine's load. No test asserts a time.",
    "",
  ].join("\n");
}

const METHOD = [
  "- The product and what it is compared with are measured in the same run, in turns whose order rotates, after a warm-up.",
  "- All sides use the same certificate, TLS version and message, and no compression. Alternatives are set up as their documentation recommends.",
  "- All processes take times from the system's monotonic clock, so that times of different processes can be compared.",
  "- p50 and p99 are those of all samples; the spread is that of the rounds' medians.",
  "- The load before and after each case is stated, because other programs lengthen the times. Ratios are hardly affected.",
];

function sorted(cases) {
  return Object.values(cases).sort((a, b) => a.number - b.number);
}

function summaryRow(number, measure) {
  const { name, against, target, kind } = measure;
  const verdict = measure.met ? "met" : "**missed**";
  const link = `[${number}](#case-${number})`;
  if (kind !== "ratio")
    return `| ${link} | ${name} | - | ${quantity(measure.value, measure.unit)} | ${target} | ${verdict} |`;
  const [smallest, largest] = measure.ratioSpread;
  const ratio = `${figure(measure.ratio)} (${figure(smallest)} to ${figure(largest)})`;
  return `| ${link} | ${name} | ${against} | ${ratio} | ${limitOf(target)} | ${verdict} |`;
}

function section({ number, title, method, at, rounds, load, measures }) {
  const of = (kind) => measures.filter((measure) => measure.kind === kind);
  const ratios = of("ratio");
  const facts = of("fact");
  return [
    `<a id="case-${number}"></a>`,
    "",
    `## Case ${number}: ${title}`,
    "",
    method,
    "",
    `Measured ${at.slice(0, 16).replace("T", " ")} UTC, ${rounds} rounds, load ${load.map((one) => one.toFixed(1)).join(" to ")}.`,
    "",
    ...(ratios.length > 0 ? table(ratios) : []),
    ...(facts.length > 0 ? [...facts.map(line), ""] : []),
    ...of("growth").flatMap(({ name, order, exponent, points, unit }) => [
      `Growth: ${name} is **${order}** (exponent ${figure(exponent)}): ${points.map(([size, cost]) => `${size}: ${figure(cost)} ${unit}`).join(", ")}.`,
      "",
    ]),
    ...(NOTES[number] ?? []).flatMap((text) => [text, ""]),
  ];
}

function table(ratios) {
  return [
    "| measure | side | p50 | p99 | spread of medians | samples | ratio | target |",
    "|---|---|---|---|---|---|---|---|",
    ...ratios.flatMap(({ name, against, unit, product, baseline, ratio, target, met }) => [
      `| ${name} | product | ${cells(unit, product)} | ${figure(ratio)} | ${target === undefined ? "-" : `${limitOf(target)}: ${met ? "met" : "**missed**"}`} |`,
      `| | ${against} | ${cells(unit, baseline)} | | |`,
    ]),
    "",
  ];
}

/** With fewer samples a 99th percentile means nothing. */
const MIN_SAMPLES_P99 = 20;

function cells(unit, { p50, p99, spread, samples }) {
  const high = samples > MIN_SAMPLES_P99 ? quantity(p99, unit) : "-";
  return `${quantity(p50, unit)} | ${high} | ${figure(spread[0])} to ${figure(spread[1])} | ${samples}`;
}

function limitOf({ atMost, atLeast }) {
  return atLeast === undefined ? `<= ${atMost}` : `>= ${atLeast}`;
}

function line({ name, value, unit, target, met }) {
  const result = target === undefined ? "" : ` (target: ${target}; ${met ? "met" : "**missed**"})`;
  return `- ${name}: ${quantity(value, unit)}${result}`;
}

function quantity(value, unit) {
  return `${figure(value)}${unit === "" ? "" : ` ${unit}`}`;
}

function figure(value) {
  if (typeof value !== "number") return String(value);
  if (!Number.isFinite(value)) return "-";
  if (value !== 0 && Math.abs(value) < 0.01) return value.toPrecision(2);
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return String(Math.round(value));
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}

const WIDTH = 860;
const LEFT = 330;
const RIGHT = 70;
const ROW_HEIGHT = 22;
const TOP = 54;

/** An SVG with the ratio of each measure that has a target, its rounds and its target, on one logarithmic scale. */
export function plot({ cases }) {
  const bars = sorted(cases)
    .flatMap(({ number, measures }) =>
      measures
        .filter(({ kind, target }) => kind === "ratio" && target !== undefined)
        .map((measure) => ({ number, ...measure })),
    )
    // Invert speed-ups, so that left is better everywhere.
    .map((bar) => (bar.target.atLeast === undefined ? bar : inverted(bar)));
  const values = bars.flatMap(({ ratioSpread, target }) => [...ratioSpread, target.atMost]).filter(Number.isFinite);
  const low = Math.log10(Math.min(0.5, ...values) * 0.9);
  const high = Math.log10(Math.max(4, ...values) * 1.1);
  const x = (value) => LEFT + ((Math.log10(value) - low) / (high - low)) * (WIDTH - LEFT - RIGHT);
  const height = TOP + bars.length * ROW_HEIGHT + 30;
  const ticks = [0.001, 0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10, 100].filter(
    (tick) => Math.log10(tick) >= low && Math.log10(tick) <= high,
  );
  const title = "The product's cost divided by that of the baseline or alternative";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="Segoe UI, system-ui, sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="16" y="22" font-size="14" font-weight="600" fill="#242424">${title} (logarithmic; left is better)</text>`,
    ...ticks.map(
      (tick) =>
        `<g><line x1="${px(x(tick))}" x2="${px(x(tick))}" y1="${TOP - 10}" y2="${height - 24}" stroke="${tick === 1 ? "#616161" : "#e0e0e0"}"/><text x="${px(x(tick))}" y="${TOP - 14}" text-anchor="middle" fill="#616161">${tick}</text></g>`,
    ),
    ...bars.flatMap((bar, index) => barElements(bar, TOP + index * ROW_HEIGHT + ROW_HEIGHT / 2, x)),
    `<text x="16" y="${height - 8}" fill="#616161">dot: median; line: smallest to largest round; bar: the target; blue: met, orange: missed</text>`,
    `</svg>`,
    "",
  ].join("\n");
}

function barElements({ number, name, ratio, ratioSpread, target, met }, y, x) {
  const color = met ? "#0f6cbd" : "#bc4b09";
  const [from, to] = ratioSpread;
  return [
    `<text x="16" y="${px(y + 4)}" fill="#242424">${number}. ${name.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</text>`,
    `<line x1="${px(x(from))}" x2="${px(x(to))}" y1="${px(y)}" y2="${px(y)}" stroke="${color}" stroke-width="2"/>`,
    `<circle cx="${px(x(ratio))}" cy="${px(y)}" r="4" fill="${color}"/>`,
    `<line x1="${px(x(target.atMost))}" x2="${px(x(target.atMost))}" y1="${px(y - 8)}" y2="${px(y + 8)}" stroke="#242424" stroke-width="2"/>`,
    `<text x="${WIDTH - 8}" y="${px(y + 4)}" text-anchor="end" fill="${color}">${figure(ratio)}</text>`,
  ];
}

function inverted({ ratio, ratioSpread, target, ...rest }) {
  return {
    ...rest,
    ratio: 1 / ratio,
    ratioSpread: ratioSpread.map((value) => 1 / value),
    target: { atMost: 1 / target.atLeast },
  };
}

const px = (value) => value.toFixed(1);
