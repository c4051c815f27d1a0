import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryHome } from "../../../test/support/temporary-home.js";
import { Failure } from "../failure.js";
import { loadNativeBinding, loadNativeModule } from "./native-binding.js";

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

function packageWith(file: string, content: string): string {
  const root = temporaryHome();
  mkdirSync(join(root, "build", "Release"), { recursive: true });
  writeFileSync(join(root, "build", "Release", file), content);
  return root;
}

test("loads the module that was built", () => {
  expect(loadNativeBinding()).toHaveProperty("subscribe");
});

test("says how to get the module where there is none", () => {
  const root = temporaryHome();
  const thrown = thrownBy(() => loadNativeModule(root));
  expect(thrown).toBeInstanceOf(Failure);
  expect(thrown).toMatchObject({
    message: expect.stringContaining(root) as string,
    remedy: expect.stringContaining("npm run build") as string,
  });
});

test("names a module that does not load, and passes on what the system says about it", () => {
  const thrown = thrownBy(() => loadNativeModule(packageWith("offline_state.node", "not a library")));
  expect(thrown).toBeInstanceOf(Failure);
  expect(thrown).toMatchObject({
    message: expect.stringMatching(/offline_state\.node cannot be loaded \(.+\)/) as string,
    remedy: expect.stringContaining("npm run build") as string,
    cause: { code: "ERR_DLOPEN_FAILED" },
  });
});
