// @ts-check
import process from "node:process";

const STILL_AT_IT_MS = 20_000;

/**
 * Does `work` under a title, with calm lines: one when it begins, one now and then while it lasts, one with the time it took.
 * @template T
 * @param {string} title Like "packages".
 * @param {string} what Like "npm ci".
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, what, work) {
  const begin = performance.now();
  say(title, `${what} ...`);
  const timer = setInterval(() => {
    say(title, `still at it (${seconds(begin)})`);
  }, STILL_AT_IT_MS);
  try {
    const result = await work();
    say(title, `done in ${seconds(begin)}`);
    return result;
  } catch (error) {
    say(title, `failed after ${seconds(begin)}`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/**
 * One line of progress. On stderr: stdout belongs to the answer of the command (`npm run outlook -- state`).
 * @param {string} title
 * @param {string} text
 */
export function say(title, text) {
  process.stderr.write(`  ${title.padEnd(10)} ${text}\n`);
}

/** @param {number} begin A value of performance.now(). */
export function seconds(begin) {
  return `${((performance.now() - begin) / 1000).toFixed(1)} s`;
}
