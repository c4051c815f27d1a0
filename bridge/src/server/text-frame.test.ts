import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { textFrame } from "./text-frame.js";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
afterAll(() => {
  server.close();
});

/** What a client makes of the frame, past the server's own way of sending. A frame that breaks RFC 6455 is an error. */
async function received(frame: Buffer): Promise<string> {
  server.once("connection", (_pane, { socket }) => {
    socket.write(frame);
  });
  if (server.address() === null) await once(server, "listening");
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  try {
    const [data] = (await once(client, "message")) as [Buffer];
    return data.toString("utf8");
  } finally {
    client.terminate();
  }
}

it.each([0, 1, 125, 126, 127, 255, 256, 65_535, 65_536, 200_000])("carries a text of %i bytes", async (length) => {
  const text = "x".repeat(length);
  expect(await received(textFrame(text))).toBe(text);
});

it("has the shortest header that its length allows", () => {
  const headers = [0, 125, 126, 65_535, 65_536].map((length) => textFrame("x".repeat(length)).length - length);
  expect(headers).toEqual([2, 2, 4, 4, 10]);
});

it("counts bytes and not characters", async () => {
  const text = "Hors connexion \u{1f4e1} é".repeat(7);
  expect(await received(textFrame(text))).toBe(text);
});
