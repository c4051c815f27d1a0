/** Both clocks at the same moment, in milliseconds. If they drift apart, the machine slept or its clock was set. */
export interface ClockReading {
  /** Never set; may stop while the machine sleeps. */
  readonly monotonic: number;
  /** Unix time. */
  readonly wall: number;
}

/** Time and timers; tests replace them. */
export interface Clock {
  now(): ClockReading;
  /** Calls `task` once after `ms` milliseconds. Returns a function that cancels it. */
  after(ms: number, task: () => void): () => void;
}

export const browserClock: Clock = {
  now: () => ({ monotonic: performance.now(), wall: Date.now() }),
  after: (ms, task) => {
    const id = setTimeout(task, ms);
    return () => {
      clearTimeout(id);
    };
  },
};
