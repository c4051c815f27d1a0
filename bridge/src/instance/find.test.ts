import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer as createHttps } from "node:https";
import { createServer, type AddressInfo, type Server } from "node:net";
import { join } from "node:path";
import { createServer as createTls } from "node:tls";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { startPlugged, type PluggedBridge } from "../../../test/support/plugged-bridge.js";
import { temporaryHome } from "../../../test/support/temporary-home.js";
import { ensureCertificates } from "../certificates/certificates.js";
import { Failure } from "../failure.js";
import { oursOn } from "../gate/rules.js";
import type { HistorySpan } from "../../../shared/src/history.js";
import type { Recorder } from "../history/recorder.js";
import { prepareHome, resolveHome, type Home } from "../home/home.js";
import { silentLog } from "../log/log.js";
import { ask, connectionOptions } from "./client.js";
import { findBridge, unresponsiveText } from "./find.js";
import { isLocked, takeLock } from "./lock.js";
import { writeRecord } from "./record.js";

function freshHome(): Home {
  const home = resolveHome({ env: { OUTLOOK_OFFLINE_STATE_HOME: temporaryHome() } });
  prepareHome(home);
  return home;
}

/** The directory is that of a bridge which holds its lock and has written its record, as `start` does. */
async function asRunning(plugged: PluggedBridge, port = plugged.bridge.port): Promise<void> {
  const lock = await takeLock(plugged.home);
  if (lock === undefined) throw new Error("it is locked already");
  onTestFinished(() => {
    lock.release();
  });
  writeRecord(plugged.home, { pid: process.pid, port, version: "1.2.3" });
}

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe("the client of the command line", () => {
  it("takes a history of megabytes", async () => {
    const spans = Array.from({ length: 50_000 }, (_, index): HistorySpan => ({
      state: index % 2 === 0 ? "online" : "offline",
      from: index,
      to: index + 1,
    }));
    async function* pages(): ReturnType<Recorder["read"]>["pages"] {
      for (let at = 0; at < spans.length; at += 1000) yield await Promise.resolve(spans.slice(at, at + 1000));
    }
    const history: Pick<Recorder, "read" | "note" | "settle" | "awake"> = {
      read: () => ({ protocol: 1, now: 50_000, from: 0, pages: pages() }),
      note: () => undefined,
      settle: () => undefined,
      awake: () => undefined,
    };
    const plugged = await startPlugged({ history: history as Recorder });
    const answer = await ask(plugged.home, plugged.bridge.port, "/history?hours=720");
    if (answer.kind !== "answer") throw new Error(answer.why);
    expect(answer.status).toBe(200);
    expect(answer.body.length).toBeGreaterThan(1 << 20);
    expect(JSON.parse(answer.body)).toMatchObject({ spans: { length: spans.length } });
  });

  it.each([443, 38443])("sends the Host that a bridge on port %i takes for its own", (port) => {
    const { headers } = connectionOptions(port, "");
    expect([...oursOn(port).hosts]).toEqual([headers["Host"]]);
  });

  it("says that nothing listens, that something is silent, and that something else answers", async () => {
    const home = (await startPlugged()).home;
    const gone = createServer();
    const port = await listening(gone);
    gone.close();
    expect(await ask(home, port, "/healthz")).toMatchObject({ kind: "closed" });
    const rude = createServer((socket) => socket.end("HTTP/1.1 200 OK\r\n\r\n"));
    expect(await ask(home, await listening(rude), "/healthz")).toMatchObject({ kind: "untrusted" });
    const mute = createServer();
    expect(await ask(home, await listening(mute), "/healthz")).toMatchObject({ kind: "silent" });
  });

  it("says so when the CA's file is damaged or missing", async () => {
    const { home, bridge } = await startPlugged();
    writeFileSync(join(home.certificates, "ca.crt"), "\0\0\0");
    expect(await ask(home, bridge.port, "/healthz")).toMatchObject({ kind: "untrusted" });
    rmSync(join(home.certificates, "ca.crt"));
    expect(await ask(home, bridge.port, "/healthz")).toMatchObject({ kind: "untrusted" });
  });

  it("believes nobody without this directory's CA when the environment switches verification off", async () => {
    const { home } = await startPlugged();
    const other = freshHome();
    const { key, certificate } = await ensureCertificates({ folder: other.certificates, log: silentLog() });
    const fake = createHttps({ key, cert: certificate }, (_request, response) =>
      response.end(JSON.stringify({ status: "ok", state: "online", clients: 0, version: "1.2.3" })),
    );
    const port = await listening(fake);
    // Without any certificate.
    const anonymous = createTls({ ciphers: "aNULL:@SECLEVEL=0", maxVersion: "TLSv1.2" }, (socket) =>
      socket.end("HTTP/1.1 200 OK\r\n\r\n"),
    );
    const bare = await listening(anonymous);
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    expect(await ask(home, port, "/healthz")).toMatchObject({ kind: "untrusted" });
    expect(await findBridge(home, [port])).toEqual({ kind: "absent" });
    expect(await ask(home, bare, "/healthz")).toMatchObject({ kind: "untrusted" });
  });
});

