// docs/performance.svg: each ratio with its rounds on one logarithmic scale, and its aim. No library: it is some lines.
import { figure } from "./page.mjs";

const WIDTH = 860;
const LEFT = 330;
const RIGHT = 70;
const LINE = 22;
const TOP = 54;

export function plot({ rows }) {
  const bars = Object.values(rows)
    .sort((a, b) => a.number - b.number)
    .flatMap(({ number, measures }) =>
      measures.filter(({ kind, aim }) => kind === "ratio" && aim !== undefined).map((one) => ({ number, ...one })),
    )
    // Of a speed-up the other way round: left is better, everywhere.
    .map((one) => (one.aim.least === undefined ? one : inverted(one)));
  const values = bars.flatMap(({ ratioSpread, aim }) => [...ratioSpread, aim.most]).filter(Number.isFinite);
  const low = Math.log10(Math.min(0.5, ...values) * 0.9);
  const high = Math.log10(Math.max(4, ...values) * 1.1);
  const x = (value) => LEFT + ((Math.log10(value) - low) / (high - low)) * (WIDTH - LEFT - RIGHT);
  const height = TOP + bars.length * LINE + 30;
  const ticks = [0.001, 0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10, 100].filter(
    (tick) => Math.log10(tick) >= low && Math.log10(tick) <= high,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="Segoe UI, system-ui, sans-serif" font-size="12">`,
    `<title>The product's cost over that of its floor or rival</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="16" y="22" font-size="14" font-weight="600" fill="#242424">The product's cost over that of its floor or rival (logarithmic; left is better)</text>`,
    ...ticks.map(
      (tick) =>
        `<g><line x1="${px(x(tick))}" x2="${px(x(tick))}" y1="${TOP - 10}" y2="${height - 24}" stroke="${tick === 1 ? "#616161" : "#e0e0e0"}"/><text x="${px(x(tick))}" y="${TOP - 14}" text-anchor="middle" fill="#616161">${tick}</text></g>`,
    ),
    ...bars.flatMap((one, index) => bar(one, TOP + index * LINE + LINE / 2, x)),
    `<text x="16" y="${height - 8}" fill="#616161">dot: median; line: smallest to largest round; bar: the aim; blue: met, orange: missed</text>`,
    `</svg>`,
    "",
  ].join("\n");
}

function bar({ number, what, ratio, ratioSpread, aim, met }, y, x) {
  const color = met ? "#0f6cbd" : "#bc4b09";
  const [from, to] = ratioSpread;
  return [
    `<text x="16" y="${px(y + 4)}" fill="#242424">${number}. ${what.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</text>`,
    `<line x1="${px(x(from))}" x2="${px(x(to))}" y1="${px(y)}" y2="${px(y)}" stroke="${color}" stroke-width="2"/>`,
    `<circle cx="${px(x(ratio))}" cy="${px(y)}" r="4" fill="${color}"/>`,
    `<line x1="${px(x(aim.most))}" x2="${px(x(aim.most))}" y1="${px(y - 8)}" y2="${px(y + 8)}" stroke="#242424" stroke-width="2"/>`,
    `<text x="${WIDTH - 8}" y="${px(y + 4)}" text-anchor="end" fill="${color}">${figure(ratio)}</text>`,
  ];
}

function inverted({ ratio, ratioSpread, aim, ...rest }) {
  return { ...rest, ratio: 1 / ratio, ratioSpread: ratioSpread.map((one) => 1 / one), aim: { most: 1 / aim.least } };
}

const px = (value) => value.toFixed(1);
