// @ts-check
// Plain enough for the oldest Node that knows modules: it is what an old one gets to read.

/** The oldest Node that does: [major, minor]. */
const OLDEST = /** @type {[number, number]} */ ([20, 11]);

/**
 * What to tell the owner of a Node that is too old.
 * @param {string} version Like "20.11.1".
 * @returns {string | undefined} Undefined when it is new enough.
 */
export function complaintAbout(version) {
  const parts = version.split(".").map(Number);
  const major = parts[0] || 0;
  const minor = parts[1] || 0;
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined;
  return (
    "error: Node.js " +
    version +
    " is too old: Outlook Offline State needs " +
    OLDEST.join(".") +
    " or newer; 20, 22 and 24 are fine.\n" +
    "Get one from https://nodejs.org/ or by a version manager (`nvm install 22`), then run the command again.\n"
  );
}
