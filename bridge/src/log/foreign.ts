/**
 * Text from outside (headers, a child's output) as a log may hold it: one line, printable ASCII, cut. Whoever shows the
 * log in a terminal can then not be fooled by line breaks, escape sequences or reordering characters.
 */
const MAX = 200;

export function foreign(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const escaped = text
    .slice(0, MAX)
    .replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return text.length > MAX ? `${escaped}... (${String(text.length)} characters)` : escaped;
}
