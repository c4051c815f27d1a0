import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Journal } from "../journal.js";
import { CONTRACT } from "./contract.js";
import { MemoryRegistry } from "./memory-registry.js";
import { RecordingRegistry } from "./recording-registry.js";
import { number, removeIfEmpty, text } from "./registry.js";
import { keepTree } from "./tree.js";

const BASE = "HKCU\\Software\\Test";

describe("the registry in memory", () => {
  for (const [what, check] of Object.entries(CONTRACT)) {
    it(what, () => {
      check(new MemoryRegistry(), BASE);
    });
  }
});

const name = fc.constantFrom("", "one", "Two", "ünë");
const key = fc.constantFrom(BASE, `${BASE}\\A`, `${BASE}\\a\\B`, `${BASE}\\C`);
const change = fc.oneof(
  fc.record({ kind: fc.constant("write" as const), key, name, data: fc.string() }),
  fc.record({ kind: fc.constant("number" as const), key, name, data: fc.nat(0xffffffff) }),
  fc.record({ kind: fc.constant("removeValue" as const), key, name }),
  fc.record({ kind: fc.constant("removeKey" as const), key }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function make(registry: RecordingRegistry | MemoryRegistry, one: Change): void {
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

/** Keys without a value are not brought back; nobody reads them. */
const values = (registry: MemoryRegistry): string[] => registry.dump().filter((line) => line.includes(" ["));

describe("a registry that is recorded", () => {
  it("has the values of before when its journal is rolled back, whatever was changed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change), fc.array(change), async (before, during) => {
        const inner = new MemoryRegistry();
        for (const one of before) make(inner, one);
        const was = values(inner);
        const journal = new Journal();
        const recorded = new RecordingRegistry(inner, journal, () => undefined);
        for (const one of during) make(recorded, one);
        expect(await journal.rollBack()).toEqual([]);
        expect(values(inner)).toEqual(was);
      }),
    );
  });

  it("leaves no key behind that was not there before", async () => {
    const inner = new MemoryRegistry();
    inner.write("HKCU\\Software", "there", text("x"));
    const was = inner.dump();
    const journal = new Journal();
    new RecordingRegistry(inner, journal, () => undefined).write(`${BASE}\\Deep\\Deeper`, "name", text("value"));
    await journal.rollBack();
    expect(inner.dump()).toEqual(was);
  });

  it("says which keys it is about to make, before it makes them", () => {
    const inner = new MemoryRegistry();
    const told: (readonly string[])[] = [];
    const recorded = new RecordingRegistry(inner, new Journal(), (keys) => {
      told.push(keys);
      expect(inner.names(`${BASE}\\A`)).toBeUndefined();
    });
    recorded.write(`${BASE}\\A`, "name", text("value"));
    recorded.write(`${BASE}\\A`, "other", text("value"));
    expect(told).toEqual([["HKCU\\Software", BASE, `${BASE}\\A`]]);
  });
});

describe("a kept tree", () => {
  it("is again as it was after others have changed it", () => {
    const registry = new MemoryRegistry();
    registry.write(BASE, "kept", text("x"));
    registry.write(`${BASE}\\Below`, "number", number(7));
    const was = registry.dump();
    const back = keepTree(registry, BASE);
    registry.write(BASE, "kept", text("y"));
    registry.removeKey(`${BASE}\\Below`);
    registry.write(`${BASE}\\New`, "", text("z"));
    back();
    expect(registry.dump()).toEqual(was);
  });

  it("is gone again when it was not there", () => {
    const registry = new MemoryRegistry();
    const back = keepTree(registry, `${BASE}\\Not\\There`);
    registry.write(`${BASE}\\Not\\There`, "x", text("y"));
    back();
    expect(registry.dump()).toEqual(["hkcu"]);
  });
});

describe("an emptied key", () => {
  it("is removed when nothing is in it, and stays when something is", () => {
    const registry = new MemoryRegistry();
    registry.write(BASE, "x", text("y"));
    removeIfEmpty(registry, BASE);
    expect(registry.names(BASE)).toEqual(["x"]);
    registry.removeValue(BASE, "x");
    removeIfEmpty(registry, BASE);
    expect(registry.names(BASE)).toBeUndefined();
  });
});
