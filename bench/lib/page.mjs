// docs/performance.md, from the numbers.
import { EXPLANATIONS } from "../explanations.mjs";

export function markdown({ machine, rows }) {
  const all = Object.values(rows).sort((a, b) => a.number - b.number);
  return [
    "# Performance",
    "",
    "Written by `npm run bench`; the raw numbers are in [performance.json](performance.json). One row alone is measured anew by `npm run bench -- <row>`.",
    "",
    "![Ratios to the floors, and their aims](performance.svg)",
    "",
    "## In short",
    "",
    "| row | what | against | ratio (rounds) | aim | |",
    "|---|---|---|---|---|---|",
    ...all.flatMap((row) => row.measures.filter(({ aim }) => aim !== undefined).map((one) => short(row, one))),
    "",
    "A ratio is the median, over interleaved rounds, of the ratio of the rounds' medians (or 99th percentiles, where it says p99); in brackets the smallest and the largest round. `<=`: the product's cost over the other's. `>=`: how many times faster the product is.",
    "",
    "## How it is measured",
    "",
    ...METHOD,
    "",
    `Machine: ${machine.processor}, ${machine.memoryGb} GB, ${machine.system}. Node ${machine.node}; ${machine.compiler}; ${machine.chromium}; ${machine.rivals}.`,
    "",
    ...all.flatMap(section),
    "## Guards",
    "",
    "`npm test -- instructions` counts the instructions of Notify, of the channel's codec and of the feed under callgrind and holds them against bench/guards/baselines.json. Instructions do not wobble with the machine's load as times do; no test asserts a time.",
    "",
  ].join("\n");
}

const METHOD = [
  "- The product and what it is held against take turns, in the same run on the same machine, in an order that moves on with each round. There is a warm-up before the first round.",
  "- All sides have the same certificate and TLS version, the same message, and no compression. Rivals are set up as their documentation recommends.",
  "- All processes stamp with the system's monotonic clock, so that a moment in one can be held against a moment in another.",
  "- p50 and p99 are of all samples; the spread is that of the rounds' medians.",
  "- The load before and after each row is told, because other work on the machine lengthens what is measured. Ratios bear it, times do not.",
];

function short({ number }, one) {
  const verdict = one.met ? "met" : "**missed**";
  if (one.kind === "ratio") {
    const spread = `${figure(one.ratio)} (${figure(one.ratioSpread[0])} to ${figure(one.ratioSpread[1])})`;
    const aim = one.aim.least === undefined ? `<= ${one.aim.most}` : `>= ${one.aim.least}`;
    return `| [${number}](#row-${number}) | ${one.what} | ${one.against} | ${spread} | ${aim} | ${verdict} |`;
  }
  return `| [${number}](#row-${number}) | ${one.what} | - | ${figure(one.value)} ${one.unit} | ${one.aim} | ${verdict} |`;
}

function section(row) {
  const ratios = row.measures.filter(({ kind }) => kind === "ratio");
  const facts = row.measures.filter(({ kind }) => kind === "fact");
  const growths = row.measures.filter(({ kind }) => kind === "growth");
  const explained = EXPLANATIONS[row.number] ?? [];
  return [
    `<a id="row-${row.number}"></a>`,
    "",
    `## Row ${row.number}: ${row.title}`,
    "",
    row.method,
    "",
    `Measured ${row.at.slice(0, 16).replace("T", " ")} UTC, ${row.rounds} rounds, load ${row.load.map((one) => one.toFixed(1)).join(" to ")}.`,
    "",
    ...(ratios.length > 0 ? table(ratios) : []),
    ...(facts.length > 0 ? [...facts.map(sentence), ""] : []),
    ...growths.flatMap((one) => [
      `Growth: ${one.what} is **${one.name}** (exponent ${figure(one.exponent)}): ${one.points.map(([size, cost]) => `${size}: ${figure(cost)} ${one.unit}`).join(", ")}.`,
      "",
    ]),
    ...explained.flatMap((text) => [text, ""]),
  ];
}

function table(ratios) {
  return [
    "| what | side | p50 | p99 | spread of medians | samples | ratio | aim |",
    "|---|---|---|---|---|---|---|---|",
    ...ratios.flatMap((one) => [
      `| ${one.what} | product | ${cells(one, one.product)} | ${figure(one.ratio)} | ${aimOf(one)} |`,
      `| | ${one.against} | ${cells(one, one.other)} | | |`,
    ]),
    "",
  ];
}

function cells({ unit }, { p50, p99, spread, samples }) {
  const of = (value) => `${figure(value)}${unit === "" ? "" : ` ${unit}`}`;
  return `${of(p50)} | ${samples > spreadLeast ? of(p99) : "-"} | ${figure(spread[0])} to ${figure(spread[1])} | ${samples}`;
}

/** Fewer samples have no 99th percentile. */
const spreadLeast = 20;

function aimOf({ aim, met }) {
  if (aim === undefined) return "-";
  return `${aim.least === undefined ? `<= ${aim.most}` : `>= ${aim.least}`}: ${met ? "met" : "**missed**"}`;
}

function sentence({ what, value, unit, aim, met }) {
  const said = `- ${what}: ${figure(value)}${unit === "" ? "" : ` ${unit}`}`;
  return aim === undefined ? said : `${said} (aim: ${aim}; ${met ? "met" : "**missed**"})`;
}

export function figure(value) {
  if (typeof value !== "number") return String(value);
  if (!Number.isFinite(value)) return "-";
  if (value !== 0 && Math.abs(value) < 0.01) return value.toPrecision(2);
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return String(Math.round(value));
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}
