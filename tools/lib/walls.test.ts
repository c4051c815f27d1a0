import { ESLint } from "eslint";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";
import { expect, test } from "vitest";
import { ROOMS } from "../rooms.mjs";
import { ownFiles } from "./files.mjs";
import { fromRoot } from "./paths.mjs";
import { wallConfigs } from "./walls.mjs";

// Only the walls: text that is in no file has no types to lint by.
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
    ...wallConfigs(),
  ],
});

async function reports(room: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: fromRoot(room, "probe.ts") });
  return (result?.messages ?? []).map(({ message }) => message);
}

/** How a file in `room` imports `target`: a package, a file from the root, or any file of a room. */
function specifierOf(room: string, target: string): string {
  if (!target.includes("/src/")) return target;
  const file = target.endsWith(".ts") ? target : someFileIn(target);
  return `${"../".repeat(room.split("/").length)}${file.replace(/\.ts$/, ".js")}`;
}

/** A wall is seen only where there is a file behind it: an import of nothing is tsc's to report. */
function someFileIn(room: string): string {
  const file = ownFiles([`${room}*.ts`]).find((name) => !name.endsWith(".test.ts") && name !== CONTRACT);
  if (file === undefined) throw new Error(`no file in ${room}`);
  return file;
}

const PROTOCOL = "shared/src/protocol.ts";
const CONTRACT = "bridge/src/source/offline-state-source.ts";
const FEED = "bridge/src/feed/";

const forbidden: [room: string, target: string][] = [
  ["shared/src", "node:fs"],
  ["shared/src", "fs"],
  ["shared/src", "ws"],
  ["shared/src", CONTRACT],
  ["addin/src", "node:path"],
  ["addin/src", "path"],
  ["addin/src", "ws"],
  ["addin/src", FEED],
  ["bridge/src/cli", "addin/src/"],
  ["bridge/src/source", "ws"],
  ["bridge/src/source", "express"],
  ["bridge/src/source", "node:http"],
  ["bridge/src/source", "node:https"],
  ["bridge/src/source", "node:net"],
  ["bridge/src/source", "node:tls"],
  ["bridge/src/source", FEED],
  ["bridge/src/feed", "node:http"],
  ["bridge/src/feed", "ws"],
  ["bridge/src/feed", "node-gyp-build"],
  ["bridge/src/feed", "bridge/src/source/"],
  ["bridge/src/feed", "bridge/src/server/"],
  ["bridge/src/gate", FEED],
  ["bridge/src/gate", "bridge/src/server/"],
  ["bridge/src/server", "node:child_process"],
  ["bridge/src/server", "bridge/src/source/"],
  ["bridge/src/server", "bridge/src/simulated/"],
  ["bridge/src/simulated", FEED],
  ["bridge/src/history", "bridge/src/server/"],
  ["bridge/src/home", "bridge/src/log/"],
];

test.each(forbidden)("reports that %s imports %s", async (room, target) => {
  const from = `import * as x from "${specifierOf(room, target)}";\nexport const y = x;\n`;
  expect(await reports(room, from)).toHaveLength(1);
});

test.each(forbidden)("reports that %s imports %s dynamically", async (room, target) => {
  expect(await reports(room, `export const y = import("${specifierOf(room, target)}");\n`)).toHaveLength(1);
});

test("reports an import of types alone", async () => {
  expect(
    await reports("bridge/src/gate", `export type * from "${specifierOf("bridge/src/gate", FEED)}";\n`),
  ).toHaveLength(1);
});

test.each([
  ["addin/src", PROTOCOL],
  ["bridge/src/source", PROTOCOL],
  ["bridge/src/feed", CONTRACT],
  ["bridge/src/server", FEED],
  ["bridge/src/server", "ws"],
  ["bridge/src/server", "node:https"],
  ["bridge/src/cli", "bridge/src/server/"],
])("lets %s import %s", async (room, target) => {
  const from = `import * as x from "${specifierOf(room, target)}";\nexport const y = x;\n`;
  expect(await reports(room, from)).toEqual([]);
});

test("the walls are part of the lint configuration", async () => {
  const product = new ESLint({ cwd: fromRoot() });
  for (const wall of wallConfigs()) {
    const [room = ""] = wall.files[0]?.split("/**") ?? [];
    const config: unknown = await product.calculateConfigForFile(fromRoot(room, "probe.ts"));
    expect(config, wall.name).toMatchObject({
      rules: { "import-x/no-restricted-paths": [2, wall.rules["import-x/no-restricted-paths"][1]] },
    });
  }
});

test("every room of the bridge has its walls written down", () => {
  const rooms = new Set(ownFiles(["bridge/src/*/*"]).map((file) => file.split("/").slice(0, 3).join("/")));
  // The command line is where the rooms are put together: it sees them all.
  expect([...rooms].filter((room) => room !== "bridge/src/cli" && !(room in ROOMS))).toEqual([]);
});
