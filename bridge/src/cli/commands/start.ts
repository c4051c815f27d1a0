/** `outlook-offline-state start`: the one place where the product's own parts are chosen. */
import type { Command } from "commander";
import { sameUser } from "../../gate/same-user.js";
import { loadNativeBinding, loadNativeModule } from "../../source/native-binding.js";
import { createNativeSource } from "../../source/native-source.js";
import { isBuilt, simulatedProgram } from "../../simulated/program.js";
import { say } from "../console.js";
import { DEFAULT_PORT, parsePort } from "../port.js";
import { run } from "../run.js";

interface Options {
  readonly port: number;
  readonly simulate?: true;
  readonly mapi?: string;
}

export function addStartCommand(program: Command): void {
  program
    .command("start")
    .description("run the bridge until Ctrl+C; without classic Outlook with a simulated one")
    .option("--port <number>", "port of https://localhost", parsePort, DEFAULT_PORT)
    .option("--simulate", "use the simulated Outlook, also where there is a real one")
    .option("--mapi <library>", "MAPI provider that the simulated Outlook loads")
    .action(async ({ port, simulate, mapi }: Options) => {
      const real = simulate === undefined && mapi === undefined && (await isForOutlook());
      const program = simulatedProgram();
      await run({
        port,
        simulated: real ? undefined : { ...program, mapi: mapi ?? program.mapi },
        namedMapi: mapi !== undefined,
        source: (home) => createNativeSource(loadNativeBinding(), { home: home.path }),
        peer: sameUser(loadNativeModule()),
        installed: async (home, log) =>
          real ? (await import("../../install/installed-bridge.js")).installedBridge(home, log) : undefined,
      });
    });
}

/**
 * Whether the bridge listens to Outlook itself, because there is one, or because there is no simulated one to take its place: a
 * bridge that was installed goes on without Outlook, and says that it is not running.
 */
async function isForOutlook(): Promise<boolean> {
  if (process.platform !== "win32") return false;
  const [{ findOutlook }, { WindowsRegistry }, { setupOf }] = await Promise.all([
    import("../../outlook/find-outlook.js"),
    import("../../install/registry/windows-registry.js"),
    import("../../install/windows/setup-module.js"),
  ]);
  const { classic, running } = findOutlook(new WindowsRegistry(), setupOf());
  if (classic !== undefined || running.length > 0) return true;
  const isSimulated = isBuilt(simulatedProgram());
  say(
    isSimulated
      ? "Classic Outlook is not installed on this machine: a simulated one takes its place."
      : "Classic Outlook is not installed on this machine: the pane will say that Outlook is not running.",
  );
  return !isSimulated;
}
