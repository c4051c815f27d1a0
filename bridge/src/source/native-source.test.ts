import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collect, reason, state } from "../../../test/support/reports.js";
import { startOutlook } from "../../../test/support/simulated-outlook.js";
import { temporaryHome } from "../../../test/support/temporary-home.js";
import { loadNativeBinding, type NativeBinding } from "./native-binding.js";
import { createNativeSource } from "./native-source.js";
import type { SourceReport } from "./offline-state-source.js";

const sourceOf = (home: string) => createNativeSource(loadNativeBinding(), { home });

test("says at once that Outlook is not running, and why it thinks so", async () => {
  const home = temporaryHome();
  const first = await collect(sourceOf(home)).next();
  expect(first).toEqual({
    state: "unknown",
    since: null,
    ageMs: expect.any(Number) as number,
    number: 0,
    confirmedAt: null,
    source: {
      status: "unavailable",
      reason: "outlook-not-running",
      detail: expect.stringContaining(join(home, "run", "agent.sock")) as string,
    },
  });
});

test("says the present state of an Outlook that runs already, and each change with its time", async () => {
  const home = temporaryHome();
  const outlook = await startOutlook(home, { version: "16.0.5.6" });
  const reports = collect(sourceOf(home));
  const first = await reports.next(state("online"));
  expect(first.source).toEqual({
    status: "listening",
    profile: "Outlook",
    outlook: "16.0.5.6",
    notifies: { online: true, offline: true },
  });
  expect(first.agent).toMatch(/^\d+\.\d+\.\d+$/u);
  const before = Date.now();
  expect(await outlook.command("offline")).toMatch(/^ok/u);
  const second = await reports.next(state("offline"));
  const after = Date.now();
  expect(second.number).toBe(first.number + 1);
  expect(second.since).toBeGreaterThanOrEqual(before - 1);
  expect(second.since).toBeLessThanOrEqual(after + 1);
  expect(second.ageMs).toBeLessThanOrEqual(after - before + 1);
});

test("measures the age when a report is delivered, not when the state began", async () => {
  const home = temporaryHome();
  const outlook = await startOutlook(home);
  const before = Date.now();
  await outlook.command("offline");
  await new Promise((resolve) => setTimeout(resolve, 300));
  const first = await collect(sourceOf(home)).next(state("offline"));
  expect(first.ageMs).toBeGreaterThanOrEqual(290);
  expect(first.ageMs).toBeLessThanOrEqual(Date.now() - before + 1);
});

test("finds an Outlook that starts later, is killed, and is started anew", async () => {
  const home = temporaryHome();
  const reports = collect(sourceOf(home));
  await reports.next(reason("outlook-not-running"));
  for (let life = 0; life < 3; life += 1) {
    const outlook = await startOutlook(home);
    await reports.next(state("online"));
    await outlook.kill();
    const lost = await reports.next(reason("outlook-not-running"));
    expect(lost.state).toBe("unknown");
    expect(lost.since).not.toBeNull();
    expect(lost.agent).toBeUndefined();
  }
});

test("never tells a state while the source is not listening", async () => {
  const home = temporaryHome();
  const reports = collect(sourceOf(home));
  for (const ending of ["quit", "exit", "crash"]) {
    const outlook = await startOutlook(home);
    await reports.next(state("online"));
    await outlook.command(ending);
    await reports.next(reason("outlook-not-running"));
  }
  expect(reports.all.filter(({ source }) => source.status !== "listening").map((report) => report.state)).toEqual(
    reports.all.filter(({ source }) => source.status !== "listening").map(() => "unknown"),
  );
});

test("says that Outlook is closing when it says so, and that it is gone afterwards", async () => {
  const home = temporaryHome();
  const outlook = await startOutlook(home);
  const reports = collect(sourceOf(home));
  await reports.next(state("online"));
  await outlook.command("quit");
  await reports.next(reason("stopped"));
  await reports.next(reason("outlook-not-running"));
});

test("tells an add-in that was unloaded from an Outlook that has gone", async () => {
  const home = temporaryHome();
  const outlook = await startOutlook(home);
  const reports = collect(sourceOf(home));
  await reports.next(state("online"));
  await outlook.command("untick");
  await reports.next(reason("agent-missing"));
  await outlook.command("tick");
  await reports.next(state("online"));
  await outlook.command("untick");
  await reports.next(reason("agent-missing"));
  await outlook.kill();
  reports.refresh();
  await reports.next(reason("outlook-not-running"));
});

test("looks again whether Outlook runs without the agent when a pane connects", async () => {
  const home = temporaryHome();
  const outlook = await startOutlook(home);
  await outlook.command("untick");
  const reports = collect(sourceOf(home));
  await reports.next(reason("agent-missing"));
  await outlook.kill();
  reports.refresh();
  await reports.next(reason("outlook-not-running"));
});

