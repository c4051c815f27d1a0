/** Makes text from outside safe for the log and the terminal: it cannot move the cursor, hide or reorder text, or break lines. */

const MAX_LENGTH = 200;

/** Control, format (such as bidirectional overrides), private-use and unassigned characters, and both line separators. */
const UNSAFE = /[\p{C}\u2028\u2029]/gu;
/** The same without the line feed. */
const UNSAFE_IN_LINES = /(?!\n)[\p{C}\u2028\u2029]/gu;

/**
 * Text for the log: one line of printable ASCII, where other characters become \uXXXX. Cut to 200 characters, followed by the
 * original length.
 */
export function sanitize(text: string): string;
export function sanitize(text: string | undefined): string | undefined;
export function sanitize(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  let sanitized = "";
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    const shown = /[\x20-\x7e]/.test(character) ? character : escaped(character);
    if (sanitized.length + shown.length > MAX_LENGTH) return `${sanitized}... (${text.length} characters)`;
    sanitized += shown;
  }
  return sanitized;
}

/** One line for the terminal, in any language: unsafe characters, including line breaks, become \uXXXX. */
export function printable(text: string): string {
  return text.replace(UNSAFE, escaped);
}

/** The same, but keeps line feeds. */
export function printableLines(text: string): string {
  return text.replace(UNSAFE_IN_LINES, escaped);
}

/** One line of JSON with the same value. */
export function printableJson(value: unknown): string {
  return printable(JSON.stringify(value));
}

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
}
