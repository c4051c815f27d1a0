// The content types of all files and responses, served by the bundle that `npm start` runs.
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { get } from "node:https";
import { extname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { productRoot } from "../../bridge/src/version.js";
import { Product } from "./support/product.js";

let product: Product;

beforeAll(async () => {
  product = await Product.create();
  await product.start();
});

afterAll(async () => {
  await product.destroy();
});

async function typeOf(path: string): Promise<string | undefined> {
  const ca = readFileSync(join(product.dataDirectory, "certificates", "ca.crt"));
  const sent = get({ host: "localhost", port: product.port, path, ca, agent: false });
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  response.destroy();
  return response.headers["content-type"];
}

test("serves every kind of response with its content type", async () => {
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
