/** `outlook-offline-state start`: the one place where the product's own parts are chosen. */
import { join } from "node:path";
import type { Command } from "commander";
import { sameUser } from "../../gate/same-user.js";
import { loadNativeBinding, loadNativeModule } from "../../source/native-binding.js";
import { createNativeSource } from "../../source/native-source.js";
import { productRoot } from "../../version.js";
import { DEFAULT_PORT, parsePort } from "../port.js";
import { run } from "../run.js";

interface Options {
  readonly port: number;
  readonly simulate?: true;
  readonly mapi?: string;
}

const LIBRARY = process.platform === "darwin" ? "libsimulated-mapi.dylib" : "libsimulated-mapi.so";

export function addStartCommand(program: Command): void {
  program
    .command("start")
    .description("run the bridge until Ctrl+C; without classic Outlook with a simulated one")
    .option("--port <number>", "port of https://localhost", parsePort, DEFAULT_PORT)
    .option("--simulate", "use the simulated Outlook, also where there is a real one")
    .option("--mapi <library>", "MAPI provider that the simulated Outlook loads")
    .action(async ({ port, simulate, mapi }: Options) => {
      const real = process.platform === "win32" && simulate === undefined && mapi === undefined;
      const built = join(productRoot, "build", "Release");
      const executable = join(built, process.platform === "win32" ? "simulated-outlook.exe" : "simulated-outlook");
      const library = process.platform === "win32" ? "simulated-mapi.dll" : LIBRARY;
      await run({
        port,
        simulated: real ? undefined : { executable, mapi: mapi ?? join(built, library) },
        source: (home) => createNativeSource(loadNativeBinding(), { home: home.path }),
        peer: sameUser(loadNativeModule()),
        installed: async (home, log) =>
          real ? (await import("../../install/installed-bridge.js")).installedBridge(home, log) : undefined,
      });
    });
}
