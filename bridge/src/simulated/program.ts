/** Where the simulated Outlook lies that was built here, by platform. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../failure.js";
import { productRoot } from "../version.js";

export interface SimulatedProgram {
  readonly executable: string;
  /** MAPI provider that it loads. */
  readonly mapi: string;
  /** The add-in that it loads in the place of those that are registered; on POSIX the agent is a part of the program. */
  readonly agent?: string;
}

/** node-gyp builds it; for Windows `npm run build:windows` does, which runs on Debian. */
export function simulatedProgram(platform = process.platform, root = productRoot): SimulatedProgram {
  if (platform === "win32") {
    const folder = join(root, "dist", "windows", "x64");
    return {
      executable: join(folder, "OUTLOOK.EXE"),
      mapi: join(folder, "msmapi32.dll"),
      agent: join(folder, "offline-state-agent.dll"),
    };
  }
  const folder = join(root, "build", "Release");
  const library = platform === "darwin" ? "libsimulated-mapi.dylib" : "libsimulated-mapi.so";
  return { executable: join(folder, "simulated-outlook"), mapi: join(folder, library) };
}

/** Whether all of it is there. */
export function isBuilt({ executable, mapi, agent }: SimulatedProgram): boolean {
  return [executable, mapi, agent].every((file) => file === undefined || existsSync(file));
}

/**
 * Throws a Failure that names the first file that is not there, and what to do.
 * @param given whether a person has named the MAPI provider
 */
export function checkProgram(program: SimulatedProgram, given = false, platform = process.platform): void {
  if (given && !existsSync(program.mapi)) {
    throw new Failure(`--mapi ${program.mapi}: there is no such file`, "Name a library that exports HrOpenOfflineObj.");
  }
  for (const file of [program.executable, program.mapi, program.agent]) {
    if (file === undefined || existsSync(file)) continue;
    throw new Failure(
      `the simulated Outlook is not complete: ${file} is not there`,
      platform === "win32"
        ? "Build it on Debian or Ubuntu with `npm run build:windows`, and copy its folder dist/windows to this one. With classic Outlook on this machine, start without --simulate and without --mapi."
        : "Build it: npm run build",
    );
  }
}
