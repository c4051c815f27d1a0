/** `outlook-offline-state outlook <command>`: tells the running simulated Outlook. */
import type { Command } from "commander";
import { Failure } from "../../failure.js";
import { resolveHome } from "../../home/home.js";
import { COMMANDS, problemOf } from "../../simulated/commands.js";
import { controlAddress } from "../../simulated/control-address.js";
import { tellOutlook } from "../../simulated/control-client.js";
import { say } from "../console.js";

export function addOutlookCommand(program: Command): void {
  const list = [...COMMANDS].map(([name, what]) => `  ${name.padEnd(14)}${what}`).join("\n");
  program
    .command("outlook")
    .description("tell the running simulated Outlook something")
    .argument("<command...>", "what to tell it")
    .addHelpText("after", `\nCommands:\n${list}`)
    .action(async (words: string[], _options: unknown, command: Command) => {
      const problem = problemOf(words);
      if (problem !== undefined) command.error(`error: ${problem}`);
      const answer = await tellOutlook(controlAddress(resolveHome()), words.join(" "));
      if (!answer.ok) throw new Failure(answer.text, "`outlook-offline-state logs` says more.");
      say(answer.text === "" ? "ok" : answer.text);
    });
}
