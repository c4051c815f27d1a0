import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.js";
import { UserError } from "./user-error.js";
import { loadNativeModule } from "./native-module.js";

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

function packageWith(file: string, content: string): string {
  const root = temporaryFolder();
  mkdirSync(join(root, "build", "Release"), { recursive: true });
  writeFileSync(join(root, "build", "Release", file), content);
  return root;
}

describe("loadNativeModule", () => {
  it("loads the module that was built", () => {
    expect(loadNativeModule()).toHaveProperty("subscribe");
  });

  it("reports a missing module, with the command that builds it", () => {
    const root = temporaryFolder();
    const error = errorOf(() => loadNativeModule(root));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: expect.stringContaining(root) as string,
      remedy: expect.stringContaining("npm run build") as string,
    });
  });

  it("reports a module that does not load, with the error of the system", () => {
    const error = errorOf(() => loadNativeModule(packageWith("offline_state.node", "not a library")));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/cannot load the native module .+offline_state\.node \(.+\)/) as string,
      remedy: expect.stringContaining("npm run build") as string,
      cause: { code: "ERR_DLOPEN_FAILED" },
    });
  });
});
