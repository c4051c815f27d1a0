import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Afterwards, AFTERWARDS_MS } from "./afterwards.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("does what nobody waits for a little later, in order and once", () => {
  const afterwards = new Afterwards();
  const done: number[] = [];
  afterwards.run(() => done.push(1));
  vi.advanceTimersByTime(AFTERWARDS_MS - 1);
  afterwards.run(() => done.push(2));
  expect(done).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(done).toEqual([1, 2]);
  vi.advanceTimersByTime(1000);
  expect(done).toEqual([1, 2]);
  expect(vi.getTimerCount()).toBe(0);
});

it("leaves nothing undone at the end, and no timer", () => {
  const afterwards = new Afterwards();
  const done: number[] = [];
  afterwards.run(() => done.push(1));
  afterwards.finish();
  afterwards.finish();
  expect(done).toEqual([1]);
  expect(vi.getTimerCount()).toBe(0);
});

it("takes more work after it has rested", () => {
  const afterwards = new Afterwards();
  const done: number[] = [];
  afterwards.run(() => done.push(1));
  vi.advanceTimersByTime(AFTERWARDS_MS);
  afterwards.run(() => done.push(2));
  vi.advanceTimersByTime(AFTERWARDS_MS);
  expect(done).toEqual([1, 2]);
});
