/** A failure that a person can do something about: what happened, naming the input, and the step that mends it. */
export class Failure extends Error {
  readonly remedy: string;

  constructor(what: string, remedy: string, options?: { readonly cause?: unknown }) {
    super(what, options);
    this.name = "Failure";
    this.remedy = remedy;
  }
}

/** One line about anything that was thrown. */
export function describe(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The `code` of an error of Node's ("ENOENT"), or undefined. */
export function codeOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}
