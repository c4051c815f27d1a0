import { describe, expect, it, vi } from "vitest";
import type { NativeModule } from "../../native/index.js";
import {
  PEER_CHECK_TIMEOUT_MS,
  PeerTracker,
  RETRY_MS,
  sameUser,
  type PeerCheck,
  type PeerConnection,
} from "./peer-check.js";

const ends: PeerConnection = {
  localAddress: "127.0.0.1",
  localPort: 38443,
  remoteAddress: "127.0.0.1",
  remotePort: 50000,
};
const trusted: PeerCheck = () => Promise.resolve({ trusted: true });

describe("PeerTracker", () => {
  it("checks the peer once per connection", async () => {
    const check = vi.fn<PeerCheck>(trusted);
    const peers = new PeerTracker(check);
    peers.track(ends);
    expect(await peers.verdictOn({ ...ends })).toEqual({ trusted: true });
    expect(await peers.verdictOn({ ...ends })).toEqual({ trusted: true });
    expect(check).toHaveBeenCalledTimes(1);
  });

  it("does not trust a connection that is not tracked, or no longer", async () => {
    const peers = new PeerTracker(trusted);
    expect(await peers.verdictOn(ends)).toMatchObject({ trusted: false });
    peers.track(ends).untrack();
    expect(await peers.verdictOn(ends)).toMatchObject({ trusted: false });
  });

  it("keeps a new connection with the addresses and ports of one that has just ended", async () => {
    const peers = new PeerTracker(trusted);
    const old = peers.track(ends);
    peers.track(ends);
    old.untrack();
    expect(await peers.verdictOn(ends)).toEqual({ trusted: true });
  });

  it.each([{ localAddress: "::1" }, { localPort: 1 }, { remoteAddress: "::1" }, { remotePort: 1 }])(
    "distinguishes a connection with %j",
    async (other) => {
      const peers = new PeerTracker(trusted);
      peers.track(ends);
      expect(await peers.verdictOn({ ...ends, ...other })).toMatchObject({ trusted: false });
    },
  );

  it("leaves no timer when the check is complete", async () => {
    vi.useFakeTimers();
    try {
      await new PeerTracker(trusted).track(ends).verdict;
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it.each<[string, PeerCheck]>([
    ["reports another user", () => Promise.resolve({ trusted: false, why: "another user" })],
    ["rejects", () => Promise.reject(new Error("no memory"))],
    [
      "throws",
      () => {
        throw new Error("at once");
      },
    ],
  ])("does not trust a peer whose check %s", async (_how, check) => {
    const peers = new PeerTracker(check);
    expect(await peers.track(ends).verdict).toMatchObject({ trusted: false });
    expect(await peers.verdictOn(ends)).toMatchObject({ trusted: false });
  });

  it("does not trust a peer whose check takes too long", async () => {
    vi.useFakeTimers();
    try {
      const peers = new PeerTracker(() => new Promise(() => undefined));
      peers.track(ends);
      const verdict = peers.verdictOn(ends);
      await vi.advanceTimersByTimeAsync(PEER_CHECK_TIMEOUT_MS);
      expect(await verdict).toMatchObject({ trusted: false });
    } finally {
      vi.useRealTimers();
    }
  });
});

type PeerOfConnection = NativeModule["peerOfConnection"];

describe("sameUser", () => {
  /** A native module that returns `owner`, which may be anything. */
  const returning = (owner: unknown): { peerOfConnection: PeerOfConnection } => ({
    peerOfConnection: () => Promise.resolve(owner as Awaited<ReturnType<PeerOfConnection>>),
  });

  it("trusts a process of this user and no other", async () => {
    expect(await sameUser(returning({ sameUser: true }))(ends)).toEqual({ trusted: true });
    expect(await sameUser(returning({ sameUser: false, found: true, why: "user 7" }))(ends)).toEqual({
      trusted: false,
      why: "user 7",
    });
  });

  it.each([undefined, null, true, "yes", {}, { sameUser: "true" }, { sameUser: 1 }, { sameUser: false, why: 7 }])(
    "does not trust the result %j",
    async (owner) => {
      const check = sameUser(returning(owner));
      await expect(check(ends)).rejects.toThrow();
      expect(await new PeerTracker(check).track(ends).verdict).toMatchObject({ trusted: false });
    },
  );

  it("asks again if the system does not list the connection yet", async () => {
    const missing = { sameUser: false, found: false, why: "no process was found" } as const;
    const peerOfConnection = vi
      .fn<PeerOfConnection>()
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

  it("does not trust a connection that the system never lists, after a few attempts within the time limit", async () => {
    const peerOfConnection = vi.fn<PeerOfConnection>(() =>
      Promise.resolve({ sameUser: false, found: false, why: "no process was found" }),
    );
    expect(await sameUser({ peerOfConnection })(ends)).toEqual({ trusted: false, why: "no process was found" });
    expect(peerOfConnection).toHaveBeenCalledTimes(1 + RETRY_MS.length);
    expect(RETRY_MS.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(PEER_CHECK_TIMEOUT_MS / 2);
  });

  it("asks once if the system reports another user, or the connection has ended", async () => {
    for (const [owner, connection] of [
      [{ sameUser: false, found: true, why: "user 7" }, ends],
      [
        { sameUser: false, found: false, why: "no process" },
        { ...ends, destroyed: true },
      ],
    ] as const) {
      const peerOfConnection = vi.fn<PeerOfConnection>(() => Promise.resolve(owner));
      expect(await sameUser({ peerOfConnection })(connection)).toMatchObject({ trusted: false });
      expect(peerOfConnection).toHaveBeenCalledTimes(1);
    }
  });

  it("does not trust a connection that has ended, which has no addresses", async () => {
    const peerOfConnection = vi.fn<PeerOfConnection>(() => Promise.resolve({ sameUser: true }));
    const check = sameUser({ peerOfConnection });
    for (const missing of ["localAddress", "localPort", "remoteAddress", "remotePort"]) {
      expect(await check({ ...ends, [missing]: undefined })).toMatchObject({ trusted: false });
    }
    expect(peerOfConnection).not.toHaveBeenCalled();
  });
});
