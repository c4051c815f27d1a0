/** What keeps two homes apart in names that the whole system shares, as bridge/native/channel/address.h defines it. */

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/** "" when `home` is the `standard` one, else ".h-" and 16 hex digits: FNV-1a 64 of the path, lower-cased on Windows. */
export function identityOf(home: string, standard: string | undefined, platform: NodeJS.Platform): string {
  const same = (path: string): string => (platform === "win32" ? path.toLowerCase() : path);
  if (standard !== undefined && same(home) === same(standard)) return "";
  let hash = OFFSET;
  for (const byte of Buffer.from(same(home), "utf8")) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  return `.h-${hash.toString(16).padStart(16, "0")}`;
}