test("finds a change that Outlook did not notify when it is asked to, and what is in the Outbox", async () => {
  const home = temporaryHome();
  const outlook = await startOutlook(home);
  const reports = collect(sourceOf(home));
  // The connection asks for a reading too.
  const first = await reports.next(({ reading }) => reading !== undefined);
  expect(first).toMatchObject({ state: "online", reading: { exchangeConnectionMode: 700, outboxItems: 0 } });
  expect(await outlook.command("silent offline")).toMatch(/^ok/u);
  const asked = Date.now();
  reports.refresh();
  const found = await reports.next(state("offline"));
  expect(found.since).toBeNull();
  expect(found.number).toBe(first.number + 1);
  expect(found.confirmedAt).toBeGreaterThanOrEqual(asked - 2);
  expect(found.confirmedAt).toBeLessThanOrEqual(Date.now() + 2);
  expect(found.reading).toMatchObject({ exchangeConnectionMode: 200, outboxItems: 0 });

  // An item that is sent is reason enough, and the state that stays is confirmed.
  expect(await outlook.command("outbox 3")).toMatch(/^ok/u);
  const sent = await reports.next(({ reading }) => reading?.outboxItems === 3);
  expect(sent).toMatchObject({ state: "offline", number: found.number });
  expect(sent.confirmedAt).toBeGreaterThan(found.confirmedAt ?? Number.NaN);
  expect(sent.reading?.at).toBeGreaterThanOrEqual(asked);

  expect(await outlook.command("connection none")).toMatch(/^ok/u);
  reports.refresh();
  const without = await reports.next(({ reading }) => reading?.exchangeConnectionMode === 0);
  expect(without.reading?.outboxItems).toBeUndefined();
});

test("reports nothing for a START alone, and believes the last word of a change", async () => {
  const home = temporaryHome();
  const outlook = await startOutlook(home);
  const reports = collect(sourceOf(home));
  const first = await reports.next(state("online"));
  await outlook.command("transition start offline");
  await outlook.command("transition done offline");
  const offline = await reports.next(state("offline"));
  expect(offline.number).toBe(first.number + 1);
  expect(offline.since).not.toBeNull();
  await outlook.command("transition statechange online");
  await outlook.command("transition done offline");
  await reports.next(state("online"));
  await reports.next(state("offline"));
  await outlook.command("transition start online");
  const asked = Date.now();
  reports.refresh();
  const confirmed = await reports.next(({ confirmedAt }) => (confirmedAt ?? 0) > asked);
  expect(confirmed.state).toBe("offline");
});

test("is not fooled by a file where the socket should be", async () => {
  const home = temporaryHome();
  mkdirSync(join(home, "run"), { mode: 0o700 });
  writeFileSync(join(home, "run", "agent.sock"), "no socket");
  const reports = collect(sourceOf(home));
  await reports.next(reason("outlook-not-running"));
  await startOutlook(home);
  await reports.next(state("online"));
  expect(existsSync(join(home, "run", "agent.sock"))).toBe(true);
});

test("takes what is no report for the unknown state, with the reason", () => {
  const good: SourceReport = {
    state: "online",
    since: 5,
    ageMs: 1,
    number: 3,
    source: { status: "listening", profile: "p", outlook: "o", notifies: { online: true, offline: true } },
  };
  const bad: unknown[] = [
    undefined,
    "online",
    { ...good, state: "Online" },
    { ...good, ageMs: -1 },
    { ...good, ageMs: 0.5 },
    { ...good, since: Number.NaN },
    { ...good, source: { status: "starting" } },
    { ...good, state: "unknown", source: { status: "unavailable", reason: "tired" } },
    { ...good, confirmedAt: -1 },
    { ...good, reading: { outboxItems: 3 } },
    { ...good, reading: { at: 7, exchangeConnectionMode: "700" } },
    { ...good, reading: { at: 7, outboxItems: -1 } },
  ];
  const more: SourceReport[] = [
    { ...good, state: "offline", confirmedAt: 9, reading: { at: 8, exchangeConnectionMode: 200, outboxItems: 0 } },
    { ...good, confirmedAt: null, reading: { at: 8 }, agent: "1.0.0" },
    good,
  ];
  const seen: SourceReport[] = [];
  const fake: NativeBinding = {
    subscribe(_options, listener) {
      [...more, ...bad].forEach(listener);
      return { refresh: () => undefined, close: () => undefined };
    },
  };
  createNativeSource(fake, { home: "" }).subscribe((report) => seen.push(report));
  // Each as it is: nothing of one report is left in the next.
  expect(seen.slice(0, more.length)).toStrictEqual(more);
  const refused = seen.slice(more.length);
  expect(refused).toHaveLength(bad.length);
  for (const report of refused) {
    expect(report.state).toBe("unknown");
    expect(report.source).toMatchObject({ status: "unavailable", reason: "agent-incompatible" });
  }
});
