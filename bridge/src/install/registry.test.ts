import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryRegistry } from "../../../test/support/memory-registry.js";
import { Journal, JournaledRegistry } from "./journal.js";
import { number, readNumber, readText, REG_BINARY, removeIfEmpty, saveTree, text } from "./registry.js";

const BASE = "HKCU\\Software\\Test";

describe("MemoryRegistry", () => {
  it("has nothing at a key that was never written", () => {
    const registry = new MemoryRegistry();
    expect(registry.names(BASE)).toBeUndefined();
    expect(registry.subkeys(BASE)).toBeUndefined();
    expect(registry.read(BASE, "name")).toBeUndefined();
  });

  it("returns text in any script, also from a default value", () => {
    const registry = new MemoryRegistry();
    const folder = "C:\\Users\\José 試 Ünal\\x";
    registry.write(`${BASE}\\Tést 試`, "näme", text(folder));
    registry.write(`${BASE}\\Tést 試`, "", text(folder));
    expect(readText(registry, `${BASE}\\Tést 試`, "näme")).toBe(folder);
    expect(readText(registry, `${BASE}\\Tést 試`, "")).toBe(folder);
    expect([...(registry.names(`${BASE}\\Tést 試`) ?? [])].sort()).toEqual(["", "näme"]);
  });

  it("returns numbers up to the largest", () => {
    const registry = new MemoryRegistry();
    for (const data of [0, 3, 0xffffffff]) {
      registry.write(BASE, "number", number(data));
      expect(readNumber(registry, BASE, "number")).toBe(data);
    }
    expect(readText(registry, BASE, "number")).toBeUndefined();
  });

  it("returns bytes unchanged", () => {
    const registry = new MemoryRegistry();
    const bytes = Buffer.from([0, 255, 1, 0]);
    registry.write(BASE, "bytes", { type: REG_BINARY, bytes });
    expect(registry.read(BASE, "bytes")).toEqual({ type: REG_BINARY, bytes });
  });

  it("ignores letter case", () => {
    const registry = new MemoryRegistry();
    registry.write(`${BASE}\\Key`, "Name", text("value"));
    expect(readText(registry, `${BASE}\\kEY`.replace("Software", "SOFTWARE"), "nAME")).toBe("value");
    registry.write(`${BASE}\\KEY`, "NAME", text("other"));
    expect(registry.names(`${BASE}\\Key`)).toHaveLength(1);
  });

  it("lists only the direct subkeys", () => {
    const registry = new MemoryRegistry();
    registry.write(`${BASE}\\A\\Deep`, "x", text(""));
    registry.write(`${BASE}\\B`, "x", text(""));
    expect([...(registry.subkeys(BASE) ?? [])].sort()).toEqual(["A", "B"]);
  });

  it("removes one value and keeps the others", () => {
    const registry = new MemoryRegistry();
    registry.write(BASE, "one", text("1"));
    registry.write(BASE, "two", text("2"));
    registry.removeValue(BASE, "one");
    expect(registry.names(BASE)).toEqual(["two"]);
  });

  it("removes a key with everything below it, and nothing else", () => {
    const registry = new MemoryRegistry();
    registry.write(`${BASE}\\A\\Deep\\Deeper`, "x", text(""));
    registry.write(`${BASE}\\B`, "x", text(""));
    registry.removeKey(`${BASE}\\A`);
    expect(registry.names(`${BASE}\\A`)).toBeUndefined();
    expect(registry.subkeys(BASE)).toEqual(["B"]);
  });

  it("accepts the removal of what does not exist", () => {
    const registry = new MemoryRegistry();
    registry.removeKey(`${BASE}\\Never`);
    registry.removeValue(`${BASE}\\Never`, "x");
    registry.removeValue(BASE, "never");
    expect(registry.names(BASE)).toBeUndefined();
  });
});

