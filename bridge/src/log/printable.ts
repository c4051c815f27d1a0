/** Text that may come from outside, made safe for a terminal: nothing in it can move the cursor, hide or reorder text. */

/** Control, format (such as bidirectional overrides), private and unassigned characters, and both line separators. */
const UNSAFE = /[\p{C}\u2028\u2029]/gu;
/** The same, less line feed. */
const UNSAFE_IN_LINES = /(?!\n)[\p{C}\u2028\u2029]/gu;

/** One line: every unsafe character, line breaks included, is replaced by its \uXXXX. */
export function printable(text: string): string {
  return text.replace(UNSAFE, escaped);
}

/** The same, but line feeds stay. */
export function printableLines(text: string): string {
  return text.replace(UNSAFE_IN_LINES, escaped);
}

/** JSON in one line that is safe for a terminal, and means the same. */
export function printableJson(value: unknown): string {
  return printable(JSON.stringify(value));
}

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
}
