// The limits must not affect legitimate clients, even those that request much.
import { readFileSync } from "node:fs";
import { Agent, get } from "node:https";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { trustAuthority } from "../browser/support/certificates.js";
import { startChromium } from "../browser/support/chromium.js";
import { BridgeProcess } from "../support/bridge-process.js";
import { createFolder, removeFolder } from "../support/temporary-folder.js";
import { TestFeedClient } from "../support/feed-client.js";
import { schemaCheck } from "../support/protocol-document.js";
import {
  sendRequest,
  encodeRequest,
  parseResponse,
  plainRequest,
  upgradeRequest,
  connectTls,
} from "../support/raw-client.js";

const LIMIT_MS = 120_000;
const PATHS = ["/healthz", "/taskpane.html", "/history", "/nothing", "/"];

let bridge: BridgeProcess;

beforeAll(async () => {
  bridge = await BridgeProcess.start();
});

afterAll(async () => {
  await bridge.stop();
});

/** The status, or the error. */
function statusOf(path: string, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    const options = { host: "localhost", port: bridge.port, path, ca: bridge.ca, agent };
    get(options, (response) => {
      response.resume();
      response.once("close", () => {
        resolve(response.complete ? String(response.statusCode) : "cut off");
      });
    }).once("error", (error) => {
      resolve(error.message);
    });
  });
}

test("lets a client written from docs/protocol find the bridge, read its health and follow the feed", async () => {
  const record = readFileSync(join(bridge.dataDirectory, "run", "bridge.json"), "utf8");
  (await schemaCheck("bridge.schema.json"))(record);
  const { port, pid } = JSON.parse(record) as { port: number; pid: number };
  expect({ port, pid }).toEqual({ port: bridge.port, pid: bridge.pid });
  const target = { port, ca: readFileSync(join(bridge.dataDirectory, "certificates", "ca.crt")) };
  const pane = await TestFeedClient.connect(target);
  await pane.waitForState("online");
  const health = await sendRequest(target, plainRequest(target, "/healthz"));
  (await schemaCheck("healthz.schema.json"))(health.body);
  expect(JSON.parse(health.body)).toMatchObject({ state: "online", clients: 1 });
  await pane.close();
});

test(
  "accepts all the cookies that Chromium stores for other programs on localhost",
  { timeout: LIMIT_MS },
  async () => {
    const folder = createFolder();
    trustAuthority(join(bridge.dataDirectory, "certificates", "ca.crt"), folder);
    const browser = await startChromium(folder);
    const context = await browser.newContext();
    const value = "x".repeat(4093);
    const cookies = Array.from({ length: 180 }, (_, index) => ({ name: String(index + 100), value }));
    await context.addCookies(cookies.map((cookie) => ({ ...cookie, domain: "localhost", path: "/" })));
    const page = await context.newPage();
    const origin = `https://localhost:${bridge.port}`;
    const sent = page.waitForRequest(`${origin}/nothing`).then((request) => request.headerValue("cookie"));
    const response = await page.goto(`${origin}/nothing`);
    expect(response?.status()).toBe(404);
    expect((await sent)?.length).toBe(180 * 4097 + 179 * 2);
    const state = await page.evaluate(
      (url) =>
        new Promise<string>((resolve) => {
          // The browser's own WebSocket, because its cookies are under test.
          const socket = new WebSocket(url, "offline-state.v1");
          socket.onmessage = ({ data }) => {
            resolve((JSON.parse(String(data)) as { type: string }).type);
          };
          socket.onclose = ({ code }) => {
            resolve(`close ${code}`);
          };
        }),
      `wss://localhost:${bridge.port}/feed`,
    );
    expect(state).toBe("snapshot");
    await browser.close();
    removeFolder(folder);
  },
);

test("responds to 2,000 sequential requests on one connection", { timeout: LIMIT_MS }, async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const sockets = new Set<unknown>();
  agent.on("free", (socket) => sockets.add(socket));
  const responses = new Map<string, number>();
  for (let count = 0; count < 2000; count += 1) {
    const response = await statusOf(PATHS[count % PATHS.length] ?? "/", agent);
    responses.set(response, (responses.get(response) ?? 0) + 1);
  }
  agent.destroy();
  expect(Object.fromEntries(responses)).toEqual({ 200: 1200, 302: 400, 404: 400 });
  // On a busy machine the bridge may close a connection that was idle for too long.
  expect(sockets.size).toBeLessThan(10);
});

test("responds to eight pipelined requests in order", async () => {
  const socket = await connectTls(bridge);
  let received = "";
  socket.on("data", (piece: Buffer) => (received += piece.toString("latin1")));
  const targets = ["/healthz", "/nothing", "/", "/healthz", "/nothing", "/", "/healthz"];
  const requests = [
    ...targets.map((target) => plainRequest(bridge, target)),
    plainRequest(bridge, "/", { Connection: "close" }),
  ];
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.write(Buffer.concat(requests.map(encodeRequest)));
  await closed;
  expect(received.match(/HTTP\/1\.1 \d+/g)?.map((line) => line.slice(9))).toEqual([
    "200",
    "404",
    "302",
    "200",
    "404",
    "302",
    "200",
    "302",
  ]);
});

test("opens a feed on a connection that was used for another request", async () => {
  const socket = await connectTls(bridge);
  let received = "";
  socket.on("data", (piece: Buffer) => (received += piece.toString("latin1")));
  socket.write(Buffer.concat([encodeRequest(plainRequest(bridge, "/nothing")), encodeRequest(upgradeRequest(bridge))]));
  await expect.poll(() => received, { timeout: 30_000 }).toContain('"snapshot"');
  expect(parseResponse(received).status).toBe("404");
  expect(received).toContain("HTTP/1.1 101 ");
  socket.destroy();
});

test(
  "responds to 600 requests of Chromium, 400 of them at once, while a pane is connected",
  { timeout: LIMIT_MS },
  async () => {
    const pane = await TestFeedClient.connect(bridge);
    const folder = createFolder();
    trustAuthority(join(bridge.dataDirectory, "certificates", "ca.crt"), folder);
    const browser = await startChromium(folder);
    const page = await browser.newPage();
    // Not the pane's page, whose service worker would respond instead of the bridge.
    await page.goto(`https://localhost:${bridge.port}/nothing`);
    const responses = await page.evaluate(async () => {
      const statuses: string[] = [];
      const ask = async (path: string): Promise<void> => {
        statuses.push(await fetch(path, { cache: "no-store" }).then(({ status }) => String(status), String));
      };
      for (let count = 0; count < 200; count += 1) await ask("/healthz");
      await Promise.all(Array.from({ length: 400 }, (_, index) => ask(index % 2 === 0 ? "/healthz" : "/history")));
      return [...new Set(statuses)];
    });
    expect(responses).toEqual(["200"]);
    await browser.close();
    removeFolder(folder);
    await pane.close();
    expect(pane.errors).toEqual([]);
    expect((await sendRequest(bridge, plainRequest(bridge, "/healthz"))).status).toBe("200");
  },
);
