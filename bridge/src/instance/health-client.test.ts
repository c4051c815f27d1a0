import { once } from "node:events";
import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttps } from "node:https";
import { createServer, type AddressInfo, type Server } from "node:net";
import { join } from "node:path";
import { createServer as createTls } from "node:tls";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { startInProcessBridge, type InProcessBridge } from "../../../test/support/in-process-bridge.js";
import { temporaryFolder } from "../../../test/support/temporary-folder.js";
import { ensureCertificates } from "../certificates/certificates.js";
import { allowedHosts } from "../server/access-control.js";
import type { HistorySpan } from "../../../shared/src/contract.js";
import type { Recorder } from "../history/recorder.js";
import { prepareDataDirectory, resolveDataDirectory, type DataDirectory } from "../data-directory.js";
import { silentLog } from "../log/log.js";
import { connectionOptions, findBridge, get, unresponsiveError } from "./health-client.js";
import { acquireLock } from "./lock.js";
import { writePidFile } from "./pid-file.js";

function freshDataDirectory(): DataDirectory {
  const dataDirectory = resolveDataDirectory({ env: { OUTLOOK_OFFLINE_STATE_HOME: temporaryFolder() } });
  prepareDataDirectory(dataDirectory);
  return dataDirectory;
}

/** Acquires the lock and writes the pid file, as `start` does. */
async function asRunning(fixture: InProcessBridge, port = fixture.bridge.port): Promise<void> {
  const lock = await acquireLock(fixture.dataDirectory);
  if (lock === undefined) throw new Error("already locked");
  onTestFinished(() => {
    lock.release();
  });
  writePidFile(fixture.dataDirectory, { pid: process.pid, port, version: "1.2.3" });
}

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe("get", () => {
  it("receives a response of several megabytes", async () => {
    const spans = Array.from({ length: 50_000 }, (_, index): HistorySpan => ({
      state: index % 2 === 0 ? "online" : "offline",
      from: index,
      to: index + 1,
    }));
    async function* pages(): ReturnType<Recorder["read"]>["pages"] {
      for (let at = 0; at < spans.length; at += 1000) yield await Promise.resolve(spans.slice(at, at + 1000));
    }
    const history: Pick<Recorder, "read" | "record" | "flushIfDue" | "extendEarly"> = {
      read: () => ({ protocol: 1, now: 50_000, from: 0, pages: pages() }),
      record: () => undefined,
      flushIfDue: () => undefined,
      extendEarly: () => undefined,
    };
    const fixture = await startInProcessBridge({ history: history as Recorder });
    const result = await get(fixture.dataDirectory, fixture.bridge.port, "/history?hours=720");
    if (result.kind !== "response") throw new Error(result.reason);
    expect(result.status).toBe(200);
    expect(result.body.length).toBeGreaterThan(1 << 20);
    expect(JSON.parse(result.body)).toMatchObject({ spans: { length: spans.length } });
  });

  it.each([443, 38443])("sends the Host header that a bridge on port %i accepts", (port) => {
    const { headers } = connectionOptions(port, "");
    expect([...allowedHosts(port).hosts]).toEqual([headers["Host"]]);
  });

  it("distinguishes a closed port, a server that does not respond, and another server", async () => {
    const dataDirectory = (await startInProcessBridge()).dataDirectory;
    const gone = createServer();
    const port = await listening(gone);
    gone.close();
    expect(await get(dataDirectory, port, "/healthz")).toMatchObject({ kind: "closed" });
    const rude = createServer((socket) => socket.end("HTTP/1.1 200 OK\r\n\r\n"));
    expect(await get(dataDirectory, await listening(rude), "/healthz")).toMatchObject({ kind: "untrusted" });
    const mute = createServer();
    expect(await get(dataDirectory, await listening(mute), "/healthz")).toMatchObject({ kind: "timeout" });
  });

  it("trusts nobody if the CA file is damaged or missing", async () => {
    const { dataDirectory, bridge } = await startInProcessBridge();
    writeFileSync(join(dataDirectory.certificates, "ca.crt"), "\0\0\0");
    expect(await get(dataDirectory, bridge.port, "/healthz")).toMatchObject({ kind: "untrusted" });
    rmSync(join(dataDirectory.certificates, "ca.crt"));
    expect(await get(dataDirectory, bridge.port, "/healthz")).toMatchObject({ kind: "untrusted" });
  });

  it("trusts only this data directory's CA, even if the environment disables verification", async () => {
    const { dataDirectory } = await startInProcessBridge();
    const other = freshDataDirectory();
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
    expect(await get(dataDirectory, port, "/healthz")).toMatchObject({ kind: "untrusted" });
    expect(await findBridge(dataDirectory, [port])).toEqual({ kind: "absent" });
    expect(await get(dataDirectory, bare, "/healthz")).toMatchObject({ kind: "untrusted" });
  });
});

