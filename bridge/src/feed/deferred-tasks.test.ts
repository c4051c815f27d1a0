import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DEFER_MS, DeferredTasks } from "./deferred-tasks.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("DeferredTasks", () => {
  it("runs the tasks later, in order and once", () => {
    const tasks = new DeferredTasks();
    const done: number[] = [];
    tasks.add(() => done.push(1));
    vi.advanceTimersByTime(DEFER_MS - 1);
    tasks.add(() => done.push(2));
    expect(done).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(done).toEqual([1, 2]);
    vi.advanceTimersByTime(1000);
    expect(done).toEqual([1, 2]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("runs all waiting tasks when flushed, and leaves no timer", () => {
    const tasks = new DeferredTasks();
    const done: number[] = [];
    tasks.add(() => done.push(1));
    tasks.flush();
    tasks.flush();
    expect(done).toEqual([1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("accepts more tasks after it has run some", () => {
    const tasks = new DeferredTasks();
    const done: number[] = [];
    tasks.add(() => done.push(1));
    vi.advanceTimersByTime(DEFER_MS);
    tasks.add(() => done.push(2));
    vi.advanceTimersByTime(DEFER_MS);
    expect(done).toEqual([1, 2]);
  });
});
