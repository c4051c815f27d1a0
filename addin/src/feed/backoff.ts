/** The first retry comes within this many milliseconds. */
export const FIRST_RETRY_MS = 250;
/** Two tries are at most this many milliseconds apart. */
export const LONGEST_RETRY_MS = 5000;

/**
 * Milliseconds to wait before try number `failures` (0 = the first after a connection was lost). The upper bound doubles
 * from 250 ms to 5 s; the jitter keeps several panes from knocking in step when the bridge comes back.
 * @param random a number in [0, 1)
 */
export function retryDelay(failures: number, random: number): number {
  const bound = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 10));
  return Math.round(bound * (0.5 + random / 2));
}