describe("findBridge", () => {
  it("returns `absent` without a pid file, with a closed port, and if another program has the port", async () => {
    const dataDirectory = freshDataDirectory();
    expect(await findBridge(dataDirectory, [])).toEqual({ kind: "absent" });
    writePidFile(dataDirectory, { pid: process.pid, port: 1, version: "1.2.3" });
    expect(await findBridge(dataDirectory, [])).toEqual({ kind: "absent" });
    const other = createServer((socket) => socket.end());
    writePidFile(dataDirectory, { pid: process.pid, port: await listening(other), version: "1.2.3" });
    expect(await findBridge(dataDirectory, [])).toEqual({ kind: "absent" });
  });

  it("returns `running` for a bridge that responds, also without a pid file", async () => {
    const fixture = await startInProcessBridge();
    const { dataDirectory, bridge } = fixture;
    await asRunning(fixture);
    expect(await findBridge(dataDirectory, [])).toMatchObject({
      kind: "running",
      port: bridge.port,
      version: "1.2.3",
      pidFile: { pid: process.pid },
    });
    rmSync(join(dataDirectory.run, "bridge.json"));
    expect(await findBridge(dataDirectory, [bridge.port])).toMatchObject({ kind: "running", pidFile: undefined });
  });

  it("returns `unresponsive` if the bridge does not respond", async () => {
    const fixture = await startInProcessBridge();
    await asRunning(fixture, await listening(createServer()));
    const found = await findBridge(fixture.dataDirectory, []);
    expect(found).toMatchObject({ kind: "unresponsive", isStarting: false, pidFile: { pid: process.pid } });
    if (found.kind !== "unresponsive") throw new Error(found.kind);
    const { message, remedy } = unresponsiveError(found);
    expect(message).toContain(`process ${process.pid}`);
    expect(message).toContain("no response within");
    expect(remedy).toContain(`End process ${process.pid}`);
  });

  it("returns `unresponsive` if the certificate files were replaced", async () => {
    const fixture = await startInProcessBridge();
    await asRunning(fixture);
    const other = freshDataDirectory();
    await ensureCertificates({ folder: other.certificates, log: silentLog() });
    copyFileSync(join(other.certificates, "ca.crt"), join(fixture.dataDirectory.certificates, "ca.crt"));
    const found = await findBridge(fixture.dataDirectory, []);
    expect(found).toMatchObject({ kind: "unresponsive", pidFile: { pid: process.pid } });
    expect(JSON.stringify(found)).toContain("were its certificate files replaced?");
  });

  it("returns `unresponsive` if the bridge refuses the request, after a retry", async () => {
    let asked = 0;
    const refusing = await startInProcessBridge({
      peer: () => {
        asked += 1;
        return Promise.resolve({ trusted: false, why: "test" });
      },
    });
    const found = await findBridge(refusing.dataDirectory, [refusing.bridge.port]);
    expect(found).toMatchObject({ kind: "unresponsive" });
    expect(JSON.stringify(found)).toContain("HTTP 403");
    expect(asked).toBeGreaterThan(1);

    let first = true;
    const hesitant = await startInProcessBridge({
      peer: () => {
        const trusted = !first;
        first = false;
        return Promise.resolve(trusted ? { trusted } : { trusted: false, why: "not yet" });
      },
    });
    expect(await findBridge(hesitant.dataDirectory, [hesitant.bridge.port])).toMatchObject({ kind: "running" });
  });

  it("returns `unresponsive` and starting while the lock is held without a pid file", async () => {
    const dataDirectory = freshDataDirectory();
    const lock = await acquireLock(dataDirectory);
    onTestFinished(() => lock?.release());
    expect(await findBridge(dataDirectory, [])).toMatchObject({
      kind: "unresponsive",
      isStarting: true,
      pidFile: undefined,
    });
  });
});
