// Compares the C++ enums with the contract: a value that either side lacks fails here.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { REASONS, sourceStatusSchema, stateSchema } from "../../shared/src/contract.js";

const read = (file: string) => readFileSync(join(import.meta.dirname, file), "utf8");
const statusHeader = read("core/status.h");
const toJs = read("module/to_js.cc");

/** The enumerators of a C++ enum with their numbers, in the order of the declaration. */
function enumerators(name: string): readonly (readonly [name: string, number: number])[] {
  const body = new RegExp(`enum class ${name} : std::uint8_t \\{([^}]*)\\}`).exec(statusHeader)?.[1] ?? "";
  const found = [...body.replaceAll(/\/\/.*$/gm, "").matchAll(/\bk(\w+) = (\d+)/g)];
  return found.map(([, enumerator = "", number]) => [enumerator, Number(number)]);
}

/** "OutlookNotRunning" -> "outlook-not-running" */
const kebab = (enumerator: string) => enumerator.replaceAll(/(?<=.)[A-Z]/g, "-$&").toLowerCase();

/** The texts that to_js.cc sets or returns for the enumerators of an enum, in its order. */
function textsOf(name: string): readonly string[] {
  const cases = toJs.matchAll(
    new RegExp(`case ${name}::k\\w+: ?\\{?\\s*(?:return|object\\.Set\\("status",) "([^"]+)"`, "g"),
  );
  return [...cases].map(([, text = ""]) => text);
}

describe("the C++ enum", () => {
  it("State has the states of the contract, with the numbers of the channel", () => {
    expect(
      enumerators("State")
        .map(([name]) => kebab(name))
        .sort(),
    ).toEqual([...stateSchema.options].sort());
    expect(textsOf("State")).toEqual(enumerators("State").map(([name]) => kebab(name)));
    expect(Object.fromEntries(enumerators("State"))).toEqual({ Unknown: 0, Online: 1, Offline: 2 });
  });

  it("Phase has the statuses of a source in the contract, with the numbers of the channel", () => {
    const statuses = sourceStatusSchema.options.map(({ entries }) => entries.status.literal);
    expect(
      enumerators("Phase")
        .map(([name]) => kebab(name))
        .sort(),
    ).toEqual([...statuses].sort());
    expect(textsOf("Phase")).toEqual(enumerators("Phase").map(([name]) => kebab(name)));
    expect(Object.fromEntries(enumerators("Phase"))).toEqual({ Starting: 0, Listening: 1, Unavailable: 2 });
  });

  it("Reason has the reasons of the contract, numbered by their position", () => {
    const [none, ...reasons] = enumerators("Reason");
    expect(none).toEqual(["None", 0]);
    expect(reasons.map(([name, number]) => [kebab(name), number])).toEqual(
      REASONS.map((reason, index) => [reason, index + 1]),
    );
    expect(textsOf("Reason")).toEqual(REASONS);
    expect(statusHeader).toContain(`kLastReason = Reason::k${reasons.at(-1)?.[0] ?? ""};`);
  });
});
