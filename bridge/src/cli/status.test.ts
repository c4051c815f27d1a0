// `status` against a real bridge in this process, whose source the test plugs in.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished } from "vitest";
import { listening, reportOf, startPlugged, type PluggedBridge } from "../../../test/support/plugged-bridge.js";
import { writeRecord } from "../instance/record.js";
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

async function bridgeThatIsFound(): Promise<PluggedBridge> {
  const plugged = await startPlugged();
  writeRecord(plugged.home, { pid: process.pid, port: plugged.bridge.port, version: "1.2.3" });
  return plugged;
}

/** Runs the command in the bridge's home; gives its lines of output one after the other. */
function lines({ home }: PluggedBridge, ...words: string[]): () => Promise<string> {
  const env = { ...process.env, OUTLOOK_OFFLINE_STATE_HOME: home.path };
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
  it("tells a state whose end Outlook does not notify as the past, in one line", async () => {
    const plugged = await bridgeThatIsFound();
    plugged.source.tell(wasOnline);
    const line = await lines(plugged)();
    expect(line).toMatch(/^Outlook was online at \S.*; Outlook does not report when it goes offline: listening to/);
    expect(line).not.toContain("Outlook is");
  });

  it("tells what was read in Outlook, and when", async () => {
    const plugged = await bridgeThatIsFound();
    plugged.source.tell(offline);
    expect(await lines(plugged)()).toMatch(
      /^Outlook is offline \(since .*profile P\. Work Offline is on, 3 messages in the Outbox at \d.*\. Bridge 1\.2\.3/,
    );
  });

  it("gives both to programs, and each change of them while it watches", async () => {
    const plugged = await bridgeThatIsFound();
    plugged.source.tell(wasOnline);
    const next = lines(plugged, "--watch", "--json");
    const told = async (): Promise<unknown> => JSON.parse(await next()) as unknown;
    expect(await told()).toMatchObject({ state: "unknown", since: at, lastKnown: { state: "online", at } });
    plugged.source.tell({ ...wasOnline, confirmedAt: at + 5000 });
    expect(await told()).toMatchObject({ state: "unknown", lastKnown: { state: "online", at: at + 5000 } });
    plugged.source.tell(offline);
    const reading = { at: at + 1000, connection: "working-offline", outboxItems: 3 };
    const last = await told();
    expect(last).toMatchObject({ state: "offline", since: at, reading });
    expect(last).not.toHaveProperty("lastKnown");
  });
});
