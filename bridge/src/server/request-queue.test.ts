import { EventEmitter } from "node:events";
import { Socket } from "node:net";
import { expect, it } from "vitest";
import { RequestQueue } from "./request-queue.js";

/** The indexes of the turns that have begun. */
function begun(turns: readonly (Promise<void> | undefined)[]): number[] {
  const reached: number[] = [];
  for (const [index, turn] of turns.entries()) void turn?.then(() => reached.push(index));
  return reached;
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

it("serves a request when the previous one has been served", async () => {
  const queue = new RequestQueue(8);
  const socket = new Socket();
  const responses = [new EventEmitter(), new EventEmitter(), new EventEmitter()];
  const reached = begun(responses.map((response) => queue.add(socket, response)));
  await settle();
  expect(reached).toEqual([0]);
  responses[0]?.emit("close");
  await settle();
  expect(reached).toEqual([0, 1]);
  responses[1]?.emit("close");
  await settle();
  expect(reached).toEqual([0, 1, 2]);
});

it("refuses a request beyond the limit until another has been served", () => {
  const queue = new RequestQueue(2);
  const socket = new Socket();
  const first = new EventEmitter();
  expect(queue.add(socket, first)).toBeDefined();
  expect(queue.add(socket, new EventEmitter())).toBeDefined();
  expect(queue.add(socket, new EventEmitter())).toBeUndefined();
  first.emit("close");
  expect(queue.add(socket, new EventEmitter())).toBeDefined();
});

it("has a queue for each connection", async () => {
  const queue = new RequestQueue(1);
  const reached = begun([queue.add(new Socket(), new EventEmitter()), queue.add(new Socket(), new EventEmitter())]);
  await settle();
  expect(reached).toEqual([0, 1]);
});
