/**
 * Text from outside (headers, a child's output) as a log may hold it: one line, printable ASCII, cut. Whoever shows the
 * log in a terminal can then not be fooled by line breaks, escape sequences or reordering characters.
 */
/** Characters of the result, but for the note that it was cut. */
const MAX = 200;

export function foreign(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  let escaped = "";
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const shown = code >= 0x20 && code <= 0x7e ? text.charAt(index) : `\\u${code.toString(16).padStart(4, "0")}`;
    if (escaped.length + shown.length > MAX) return `${escaped}... (${String(text.length)} characters)`;
    escaped += shown;
  }
  return escaped;
}
