/**
 * What every registry does, Windows' own and the one in memory: named checks that throw when they do not hold, so that
 * they can run under vitest and in a Windows node.exe alike. For tests.
 */
import { deepStrictEqual } from "node:assert/strict";
import { number, readNumber, readText, REG_BINARY, text, type Registry } from "./registry.js";

/** `base`: a key that is not there, and that nobody else uses. */
export type Check = (registry: Registry, base: string) => void;

export const CONTRACT: Readonly<Record<string, Check>> = {
  "has nothing at a key that was never written"(registry, base) {
    deepStrictEqual(registry.names(base), undefined);
    deepStrictEqual(registry.subkeys(base), undefined);
    deepStrictEqual(registry.read(base, "name"), undefined);
  },
  "gives back text in any script, also as a key's default value"(registry, base) {
    const folder = "C:\\Users\\José 試 Ünal\\x";
    registry.write(`${base}\\Tést 試`, "näme", text(folder));
    registry.write(`${base}\\Tést 試`, "", text(folder));
    deepStrictEqual(readText(registry, `${base}\\Tést 試`, "näme"), folder);
    deepStrictEqual(readText(registry, `${base}\\Tést 試`, ""), folder);
    deepStrictEqual([...(registry.names(`${base}\\Tést 試`) ?? [])].sort(), ["", "näme"]);
  },
  "gives back numbers up to the greatest"(registry, base) {
    for (const data of [0, 3, 0xffffffff]) {
      registry.write(base, "number", number(data));
      deepStrictEqual(readNumber(registry, base, "number"), data);
    }
    deepStrictEqual(readText(registry, base, "number"), undefined);
  },
  "gives back bytes of any kind as they were"(registry, base) {
    const bytes = Buffer.from([0, 255, 1, 0]);
    registry.write(base, "bytes", { type: REG_BINARY, bytes });
    deepStrictEqual(registry.read(base, "bytes"), { type: REG_BINARY, bytes });
  },
  "does not mind letter case"(registry, base) {
    registry.write(`${base}\\Key`, "Name", text("value"));
    deepStrictEqual(readText(registry, `${base}\\kEY`.replace("Software", "SOFTWARE"), "nAME"), "value");
    registry.write(`${base}\\KEY`, "NAME", text("other"));
    deepStrictEqual(registry.names(`${base}\\Key`)?.length, 1);
  },
  "lists the keys right below, and no others"(registry, base) {
    registry.write(`${base}\\A\\Deep`, "x", text(""));
    registry.write(`${base}\\B`, "x", text(""));
    deepStrictEqual([...(registry.subkeys(base) ?? [])].sort(), ["A", "B"]);
  },
  "removes a value and leaves the others"(registry, base) {
    registry.write(base, "one", text("1"));
    registry.write(base, "two", text("2"));
    registry.removeValue(base, "one");
    deepStrictEqual(registry.names(base), ["two"]);
  },
  "removes a key with everything below it, and nothing above or beside it"(registry, base) {
    registry.write(`${base}\\A\\Deep\\Deeper`, "x", text(""));
    registry.write(`${base}\\B`, "x", text(""));
    registry.removeKey(`${base}\\A`);
    deepStrictEqual(registry.names(`${base}\\A`), undefined);
    deepStrictEqual(registry.subkeys(base), ["B"]);
  },
  "does not mind removing what is not there"(registry, base) {
    registry.removeKey(`${base}\\Never`);
    registry.removeValue(`${base}\\Never`, "x");
    registry.removeValue(base, "never");
    deepStrictEqual(registry.names(base), undefined);
  },
};
