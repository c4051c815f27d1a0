// The results of a case, and the statistics behind them. Every decision is based on the median, over interleaved rounds, of ratios.

/**
 * The product compared with a baseline or an alternative, measured in the same run.
 * @param {object} result
 * @param {string} result.name
 * @param {string} result.against
 * @param {string} result.unit
 * @param {number[][]} result.product samples, by round
 * @param {number[][]} result.baseline samples, by round
 * @param {{ atMost?: number, atLeast?: number }} [result.target] `atMost`: product / baseline; `atLeast`: baseline / product
 * @param {number} [result.at] the quantile to compare, 0.5 by default
 */
export function compare({ name, against, unit, product, baseline, target, at = 0.5 }) {
  const pick = (samples) => quantile(samples, at);
  const { ratio, spread } =
    target?.atLeast === undefined ? ratioOf(product, baseline, pick) : ratioOf(baseline, product, pick);
  return {
    kind: "ratio",
    name,
    against,
    unit,
    at,
    product: summaryOf(product),
    baseline: summaryOf(baseline),
    ratio,
    ratioSpread: spread,
    ...(target && { target, met: target.atLeast === undefined ? ratio <= target.atMost : ratio >= target.atLeast }),
    rounds: { product: product.map(rounded), baseline: baseline.map(rounded) },
  };
}

/** A single value. `target` is text; `met` is whether the value satisfies it. */
export function fact(name, value, { unit = "", target, met } = {}) {
  return { kind: "fact", name, value, unit, ...(target && { target, met }) };
}

/**
 * How the cost grows with the size.
 * @param {string} name
 * @param {string} unit of the cost
 * @param {[size: number, cost: number][]} points three or more
 * @param {[size: number, cost: number][]} [fitted] the points that the exponent is fitted to; all by default
 */
export function growth(name, unit, points, fitted = points) {
  return { kind: "growth", name, unit, points, ...powerLawOf(fitted) };
}

/** Samples for the JSON file: 4 significant digits; more than 200 samples are reduced to 101 quantiles. */
function rounded(samples) {
  const kept =
    samples.length <= 200 ? samples : Array.from({ length: 101 }, (_, index) => quantile(samples, index / 100));
  return kept.map((value) => Number(value.toPrecision(4)));
}

/** Nearest-rank quantile; NaN without samples. */
export function quantile(samples, fraction) {
  if (samples.length === 0) return Number.NaN;
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(fraction * sorted.length) - 1))];
}

export const median = (samples) => quantile(samples, 0.5);

/** p50 and p99 of all samples, and the smallest and largest median of a round. */
function summaryOf(rounds) {
  const all = rounds.flat();
  const medians = rounds.filter((round) => round.length > 0).map(median);
  return {
    samples: all.length,
    p50: median(all),
    p99: quantile(all, 0.99),
    spread: [Math.min(...medians), Math.max(...medians)],
    medians,
  };
}

/** The median of the ratios of each round; `spread` is the smallest and the largest of them. */
function ratioOf(numerator, denominator, at = median) {
  const ratios = numerator.map((round, index) => at(round) / at(denominator[index]));
  return { ratio: median(ratios), spread: [Math.min(...ratios), Math.max(...ratios)] };
}

/** The exponent of the power law through the points, by linear regression of the logarithms, and its class. */
function powerLawOf(points) {
  const xs = points.map(([size]) => Math.log(size));
  const ys = points.map(([, cost]) => Math.log(Math.max(cost, Number.MIN_VALUE)));
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(xs), mean(ys)];
  const covariance = xs.reduce((sum, value, index) => sum + (value - x) * (ys[index] - y), 0);
  const variance = xs.reduce((sum, value) => sum + (value - x) ** 2, 0);
  const exponent = covariance / variance;
  const classes = [
    [0.25, "constant"],
    [0.85, "less than linear"],
    [1.2, "linear"],
  ];
  const order = classes.find(([limit]) => exponent < limit)?.[1] ?? "more than linear";
  return { exponent, order };
}

/** Runs each of `parts` (name to async function) once per round. The order rotates with each round. */
export async function interleaved(rounds, parts) {
  const names = Object.keys(parts);
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (let index = 0; index < names.length; index += 1) {
      const name = names[(index + round) % names.length];
      results[name].push(await parts[name](round));
    }
  }
  return results;
}
