/** The commands of the simulator: `outlook-offline-state outlook <command>`. */

export const CAPABILITIES = ["none", "online", "offline", "both"] as const;

const STATES = ["online", "offline"] as const;
const PHASES = ["start", "statechange", "done"] as const;
const CONNECTIONS = ["none", "working-offline", "disconnected", "connected"] as const;

/** Each command with its help text. The supervisor executes `start`, the simulator process all others. */
export const COMMANDS: ReadonlyMap<string, string> = new Map([
  ["online", "go online"],
  ["offline", "go offline"],
  ["silent", `change the state without a notification: ${STATES.join(" or ")}`],
  ["transition", `send one notification of a change: ${PHASES.join(", ")}, then ${STATES.join(" or ")}`],
  ["noise", "send notifications of other types and masks"],
  ["capabilities", `send notifications only for: ${CAPABILITIES.join(", ")}`],
  ["outbox", "set the number of messages in the Outbox"],
  ["connection", `set the Exchange connection: ${CONNECTIONS.join(", ")}`],
  ["untick", "disconnect the add-in, as the COM Add-ins dialog does"],
  ["tick", "connect the add-in again"],
  ["quit", "shut down slowly, notifying the add-in"],
  ["exit", "shut down fast, without notifying the add-in"],
  ["crash", "crash"],
  ["start", "start again after quit, exit or crash"],
  ["state", "print the state"],
]);

/** The words after a command: each one of a list, or a number. Commands without an entry take none. */
const ARGUMENTS: ReadonlyMap<string, readonly (readonly string[] | "number")[]> = new Map([
  ["silent", [STATES]],
  ["transition", [PHASES, STATES]],
  ["capabilities", [CAPABILITIES]],
  ["outbox", ["number" as const]],
  ["connection", [CONNECTIONS]],
]);

/** Commands that end the process. */
export const ENDING_COMMANDS: ReadonlySet<string> = new Set(["quit", "exit", "crash"]);

/** Returns what is wrong with the command, or undefined if it is valid. */
export function validateCommand(words: readonly string[]): string | undefined {
  const [command = "", ...rest] = words;
  const shown = JSON.stringify(command.slice(0, 40));
  if (!COMMANDS.has(command)) return `unknown command ${shown}; use one of ${[...COMMANDS.keys()].join(", ")}`;
  const expected = ARGUMENTS.get(command) ?? [];
  if (expected.length === 0) return rest.length === 0 ? undefined : `${command} takes no arguments`;
  const isValid =
    rest.length === expected.length &&
    expected.every((choice, index) => {
      const word = rest[index] ?? "";
      return choice === "number" ? /^\d{1,7}$/.test(word) : choice.includes(word);
    });
  const choices = expected.map((choice) => (choice === "number" ? "a number of items" : `one of ${choice.join(", ")}`));
  return isValid ? undefined : `${command} takes ${choices.join(", then ")}`;
}
