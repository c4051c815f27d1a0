import { readFileSync } from "node:fs";
import { ESLint } from "eslint";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";
import { expect, test } from "vitest";
import { ownFiles } from "./lib/files.mjs";
import { fromRoot } from "./lib/paths.mjs";
import { boundaryConfigs, MODULES, NATIVE_MODULES, nativeModuleOf, nativeViolations } from "./module-boundaries.mjs";

// Only the module boundaries: type-aware rules need files that exist.
const eslint = new ESLint({
  cwd: fromRoot(),
  overrideConfigFile: true,
  overrideConfig: [
    {
      files: ["**/*.ts"],
      languageOptions: { parser: tseslint.parser },
      plugins: { "import-x": importX },
      settings: {
        "import-x/resolver-next": [
          createNodeResolver({ extensionAlias: { ".js": [".ts"] }, extensions: [".ts", ".js"] }),
        ],
      },
    },
    ...boundaryConfigs(),
  ],
});

async function reports(module: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: probeIn(module) });
  return (result?.messages ?? []).map(({ message }) => message);
}

/** A file to which the boundary of `module` applies. */
function probeIn(module: string): string {
  return module.endsWith(".ts") ? fromRoot(module) : fromRoot(module, "probe.ts");
}

/** How a file in `module` imports `target`: a package, a file, or any file of a module. */
function specifierOf(module: string, target: string): string {
  if (!target.includes("/src/")) return target;
  const file = target.endsWith(".ts") ? target : someFileIn(target);
  const depth = module.split("/").length - (module.endsWith(".ts") ? 1 : 0);
  return `${"../".repeat(depth)}${file.replace(/\.ts$/, ".js")}`;
}

/** The rule only reports imports of files that exist. */
function someFileIn(module: string): string {
  const file = ownFiles([`${module}*.ts`]).find((name) => !name.endsWith(".test.ts"));
  if (file === undefined) throw new Error(`no file in ${module}`);
  return file;
}

const CONTRACT = "shared/src/contract.ts";
const STATE_SOURCE = "bridge/src/state-source.ts";
const FEED = "bridge/src/feed/";

const forbidden: [module: string, target: string][] = [
  ["shared/src", "node:fs"],
  ["shared/src", "fs"],
  ["shared/src", "ws"],
  ["shared/src", STATE_SOURCE],
  ["addin/src", "node:path"],
  ["addin/src", "path"],
  ["addin/src", "ws"],
  ["addin/src", FEED],
  ["bridge/src/cli", "addin/src/"],
  [STATE_SOURCE, "ws"],
  [STATE_SOURCE, "express"],
  [STATE_SOURCE, "node:http"],
  [STATE_SOURCE, "node:https"],
  [STATE_SOURCE, "node:net"],
  [STATE_SOURCE, "node:tls"],
  [STATE_SOURCE, FEED],
  ["bridge/src/native-module.ts", FEED],
  ["bridge/src/data-directory.ts", "bridge/src/log/"],
  ["bridge/src/user-error.ts", FEED],
  ["bridge/src/feed", "node:http"],
  ["bridge/src/feed", "ws"],
  ["bridge/src/feed", "node-gyp-build"],
  ["bridge/src/feed", "bridge/src/native-module.ts"],
  ["bridge/src/feed", "bridge/src/server/"],
  ["bridge/src/certificates", FEED],
  ["bridge/src/server", "node:child_process"],
  ["bridge/src/server", "bridge/src/native-module.ts"],
  ["bridge/src/server", "bridge/src/simulator/"],
  ["bridge/src/simulator", FEED],
  ["bridge/src/history", "bridge/src/server/"],
];

test.each(forbidden)("reports that %s imports %s", async (module, target) => {
  const from = `import * as x from "${specifierOf(module, target)}";\nexport const y = x;\n`;
  expect(await reports(module, from)).toHaveLength(1);
});

test.each(forbidden)("reports that %s imports %s dynamically", async (module, target) => {
  expect(await reports(module, `export const y = import("${specifierOf(module, target)}");\n`)).toHaveLength(1);
});

test("reports an import of types alone", async () => {
  expect(
    await reports("bridge/src/certificates", `export type * from "${specifierOf("bridge/src/certificates", FEED)}";\n`),
  ).toHaveLength(1);
});

test.each([
  ["addin/src", CONTRACT],
  [STATE_SOURCE, CONTRACT],
  ["bridge/src/feed", STATE_SOURCE],
  ["bridge/src/server", FEED],
  ["bridge/src/server", "ws"],
  ["bridge/src/server", "node:https"],
  ["bridge/src/cli", "bridge/src/server/"],
])("lets %s import %s", async (module, target) => {
  const from = `import * as x from "${specifierOf(module, target)}";\nexport const y = x;\n`;
  expect(await reports(module, from)).toEqual([]);
});

test("adds every module boundary to the lint configuration", async () => {
  const product = new ESLint({ cwd: fromRoot() });
  for (const boundary of boundaryConfigs()) {
    const [module = ""] = boundary.files[0]?.split("/**") ?? [];
    const config: unknown = await product.calculateConfigForFile(probeIn(module));
    expect(config, boundary.name).toMatchObject({
      rules: { "import-x/no-restricted-paths": [2, boundary.rules["import-x/no-restricted-paths"][1]] },
    });
  }
});

test("has a boundary for every module of the bridge", () => {
  const modules = new Set(ownFiles(["bridge/src/*/*"]).map((file) => file.split("/").slice(0, 3).join("/")));
  // The command line may import every module.
  expect([...modules].filter((module) => module !== "bridge/src/cli" && !(module in MODULES))).toEqual([]);
});

const sources = ownFiles(["bridge/native/*.cc", "bridge/native/*.h"]);

test("finds the C++ sources", () => {
  expect(sources.length).toBeGreaterThan(10);
});

test("finds no violation in the C++ sources", () => {
  const broken = sources.flatMap((file) =>
    nativeViolations(file, readFileSync(fromRoot(file), "utf8")).map(
      ({ line, include }) => `${file}:${line} ${include}`,
    ),
  );
  expect(broken).toEqual([]);
});

test("has a boundary for every C++ module", () => {
  const modules = new Set(sources.map(nativeModuleOf).filter((module) => module !== undefined));
  expect([...modules].filter((module) => !(module in NATIVE_MODULES))).toEqual([]);
});

test.each([
  ["bridge/native/mapi/monitor.cc", "channel/server.h"],
  ["bridge/native/mapi/monitor.h", "simulator/provider.h"],
  ["bridge/native/agent/agent.cc", "simulator/provider.h"],
  ["bridge/native/agent/agent.cc", "module/subscription.h"],
  ["bridge/native/channel/posix/client.cc", "mapi/monitor.h"],
  ["bridge/native/channel/posix/client.cc", "agent/agent.h"],
  ["bridge/native/module/module.cc", "mapi/offline_state_abi.h"],
  ["bridge/native/module/module.cc", "simulator/provider.h"],
])("reports that %s includes %s", (file, include) => {
  expect(nativeViolations(file, `#include <memory>\n#include "${include}"\n`)).toEqual([{ line: 2, include }]);
});

test("lets a module include its own headers and those of allowed modules", () => {
  const text = '#include "core/status.h"\n#include "mapi/monitor.h"\n#include <vector>\n';
  expect(nativeViolations("bridge/native/agent/agent.cc", text)).toEqual([]);
});
