/** Where the bridge of a home takes commands for its simulated Outlook. */
import { join } from "node:path";
import { Failure } from "../failure.js";
import { HOME_VARIABLE, type Home } from "../home/home.js";

/** What sun_path holds, less the final zero: 108 bytes on Linux, 104 on macOS. */
const LONGEST = 103;

/** A Unix socket in the home, or a named pipe. Throws a Failure when the home's path is too long for a socket. */
export function controlAddress(home: Home, platform: NodeJS.Platform = process.platform): string {
  if (platform === "win32") return `\\\\.\\pipe\\outlook-offline-state.outlook${home.suffix}`;
  const address = join(home.run, "outlook.sock");
  if (Buffer.byteLength(address) <= LONGEST) return address;
  throw new Failure(
    `the path of the home ${home.path} is too long for the socket ${address}`,
    `Set ${HOME_VARIABLE} to a folder with a shorter path.`,
  );
}
