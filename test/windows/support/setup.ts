// Global setup: keeps Wine running, with a node.exe in it.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { ensurePrefix, ensureWindowsNode, wineEnvironment } from "../../../tools/windows/wine-prefix.mjs";

export default function setup(): () => Promise<void> {
  ensurePrefix();
  ensureWindowsNode();
  // Wine ends with its last program and takes seconds to start again, so this program keeps running.
  const keeper = spawn("wine", ["cmd", "/c", "set /p line="], {
    env: wineEnvironment(),
    stdio: ["pipe", "ignore", "ignore"],
  });
  // The first use of COM starts services, which would otherwise inherit the pipes of a test.
  spawnSync("wine", ["regsvr32.exe", "/s", "nothing.dll"], {
    env: wineEnvironment(),
    stdio: "ignore",
    timeout: 60_000,
  });
  return async () => {
    const ended = once(keeper, "exit");
    keeper.stdin.end("\r\n");
    const late = setTimeout(() => keeper.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(late);
  };
}
