/** What the simulated Outlook can be told; the words of `outlook-offline-state outlook <command>`. */

export const CAPABILITIES = ["none", "online", "offline", "both"] as const;

/** Each command and what it does; `start` is the supervisor's own, all others are the simulated Outlook's. */
export const COMMANDS: ReadonlyMap<string, string> = new Map([
  ["online", "go online"],
  ["offline", "go offline"],
  ["noise", "send notifications of other types and masks"],
  ["capabilities", `notify only these directions: ${CAPABILITIES.join(", ")}`],
  ["untick", "disconnect the add-in, as a user does it"],
  ["tick", "connect the add-in again"],
  ["quit", "end slowly, telling the add-in"],
  ["exit", "end fast, telling nobody"],
  ["crash", "end as a crash does"],
  ["start", "start again after quit, exit or crash"],
  ["state", "say what the state is"],
]);

/** Commands after which the process is gone. */
export const ENDINGS: ReadonlySet<string> = new Set(["quit", "exit", "crash"]);

/** What is wrong with these words as a command, or undefined. */
export function problemOf(words: readonly string[]): string | undefined {
  const [command = "", ...rest] = words;
  const shown = JSON.stringify(command.slice(0, 40));
  if (!COMMANDS.has(command)) return `unknown command ${shown}; there are ${[...COMMANDS.keys()].join(", ")}`;
  if (command !== "capabilities") {
    return rest.length === 0 ? undefined : `${command} takes nothing after it`;
  }
  const [which] = rest;
  const known: readonly (string | undefined)[] = CAPABILITIES;
  return rest.length === 1 && known.includes(which)
    ? undefined
    : `capabilities takes one of ${CAPABILITIES.join(", ")}`;
}
