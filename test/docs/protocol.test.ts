// Clients are written from docs/protocol: its numbers, codes and schemas must match the bridge.
import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { pidFilePath, writePidFile } from "../../bridge/src/instance/pid-file.js";
import { defaultLimits } from "../../bridge/src/server/limits.js";
import { CloseCode } from "../../shared/src/contract.js";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { attacks } from "../attacks/all.js";
import { get, listening, reportOf, startInProcessBridge } from "../support/in-process-bridge.js";
import { schemaCheck } from "../support/protocol-document.js";
import { expectPart, row } from "./generated.js";

const read = (file: string): string => readFileSync(fromRoot(file), "utf8");
const HTTP = "docs/protocol/http.md";

const number = (value: number): string => value.toLocaleString("en");
const seconds = (ms: number): string => `${number(ms / 1000)} s`;
const bytes = (value: number): string => `${number(value)} bytes`;

test("lists the bridge's limits in docs/protocol/http.md", async () => {
  const limits = defaultLimits;
  await expectPart(HTTP, "limits", [
    row("what", "limit", "beyond it"),
    "| --- | --- | --- |",
    row("clients of the feed", number(limits.panes), "503"),
    row("connections of this user", number(limits.connections), "closed"),
    row(
      "connections of other users",
      `${number(limits.otherUsers)} in ${seconds(limits.otherUsersWindowMs)}`,
      "closed; those within it are answered 403",
    ),
    row("a TLS handshake", seconds(limits.handshakeMs), "closed"),
    row(
      "the headers of a request",
      `${seconds(limits.headersMs)}, checked every ${seconds(limits.timeoutCheckMs)}`,
      "408",
    ),
    row("a whole request", `${seconds(limits.requestMs)}, checked every ${seconds(limits.timeoutCheckMs)}`, "408"),
    row("an idle connection", seconds(limits.keepAliveMs), "closed"),
    row("requests of one connection that wait for their responses", number(limits.requests), "closed"),
    row("a response of which nothing is read", seconds(limits.stallMs), "closed"),
    row("the target of a request", bytes(limits.targetBytes), "414"),
    row("the header lines of a request, without the values of Cookie", bytes(limits.headerBytes), "431"),
    row("the values of Cookie", bytes(limits.cookieBytes), "431"),
    row("a message from a client, which the protocol does not have", bytes(limits.messageBytes), "close 1009"),
    row("fragments of one message", number(limits.fragments), "close 1008"),
    row("pings and pongs", `${number(limits.pings)} in ${seconds(limits.pingWindowMs)}`, "close 1008"),
    row("what waits for a client that does not read", bytes(limits.unsentBytes), "close 1013"),
    row("the response to a close frame", seconds(limits.closeMs), "closed"),
  ]);
});

describe("docs/protocol", () => {
  it("lists every HTTP status with which a request can be refused", () => {
    const statuses = new Set(attacks.flatMap(({ response }) => /^[45]\d\d/.exec(response) ?? []));
    const documented = new Set(
      [...read(HTTP).matchAll(/^\| ([45]\d\d(?:, [45]\d\d)*) +\|/gm)].flatMap(([, codes]) => codes?.split(", ") ?? []),
    );
    expect(statuses.size).toBeGreaterThan(8);
    expect([...statuses].filter((status) => !documented.has(status))).toEqual([]);
  });

  it("lists every close code that the bridge uses", () => {
    const codes = attacks.flatMap(({ response }) => /^close (\d{4})/.exec(response)?.[1] ?? []);
    const documented = [...read("docs/protocol/feed.asyncapi.yaml").matchAll(/^ +\| (\d{4}) \|/gm)].map(
      ([, code]) => code,
    );
    const used = new Set([...codes, ...Object.values(CloseCode).map(String)]);
    expect(used.size).toBeGreaterThan(5);
    expect([...used].filter((code) => !documented.includes(code))).toEqual([]);
  });
});

describe("healthz.schema.json", () => {
  it("accepts what the bridge returns in every state", async () => {
    const check = await schemaCheck("healthz.schema.json");
    const fixture = await startInProcessBridge();
    const health = async (): Promise<string> => (await get(fixture, "/healthz")).body;
    check(await health());
    for (const state of ["online", "offline", "unknown"] as const) {
      fixture.source.report(reportOf(state));
      await expect.poll(health).toContain(`"state":"${state}","source":{"status":"listening"`);
      check(await health());
    }
    const source = { status: "unavailable", reason: "open-failed", code: "0x8004010F", detail: "no profile" } as const;
    fixture.source.report({ ...reportOf("unknown"), source });
    await expect.poll(health).toContain("open-failed");
    check(await health());
  });

  const good = { status: "ok", state: "online", source: listening, clients: 1, version: "1.0.0" };
  it.each<[string, object]>([
    ["another status", { ...good, status: "bad" }],
    ["a state that does not exist", { ...good, state: "away" }],
    ["a state from a source that does not listen", { ...good, source: { status: "starting" } }],
    ["a source that does not exist", { ...good, source: { status: "sleeping" } }],
    ["a negative number of clients", { ...good, clients: -1 }],
    ["no version", { ...good, version: undefined }],
    ["no source", { ...good, source: undefined }],
  ])("refuses %s", async (_what, report) => {
    const check = await schemaCheck("healthz.schema.json");
    check(JSON.stringify({ ...good, later: true }));
    expect(() => {
      check(JSON.stringify(report));
    }).toThrow();
  });
});

describe("bridge.schema.json", () => {
  it("accepts what the bridge writes, and requires every field", async () => {
    const check = await schemaCheck("bridge.schema.json");
    const { dataDirectory } = await startInProcessBridge();
    writePidFile(dataDirectory, { pid: process.pid, port: 38443, version: "1.0.0" });
    const written = readFileSync(pidFilePath(dataDirectory), "utf8");
    check(written);
    for (const name of ["pid", "port", "version"]) {
      const less = { ...(JSON.parse(written) as object), [name]: undefined };
      expect(() => {
        check(JSON.stringify(less));
      }).toThrow(name);
    }
  });
});
