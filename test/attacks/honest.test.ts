// The limits are for attackers: clients that want much, and want it honestly, are refused nothing.
import { readFileSync } from "node:fs";
import { Agent, get } from "node:https";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { trustAuthority } from "../browser/support/certificates.js";
import { startChromium } from "../browser/support/chromium.js";
import { BridgeProcess, freshHome } from "../support/bridge-process.js";
import { HonestPane } from "../support/honest-pane.js";
import { checkOfSchema } from "../support/protocol-document.js";
import { answerTo, bytesOf, parse, plain, upgrade, connectTls } from "./wire.js";

const LIMIT_MS = 120_000;
const PATHS = ["/healthz", "/taskpane.html", "/history", "/nothing", "/"];

let bridge: BridgeProcess;

beforeAll(async () => {
  bridge = await BridgeProcess.start();
});

afterAll(async () => {
  await bridge.stop();
});

/** The status, or why there is none. */
function statusOf(path: string, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    const options = { host: "localhost", port: bridge.port, path, ca: bridge.ca, agent };
    get(options, (answer) => {
      answer.resume();
      answer.once("close", () => {
        resolve(answer.complete ? String(answer.statusCode) : "cut off");
      });
    }).once("error", (thrown) => {
      resolve(thrown.message);
    });
  });
}

test("a client that knows docs/protocol alone finds the bridge, reads its health and follows the feed", async () => {
  const record = readFileSync(join(bridge.home, "run", "bridge.json"), "utf8");
  (await checkOfSchema("bridge.schema.json"))(record);
  const { port, pid } = JSON.parse(record) as { port: number; pid: number };
  expect({ port, pid }).toEqual({ port: bridge.port, pid: bridge.pid });
  const target = { port, ca: readFileSync(join(bridge.home, "certificates", "ca.crt")) };
  const pane = await HonestPane.connect(target);
  await pane.shows("online");
  const health = await answerTo(target, plain(target, "/healthz"));
  (await checkOfSchema("healthz.schema.json"))(health.body);
  expect(JSON.parse(health.body)).toMatchObject({ state: "online", clients: 1 });
  await pane.close();
});

test(
  "Chromium opens the pane and the feed with all the cookies that it keeps of other programs on localhost",
  { timeout: LIMIT_MS },
  async () => {
    const folder = freshHome();
    trustAuthority(join(bridge.home, "certificates", "ca.crt"), folder.path);
    const browser = await startChromium(folder.path);
    const context = await browser.newContext();
    const value = "x".repeat(4093);
    const cookies = Array.from({ length: 180 }, (_, index) => ({ name: String(index + 100), value }));
    await context.addCookies(cookies.map((cookie) => ({ ...cookie, domain: "localhost", path: "/" })));
    const page = await context.newPage();
    const origin = `https://localhost:${bridge.port}`;
    const sent = page.waitForRequest(`${origin}/nothing`).then((request) => request.headerValue("cookie"));
    const answer = await page.goto(`${origin}/nothing`);
    expect(answer?.status()).toBe(404);
    expect((await sent)?.length).toBe(180 * 4097 + 179 * 2);
    const state = await page.evaluate(
      (url) =>
        new Promise<string>((resolve) => {
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
    folder.remove();
  },
);

test("2,000 requests, one after the other on one connection, are all answered", { timeout: LIMIT_MS }, async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const sockets = new Set<unknown>();
  agent.on("free", (socket) => sockets.add(socket));
  const answers = new Map<string, number>();
  for (let count = 0; count < 2000; count += 1) {
    const answer = await statusOf(PATHS[count % PATHS.length] ?? "/", agent);
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }
  agent.destroy();
  expect(Object.fromEntries(answers)).toEqual({ 200: 1200, 302: 400, 404: 400 });
  // On a busy machine a connection may be idle for longer than it is kept.
  expect(sockets.size).toBeLessThan(10);
});

test("a client that asks for eight things before it reads is answered all of them, in order", async () => {
  const socket = await connectTls(bridge);
  let heard = "";
  socket.on("data", (piece: Buffer) => (heard += piece.toString("latin1")));
  const targets = ["/healthz", "/nothing", "/", "/healthz", "/nothing", "/", "/healthz"];
  const requests = [...targets.map((target) => plain(bridge, target)), plain(bridge, "/", { Connection: "close" })];
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.write(Buffer.concat(requests.map(bytesOf)));
  await closed;
  expect(heard.match(/HTTP\/1\.1 \d+/g)?.map((line) => line.slice(9))).toEqual([
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

test("a feed is opened on a connection that has just been answered something", async () => {
  const socket = await connectTls(bridge);
  let heard = "";
  socket.on("data", (piece: Buffer) => (heard += piece.toString("latin1")));
  socket.write(Buffer.concat([bytesOf(plain(bridge, "/nothing")), bytesOf(upgrade(bridge))]));
  await expect.poll(() => heard, { timeout: 30_000 }).toContain('"snapshot"');
  expect(parse(heard).status).toBe("404");
  expect(heard).toContain("HTTP/1.1 101 ");
  socket.destroy();
});

test(
  "Chromium asks 600 times, as often at once as it likes, while a pane is connected",
  { timeout: LIMIT_MS },
  async () => {
    const pane = await HonestPane.connect(bridge);
    const folder = freshHome();
    trustAuthority(join(bridge.home, "certificates", "ca.crt"), folder.path);
    const browser = await startChromium(folder.path);
    const page = await browser.newPage();
    // A path without the pane, whose own service worker would answer.
    await page.goto(`https://localhost:${bridge.port}/nothing`);
    const answers = await page.evaluate(async () => {
      const statuses: string[] = [];
      const ask = async (path: string): Promise<void> => {
        statuses.push(await fetch(path, { cache: "no-store" }).then(({ status }) => String(status), String));
      };
      for (let count = 0; count < 200; count += 1) await ask("/healthz");
      await Promise.all(Array.from({ length: 400 }, (_, index) => ask(index % 2 === 0 ? "/healthz" : "/history")));
      return [...new Set(statuses)];
    });
    expect(answers).toEqual(["200"]);
    await browser.close();
    folder.remove();
    await pane.close();
    expect(pane.complaints).toEqual([]);
    expect((await answerTo(bridge, plain(bridge, "/healthz"))).status).toBe("200");
  },
);
