import { EventEmitter } from "node:events";
import { Socket } from "node:net";
import { expect, it } from "vitest";
import { Turns } from "./turns.js";

/** What has been reached of several turns, by their index. */
function begun(turns: readonly (Promise<void> | undefined)[]): number[] {
  const reached: number[] = [];
  for (const [index, turn] of turns.entries()) void turn?.then(() => reached.push(index));
  return reached;
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

it("begins with a request when the one before it is answered, and not earlier", async () => {
  const turns = new Turns(8);
  const socket = new Socket();
  const answers = [new EventEmitter(), new EventEmitter(), new EventEmitter()];
  const reached = begun(answers.map((answer) => turns.take(socket, answer)));
  await settle();
  expect(reached).toEqual([0]);
  answers[0]?.emit("close");
  await settle();
  expect(reached).toEqual([0, 1]);
  answers[1]?.emit("close");
  await settle();
  expect(reached).toEqual([0, 1, 2]);
});

it("refuses one more than there may be, until one of them is answered", () => {
  const turns = new Turns(2);
  const socket = new Socket();
  const first = new EventEmitter();
  expect(turns.take(socket, first)).toBeDefined();
  expect(turns.take(socket, new EventEmitter())).toBeDefined();
  expect(turns.take(socket, new EventEmitter())).toBeUndefined();
  first.emit("close");
  expect(turns.take(socket, new EventEmitter())).toBeDefined();
});

it("counts each connection by itself", async () => {
  const turns = new Turns(1);
  const reached = begun([turns.take(new Socket(), new EventEmitter()), turns.take(new Socket(), new EventEmitter())]);
  await settle();
  expect(reached).toEqual([0, 1]);
});