const name = fc.constantFrom("", "one", "Two", "ünë");
const key = fc.constantFrom(BASE, `${BASE}\\A`, `${BASE}\\a\\B`, `${BASE}\\C`);
const operation = fc.oneof(
  fc.record({ kind: fc.constant("write" as const), key, name, data: fc.string() }),
  fc.record({ kind: fc.constant("number" as const), key, name, data: fc.nat(0xffffffff) }),
  fc.record({ kind: fc.constant("removeValue" as const), key, name }),
  fc.record({ kind: fc.constant("removeKey" as const), key }),
);
type RegistryOperation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

function perform(registry: JournaledRegistry | MemoryRegistry, one: RegistryOperation): void {
  switch (one.kind) {
    case "write":
      registry.write(one.key, one.name, text(one.data));
      return;
    case "number":
      registry.write(one.key, one.name, number(one.data));
      return;
    case "removeValue":
      registry.removeValue(one.key, one.name);
      return;
    case "removeKey":
      registry.removeKey(one.key);
  }
}

/** Keys without a value are not restored; nobody reads them. */
const values = (registry: MemoryRegistry): string[] => registry.dump().filter((line) => line.includes(" ["));

describe("JournaledRegistry", () => {
  it("has its previous values after a rollback of any changes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation), fc.array(operation), async (before, changes) => {
        const inner = new MemoryRegistry();
        for (const one of before) perform(inner, one);
        const valuesBefore = values(inner);
        const journal = new Journal();
        const journaled = new JournaledRegistry(inner, journal, () => undefined);
        for (const one of changes) perform(journaled, one);
        expect(await journal.rollBack()).toEqual([]);
        expect(values(inner)).toEqual(valuesBefore);
      }),
    );
  });

  it("leaves no new key behind after a rollback", async () => {
    const inner = new MemoryRegistry();
    inner.write("HKCU\\Software", "there", text("x"));
    const before = inner.dump();
    const journal = new Journal();
    new JournaledRegistry(inner, journal, () => undefined).write(`${BASE}\\Deep\\Deeper`, "name", text("value"));
    await journal.rollBack();
    expect(inner.dump()).toEqual(before);
  });

  it("reports new keys before it creates them", () => {
    const inner = new MemoryRegistry();
    const reported: (readonly string[])[] = [];
    const journaled = new JournaledRegistry(inner, new Journal(), (keys) => {
      reported.push(keys);
      expect(inner.names(`${BASE}\\A`)).toBeUndefined();
    });
    journaled.write(`${BASE}\\A`, "name", text("value"));
    journaled.write(`${BASE}\\A`, "other", text("value"));
    expect(reported).toEqual([["HKCU\\Software", BASE, `${BASE}\\A`]]);
  });
});

describe("saveTree", () => {
  it("restores a key that others have changed", () => {
    const registry = new MemoryRegistry();
    registry.write(BASE, "kept", text("x"));
    registry.write(`${BASE}\\Below`, "number", number(7));
    const before = registry.dump();
    const restoreTree = saveTree(registry, BASE);
    registry.write(BASE, "kept", text("y"));
    registry.removeKey(`${BASE}\\Below`);
    registry.write(`${BASE}\\New`, "", text("z"));
    restoreTree();
    expect(registry.dump()).toEqual(before);
  });

  it("removes a key that did not exist", () => {
    const registry = new MemoryRegistry();
    const restoreTree = saveTree(registry, `${BASE}\\Not\\There`);
    registry.write(`${BASE}\\Not\\There`, "x", text("y"));
    restoreTree();
    expect(registry.dump()).toEqual(["hkcu"]);
  });
});

describe("removeIfEmpty", () => {
  it("removes a key only if it is empty", () => {
    const registry = new MemoryRegistry();
    registry.write(BASE, "x", text("y"));
    removeIfEmpty(registry, BASE);
    expect(registry.names(BASE)).toEqual(["x"]);
    registry.removeValue(BASE, "x");
    removeIfEmpty(registry, BASE);
    expect(registry.names(BASE)).toBeUndefined();
  });
});
