// @ts-check
import process from "node:process";

const UPDATE_INTERVAL_MS = 20_000;

/**
 * Runs `work` and prints progress lines: when it starts, every 20 s, and how long it took.
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
    say(title, `running for ${seconds(begin)}`);
  }, UPDATE_INTERVAL_MS);
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
 * Prints a line of progress to stderr: stdout is for the result of a command (`npm run outlook -- state`).
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
