// Medians, quantiles and what follows from them.

/** The value below which `fraction` of the samples lie, nearest rank. NaN when there are none. */
export function quantile(samples, fraction) {
  if (samples.length === 0) return Number.NaN;
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(fraction * sorted.length) - 1))];
}

export const median = (samples) => quantile(samples, 0.5);

/** Of samples in rounds: p50 and p99 of all, and how far the rounds' own medians lie apart. */
export function summaryOf(rounds) {
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

/** The median of the rounds' ratios of medians: what decides. `spread` is the smallest and the largest of them. */
export function ratioOf(product, floor, at = median) {
  const ratios = product.map((round, index) => at(round) / at(floor[index]));
  return { ratio: median(ratios), spread: [Math.min(...ratios), Math.max(...ratios)] };
}

/** How cost grows with size: the exponent of the power law through the points, and its name. */
export function growthOf(points) {
  const xs = points.map(([size]) => Math.log(size));
  const ys = points.map(([, cost]) => Math.log(Math.max(cost, Number.MIN_VALUE)));
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(xs), mean(ys)];
  const over = xs.reduce((sum, value, index) => sum + (value - x) * (ys[index] - y), 0);
  const under = xs.reduce((sum, value) => sum + (value - x) ** 2, 0);
  const exponent = over / under;
  const name =
    exponent < 0.25
      ? "constant"
      : exponent < 0.85
        ? "less than linear"
        : exponent < 1.2
          ? "linear"
          : "more than linear";
  return { exponent, name };
}

/** Runs `parts` (name to async function of the round) in turn, `rounds` times, in an order that moves on each round. */
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
