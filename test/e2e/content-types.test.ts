// The bundle that `npm start` runs has but a part of the table of types that Express brings.
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { get } from "node:https";
import { extname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { productRoot } from "../../bridge/src/version.js";
import { Chain } from "./support/chain.js";

let chain: Chain;

beforeAll(async () => {
  chain = await Chain.create();
  await chain.start();
});

afterAll(async () => {
  await chain.destroy();
});

async function typeOf(path: string): Promise<string | undefined> {
  const ca = readFileSync(join(chain.home, "certificates", "ca.crt"));
  const asked = get({ host: "localhost", port: chain.port, path, ca, agent: false });
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  response.destroy();
  return response.headers["content-type"];
}

test("each kind of file of the pane has its type, and what is answered besides", async () => {
  const files = readdirSync(join(productRoot, "dist", "pane"), { recursive: true, encoding: "utf8" });
  const oneOfEach = new Map(files.map((file) => [extname(file), file.replaceAll("\\", "/")]));
  oneOfEach.delete("");
  const types: Record<string, string | undefined> = {};
  for (const [extension, file] of oneOfEach) types[extension] = await typeOf(`/${file}`);
  expect(types).toEqual({
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
  });
  expect(await typeOf("/healthz")).toBe("application/json; charset=utf-8");
  expect(await typeOf("/history?hours=1")).toBe("application/json; charset=utf-8");
  expect(await typeOf("/nothing")).toBe("text/plain; charset=utf-8");
});
