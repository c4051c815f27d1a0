// What is said: the product's own change message, so that everybody sends the same bytes.
export const listening = {
  status: "listening",
  profile: "Simulated",
  outlook: "16.0.17328.20184",
  notifies: { online: true, offline: true },
};

/** One change, as an object; `seq` and `state` differ from one to the next. */
export function changeOf(seq, state) {
  return { type: "change", seq, state, since: Date.now(), ageMs: 0, source: listening };
}

export const stateOf = (index) => (index % 2 === 0 ? "offline" : "online");
