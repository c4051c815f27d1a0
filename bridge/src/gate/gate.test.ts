import { describe, expect, it, vi } from "vitest";
import { Failure } from "../failure.js";
import type { RequestFacts } from "./facts.js";
import { createGate } from "./gate.js";
import { PEER_CHECK_MS, type PeerCheck, type PeerConnection } from "./peer.js";
import { oursOn } from "./rules.js";
import { RETRY_MS, sameUser } from "./same-user.js";

const ends: PeerConnection = {
  localAddress: "127.0.0.1",
  localPort: 38443,
  remoteAddress: "127.0.0.1",
  remotePort: 50000,
};
const page: RequestFacts = {
  method: "GET",
  target: "/taskpane.html",
  upgrade: false,
  httpVersion: "1.1",
  headerBytes: 100,
  header: (name) => (name === "host" ? ["localhost:38443"] : []),
};
const gateWith = (peer: PeerCheck) =>
  createGate({ ...oursOn(38443), peer, full: () => false, targetBytes: 8192, headerBytes: 8192 });
const refused = { status: 403, why: "the peer is not trusted" };

describe("the gate", () => {
  it("asks once per connection who the peer is, and lets in who is trusted", async () => {
    const peer = vi.fn<PeerCheck>(() => Promise.resolve({ trusted: true }));
    const gate = gateWith(peer);
    gate.meet(ends);
    expect(await gate.decide({ ...ends }, page)).toBeUndefined();
    expect(await gate.decide({ ...ends }, page)).toBeUndefined();
    expect(peer).toHaveBeenCalledTimes(1);
  });

  it("refuses a connection that it has not met, or that has ended since", async () => {
    const gate = gateWith(() => Promise.resolve({ trusted: true }));
    expect(await gate.decide(ends, page)).toMatchObject(refused);
    const { forget } = gate.meet(ends);
    forget();
    expect(await gate.decide(ends, page)).toMatchObject(refused);
  });

  it("does not forget a new connection with the ends of one that has just ended", async () => {
    const gate = gateWith(() => Promise.resolve({ trusted: true }));
    const old = gate.meet(ends);
    gate.meet(ends);
    old.forget();
    expect(await gate.decide(ends, page)).toBeUndefined();
  });

  it("keeps connections apart that differ in one end", async () => {
    const gate = gateWith(() => Promise.resolve({ trusted: true }));
    gate.meet(ends);
    for (const other of [{ localAddress: "::1" }, { localPort: 1 }, { remoteAddress: "::1" }, { remotePort: 1 }])
      expect(await gate.decide({ ...ends, ...other }, page)).toMatchObject(refused);
  });

  it("leaves no timer behind once the check has answered", async () => {
    vi.useFakeTimers();
    try {
      const gate = gateWith(() => Promise.resolve({ trusted: true }));
      await gate.meet(ends).verdict;
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it.each<[string, PeerCheck]>([
    ["says no", () => Promise.resolve({ trusted: false, why: "another user" })],
    ["fails", () => Promise.reject(new Error("no memory"))],
    [
      "throws",
      () => {
        throw new Error("at once");
      },
    ],
  ])("refuses when the check %s", async (_how, peer) => {
    const gate = gateWith(peer);
    gate.meet(ends);
    expect(await gate.decide(ends, page)).toMatchObject(refused);
  });

  it("refuses when the check does not answer in time", async () => {
    vi.useFakeTimers();
    try {
      const gate = gateWith(() => new Promise(() => undefined));
      gate.meet(ends);
      const decided = gate.decide(ends, page);
      await vi.advanceTimersByTimeAsync(PEER_CHECK_MS);
      expect(await decided).toMatchObject(refused);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("the check of the peer's user", () => {
  const binding = (answer: unknown) => ({ peerOfConnection: () => Promise.resolve(answer) });

  it("trusts this user's process and nobody else", async () => {
    expect(await sameUser(binding({ sameUser: true }))(ends)).toEqual({ trusted: true });
    expect(await sameUser(binding({ sameUser: false, why: "user 7" }))(ends)).toEqual({
      trusted: false,
      why: "user 7",
    });
  });

  it.each([undefined, null, true, "yes", {}, { sameUser: "true" }, { sameUser: 1 }, { sameUser: false, why: 7 }])(
    "does not trust the answer %j",
    async (answer) => {
      const why = "the native module gave no answer";
      expect(await sameUser(binding(answer))(ends)).toEqual({ trusted: false, why });
    },
  );

  it("asks again about a connection that the system does not list yet", async () => {
    const missing = { sameUser: false, found: false, why: "no process was found" };
    const peerOfConnection = vi
      .fn<() => Promise<unknown>>()
      .mockResolvedValueOnce(missing)
      .mockResolvedValueOnce(missing)
      .mockResolvedValue({ sameUser: true });
    vi.useFakeTimers();
    try {
      const verdict = sameUser({ peerOfConnection })(ends);
      for (const calls of [1, 2, 3]) {
        // Not at once: the system needs a moment.
        await vi.advanceTimersByTimeAsync(0);
        expect(peerOfConnection).toHaveBeenCalledTimes(calls);
        await vi.advanceTimersByTimeAsync(RETRY_MS[calls - 1] ?? 0);
      }
      expect(await verdict).toEqual({ trusted: true });
    } finally {
      vi.useRealTimers();
    }
  });

  it("refuses a connection that the system never lists, after a few attempts that fit into the time limit", async () => {
    const peerOfConnection = vi.fn(() =>
      Promise.resolve({ sameUser: false, found: false, why: "no process was found" }),
    );
    expect(await sameUser({ peerOfConnection })(ends)).toEqual({ trusted: false, why: "no process was found" });
    expect(peerOfConnection).toHaveBeenCalledTimes(1 + RETRY_MS.length);
    expect(RETRY_MS.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(PEER_CHECK_MS / 2);
  });

  it("asks once when the system names another user, or the connection has ended meanwhile", async () => {
    for (const [answer, connection] of [
      [{ sameUser: false, found: true, why: "user 7" }, ends],
      [{ sameUser: false, why: "user 7" }, ends],
      [
        { sameUser: false, found: false, why: "no process" },
        { ...ends, destroyed: true },
      ],
    ] as const) {
      const peerOfConnection = vi.fn(() => Promise.resolve(answer));
      expect(await sameUser({ peerOfConnection })(connection)).toMatchObject({ trusted: false });
      expect(peerOfConnection).toHaveBeenCalledTimes(1);
    }
  });

  it("does not trust a connection that has ended, and so has no ends", async () => {
    const peerOfConnection = vi.fn(() => Promise.resolve({ sameUser: true }));
    const check = sameUser({ peerOfConnection });
    for (const missing of ["localAddress", "localPort", "remoteAddress", "remotePort"]) {
      expect(await check({ ...ends, [missing]: undefined })).toMatchObject({ trusted: false });
    }
    expect(peerOfConnection).not.toHaveBeenCalled();
  });

  it("is not made of a native module that cannot tell", () => {
    for (const native of [undefined, null, {}, { peerOfConnection: true }]) {
      expect(() => sameUser(native)).toThrow(Failure);
    }
  });
});
