// @ts-check

/** What a person is told when a task cannot go on: what failed, the evidence, and what they can do. */
export class Failure extends Error {
  /**
   * @param {string} message What failed, in one sentence.
   * @param {{ remedy?: string | undefined, output?: string | undefined }} [more]
   *   `remedy`: what the person can do. `output`: what the failing tool wrote; its end is shown.
   */
  constructor(message, more = {}) {
    super(message);
    this.name = "Failure";
    this.remedy = more.remedy;
    this.output = more.output;
  }
}

const SHOWN_LINES = 40;

/**
 * The text of any error for a terminal: a Failure without its stack, anything else (a bug of ours) with it.
 * @param {unknown} error
 */
export function explain(error) {
  if (!(error instanceof Failure)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const parts = [];
  if (error.output !== undefined && error.output.trim() !== "") {
    parts.push(error.output.trimEnd().split("\n").slice(-SHOWN_LINES).join("\n"), "");
  }
  parts.push(`error: ${error.message}`);
  if (error.remedy !== undefined) parts.push(error.remedy);
  return parts.join("\n");
}
