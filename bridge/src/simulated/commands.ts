/** What the simulated Outlook can be told; the words of `outlook-offline-state outlook <command>`. */

export const CAPABILITIES = ["none", "online", "offline", "both"] as const;

const STATES = ["online", "offline"] as const;
const TRANSITIONS = ["start", "statechange", "done"] as const;
const CONNECTIONS = ["none", "working-offline", "disconnected", "connected"] as const;

/** Each command and what it does; `start` is the supervisor's own, all others are the simulated Outlook's. */
export const COMMANDS: ReadonlyMap<string, string> = new Map([
  ["online", "go online"],
  ["offline", "go offline"],
  ["silent", `go there without a notification: ${STATES.join(", ")}`],
  ["transition", `send one notification of a change: ${TRANSITIONS.join(", ")}; and its state: ${STATES.join(", ")}`],
  ["noise", "send notifications of other types and masks"],
  ["capabilities", `notify only these directions: ${CAPABILITIES.join(", ")}`],
  ["outbox", "have so many items in the Outbox"],
  ["connection", `be connected to Exchange like this: ${CONNECTIONS.join(", ")}`],
  ["untick", "disconnect the add-in, as a user does it"],
  ["tick", "connect the add-in again"],
  ["quit", "end slowly, telling the add-in"],
  ["exit", "end fast, telling nobody"],
  ["crash", "end as a crash does"],
  ["start", "start again after quit, exit or crash"],
  ["state", "say what the state is"],
]);

/** What follows a command, word by word: one of these words, or a number. Commands that are not here take nothing. */
const ARGUMENTS: ReadonlyMap<string, readonly (readonly string[] | "number")[]> = new Map([
  ["silent", [STATES]],
  ["transition", [TRANSITIONS, STATES]],
  ["capabilities", [CAPABILITIES]],
  ["outbox", ["number" as const]],
  ["connection", [CONNECTIONS]],
]);

/** Commands after which the process is gone. */
export const ENDINGS: ReadonlySet<string> = new Set(["quit", "exit", "crash"]);

/** What is wrong with these words as a command, or undefined. */
export function problemOf(words: readonly string[]): string | undefined {
  const [command = "", ...rest] = words;
  const shown = JSON.stringify(command.slice(0, 40));
  if (!COMMANDS.has(command)) return `unknown command ${shown}; there are ${[...COMMANDS.keys()].join(", ")}`;
  const wanted = ARGUMENTS.get(command) ?? [];
  if (wanted.length === 0) return rest.length === 0 ? undefined : `${command} takes nothing after it`;
  const fits =
    rest.length === wanted.length &&
    wanted.every((one, index) => {
      const word = rest[index] ?? "";
      return one === "number" ? /^\d{1,7}$/.test(word) : one.includes(word);
    });
  const choices = wanted.map((one) => (one === "number" ? "a number of items" : `one of ${one.join(", ")}`));
  return fits ? undefined : `${command} takes ${choices.join(", and then ")}`;
}
