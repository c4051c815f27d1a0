// @ts-check
// Uses only syntax of the oldest Node.js with ES modules, so that old versions can print the message.

/** The oldest supported version: [major, minor]. */
const OLDEST = /** @type {[number, number]} */ ([20, 11]);

/**
 * The error message for an unsupported Node.js version.
 * @param {string} version Like "20.11.1".
 * @returns {string | undefined} Undefined if the version is supported.
 */
export function unsupportedNodeMessage(version) {
  const parts = version.split(".").map(Number);
  const major = parts[0] || 0;
  const minor = parts[1] || 0;
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined;
  return (
    "error: Node.js " +
    version +
    " is too old. Outlook Offline State needs Node.js " +
    OLDEST.join(".") +
    " or newer.\n" +
    "Install it from https://nodejs.org/ or with a version manager (`nvm install 22`), and run the command again.\n"
  );
}
