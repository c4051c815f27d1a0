// Before the first test: a Windows under Wine that goes on running, and a node.exe in it.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { ensureWindowsNode } from "../../../tools/windows/node.mjs";
import { ensurePrefix, wineEnvironment } from "../../../tools/windows/prefix.mjs";

export default function setup(): () => Promise<void> {
  ensurePrefix();
  ensureWindowsNode();
  // Windows goes down with its last program, and takes seconds to come up again: this one waits for its standard input.
  const keeper = spawn("wine", ["cmd", "/c", "set /p line="], {
    env: wineEnvironment(),
    stdio: ["pipe", "ignore", "ignore"],
  });
  // And what COM and windows need is started by the first that asks; it must not hold on to a test's pipes.
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
