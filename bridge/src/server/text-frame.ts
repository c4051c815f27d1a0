/** The frame of a message to a pane. ws makes one for each client; here one is made for all of them. */

/** Opcode 1, text, and nothing follows. */
const WHOLE_TEXT = 0x81;
/** The longest header: two bytes and a length of eight. */
const ROOM = 10;
const EMPTY_ROOM = "\0".repeat(ROOM);

/**
 * `text` as one unmasked frame (RFC 6455, section 5.2). The room for the header is made in the one conversion to UTF-8,
 * because it is paid while a person's pane waits; what a shorter header does not need is left out of the result.
 */
export function textFrame(text: string): Buffer {
  const bytes = Buffer.from(EMPTY_ROOM + text, "utf8");
  const length = bytes.length - ROOM;
  if (length < 126) {
    bytes[8] = WHOLE_TEXT;
    bytes[9] = length;
    return bytes.subarray(8);
  }
  if (length < 65_536) {
    bytes[6] = WHOLE_TEXT;
    bytes[7] = 126;
    bytes[8] = length >>> 8;
    bytes[9] = length & 0xff;
    return bytes.subarray(6);
  }
  bytes[0] = WHOLE_TEXT;
  bytes[1] = 127;
  bytes.writeUIntBE(length, 4, 6);
  return bytes;
}