describe("the bridge of a data directory", () => {
  it("is absent when there is nothing, when its port is closed and when another program has its port", async () => {
    const home = freshHome();
    expect(await findBridge(home, [])).toEqual({ kind: "absent" });
    writeRecord(home, { pid: process.pid, port: 1, version: "1.2.3" });
    expect(await findBridge(home, [])).toEqual({ kind: "absent" });
    const other = createServer((socket) => socket.end());
    writeRecord(home, { pid: process.pid, port: await listening(other), version: "1.2.3" });
    expect(await findBridge(home, [])).toEqual({ kind: "absent" });
  });

  it("is running when it answers, also without its record", async () => {
    const plugged = await startPlugged();
    const { home, bridge } = plugged;
    await asRunning(plugged);
    expect(await findBridge(home, [])).toMatchObject({
      kind: "running",
      port: bridge.port,
      version: "1.2.3",
      record: { pid: process.pid },
    });
    rmSync(join(home.run, "bridge.json"));
    expect(await findBridge(home, [bridge.port])).toMatchObject({ kind: "running", record: undefined });
  });

  it("is running but not responding when it is silent", async () => {
    const plugged = await startPlugged();
    await asRunning(plugged, await listening(createServer()));
    const found = await findBridge(plugged.home, []);
    expect(found).toMatchObject({ kind: "unresponsive", starting: false, record: { pid: process.pid } });
    if (found.kind !== "unresponsive") throw new Error(found.kind);
    const { what, remedy } = unresponsiveText(found);
    expect(what).toContain(`process ${process.pid}`);
    expect(what).toContain("no answer came within");
    expect(remedy).toContain(`end process ${process.pid}`);
  });

  it("is running but not responding when its certificate files were replaced", async () => {
    const plugged = await startPlugged();
    await asRunning(plugged);
    const other = freshHome();
    await ensureCertificates({ folder: other.certificates, log: silentLog() });
    copyFileSync(join(other.certificates, "ca.crt"), join(plugged.home.certificates, "ca.crt"));
    const found = await findBridge(plugged.home, []);
    expect(found).toMatchObject({ kind: "unresponsive", record: { pid: process.pid } });
    expect(JSON.stringify(found)).toContain("were its certificate files replaced?");
  });

  it("is running but not responding when it refuses us, and is asked again first", async () => {
    let asked = 0;
    const refusing = await startPlugged({
      peer: () => {
        asked += 1;
        return Promise.resolve({ trusted: false, why: "test" });
      },
    });
    const found = await findBridge(refusing.home, [refusing.bridge.port]);
    expect(found).toMatchObject({ kind: "unresponsive" });
    expect(JSON.stringify(found)).toContain("HTTP 403");
    expect(asked).toBeGreaterThan(1);

    let first = true;
    const hesitant = await startPlugged({
      peer: () => {
        const trusted = !first;
        first = false;
        return Promise.resolve(trusted ? { trusted } : { trusted: false, why: "not yet" });
      },
    });
    expect(await findBridge(hesitant.home, [hesitant.bridge.port])).toMatchObject({ kind: "running" });
  });

  it("is starting while its directory is locked and it has written no record", async () => {
    const home = freshHome();
    const lock = await takeLock(home);
    onTestFinished(() => lock?.release());
    expect(await findBridge(home, [])).toMatchObject({ kind: "unresponsive", starting: true, record: undefined });
  });
});

describe("the lock of a data directory", () => {
  const fileOf = (home: Home): string => join(home.run, "bridge.lock");

  it.each([
    [
      "a damaged file",
      (file: string) => {
        writeFileSync(file, Buffer.alloc(9000, 0xa5));
      },
    ],
    [
      "an empty folder",
      (file: string) => {
        mkdirSync(file);
      },
    ],
    [
      "a link that leads nowhere",
      (file: string) => {
        symlinkSync("/nonexistent/lock", file);
      },
    ],
  ])("is repaired when %s is in its place", async (_what, damage) => {
    const home = freshHome();
    damage(fileOf(home));
    expect(await isLocked(home)).not.toBe(true);
    const lock = await takeLock(home);
    expect(lock).toBeDefined();
    expect(await takeLock(home)).toBeUndefined();
    expect(await isLocked(home)).toBe(true);
    lock?.release();
    expect(await isLocked(home)).toBe(false);
  });

  it("names what is in the way when that may hold something", async () => {
    const home = freshHome();
    mkdirSync(join(fileOf(home), "something"), { recursive: true });
    const thrown: unknown = await takeLock(home).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(Failure);
    expect(String(thrown)).toContain(fileOf(home));
  });

  it("is held by one of six processes that find it damaged at the same instant", async () => {
    const home = freshHome();
    writeFileSync(fileOf(home), Buffer.alloc(9000, 0xa5));
    const go = join(home.path, "go");
    const script = `
      import { existsSync } from "node:fs";
      import { takeLock } from ${JSON.stringify(new URL("../../../dist/bridge/src/instance/lock.js", import.meta.url).href)};
      process.stdout.write("ready\\n");
      while (!existsSync(${JSON.stringify(go)}));
      const lock = await takeLock({ run: ${JSON.stringify(home.run)} }).catch((error) => String(error));
      process.stdout.write(lock === undefined ? "held\\n" : typeof lock === "string" ? lock : "taken\\n");
      setInterval(() => undefined, 1000);
    `;
    const outputs: string[] = [];
    const children: ChildProcess[] = Array.from({ length: 6 }, (_, index) => {
      const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      outputs[index] = "";
      child.stdout.on("data", (data: Buffer) => (outputs[index] = `${outputs[index] ?? ""}${data.toString()}`));
      return child;
    });
    onTestFinished(() => {
      for (const child of children) child.kill("SIGKILL");
    });
    await expect.poll(() => outputs.every((output) => output === "ready\n")).toBe(true);
    writeFileSync(go, "");
    await expect.poll(() => outputs.every((output) => output.length > "ready\n".length)).toBe(true);
    expect(outputs.map((output) => output.slice("ready\n".length)).sort()).toEqual([
      ...Array.from({ length: 5 }, () => "held\n"),
      "taken\n",
    ]);
  });
});
