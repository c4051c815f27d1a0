// How a row says what it has found. Everything that decides is a ratio of medians over interleaved rounds.
import { quantile, ratioOf, summaryOf } from "./statistics.mjs";

/**
 * Product against one other in the same run.
 * @param {object} it
 * @param {string} it.what
 * @param {string} it.against
 * @param {string} it.unit
 * @param {number[][]} it.product samples of each round
 * @param {number[][]} it.other samples of each round
 * @param {{ most?: number, least?: number }} [it.aim] `most`: product / other; `least`: other / product
 * @param {number} [it.at] quantile that is compared, 0.5 unless told
 */
export function compare({ what, against, unit, product, other, aim, at = 0.5 }) {
  const pick = (samples) => quantile(samples, at);
  const { ratio, spread } = aim?.least === undefined ? ratioOf(product, other, pick) : ratioOf(other, product, pick);
  return {
    kind: "ratio",
    what,
    against,
    unit,
    at,
    product: summaryOf(product),
    other: summaryOf(other),
    ratio,
    ratioSpread: spread,
    ...(aim && { aim, met: aim.least === undefined ? ratio <= aim.most : ratio >= aim.least }),
    rounds: { product: product.map(rounded), other: other.map(rounded) },
  };
}

/** A number that stands for itself. `aim` is said in words; `met` says whether it holds. */
export function fact(what, value, { unit = "", aim, met } = {}) {
  return { kind: "fact", what, value, unit, ...(aim && { aim, met }) };
}

/** Cost at three sizes or more. */
export function growth(what, unit, points, named) {
  return { kind: "growth", what, unit, points, ...named };
}

/** Raw samples for the JSON: four digits are more than the clock is good for; a long round keeps its quantiles. */
function rounded(samples) {
  const kept =
    samples.length <= 200 ? samples : Array.from({ length: 101 }, (_, index) => quantile(samples, index / 100));
  return kept.map((value) => Number(value.toPrecision(4)));
}
