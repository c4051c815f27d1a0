// `status` against a real bridge in this process, whose source the test plugs in.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  listening,
  reportOf,
  startInProcessBridge,
  type InProcessBridge,
} from "../../../test/support/in-process-bridge.js";
import { writePidFile } from "../instance/pid-file.js";
import { productRoot } from "../version.js";

const MAIN = join(productRoot, "dist", "bridge", "src", "cli", "main.js");
const at = Date.now() - 60_000;
const oneWay = { ...listening, notifies: { online: true, offline: false } };
const wasOnline = { ...reportOf("online"), since: at - 60_000, ageMs: 120_000, confirmedAt: at, source: oneWay };
const offline = {
  ...reportOf("offline"),
  since: at,
  ageMs: 60_000,
  reading: { at: at + 1000, exchangeConnectionMode: 200, outboxItems: 3 },
};

async function startDiscoverableBridge(): Promise<InProcessBridge> {
  const fixture = await startInProcessBridge();
  writePidFile(fixture.dataDirectory, { pid: process.pid, port: fixture.bridge.port, version: "1.2.3" });
  return fixture;
}

/** Runs the command in the bridge's data directory; gives its lines of output one after the other. */
function lines({ dataDirectory }: InProcessBridge, ...words: string[]): () => Promise<string> {
  const env = { ...process.env, OUTLOOK_OFFLINE_STATE_HOME: dataDirectory.path };
  const command = spawn(process.execPath, [MAIN, "status", ...words], { env, stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => {
    command.kill();
  });
  const reader = createInterface(command.stdout)[Symbol.asyncIterator]();
  return async () => {
    const next = await reader.next();
    if (next.done === true) throw new Error("status has ended");
    return next.value;
  };
}

describe("status", { timeout: 60_000 }, () => {
  it("prints the last known state as the past if Outlook does not report its end", async () => {
    const fixture = await startDiscoverableBridge();
    fixture.source.report(wasOnline);
    const line = await lines(fixture)();
    expect(line).toMatch(/^Outlook was online at \S.*\. Outlook does not report when it goes offline\. Outlook 16/);
    expect(line).not.toContain("Outlook is");
  });

  it("prints the last reading with its time", async () => {
    const fixture = await startDiscoverableBridge();
    fixture.source.report(offline);
    expect(await lines(fixture)()).toMatch(
      /^Outlook is offline since .*profile P\. Work Offline is on, 3 messages in the Outbox at \d.*\. Version 1\.2\.3/,
    );
  });

  it("prints the last known state, the reading and each change as JSON with --watch", async () => {
    const fixture = await startDiscoverableBridge();
    fixture.source.report(wasOnline);
    const next = lines(fixture, "--watch", "--json");
    const nextStatus = async (): Promise<unknown> => JSON.parse(await next()) as unknown;
    expect(await nextStatus()).toMatchObject({ state: "unknown", since: at, lastKnown: { state: "online", at } });
    fixture.source.report({ ...wasOnline, confirmedAt: at + 5000 });
    expect(await nextStatus()).toMatchObject({ state: "unknown", lastKnown: { state: "online", at: at + 5000 } });
    fixture.source.report(offline);
    const reading = { at: at + 1000, connection: "working-offline", outboxItems: 3 };
    const last = await nextStatus();
    expect(last).toMatchObject({ state: "offline", since: at, reading });
    expect(last).not.toHaveProperty("lastKnown");
  });
});
