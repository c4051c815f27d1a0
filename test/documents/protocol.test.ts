// docs/protocol is what a client is written from: its numbers, codes and schemas are held against the bridge.
import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { recordFileOf, writeRecord } from "../../bridge/src/instance/record.js";
import { defaultLimits } from "../../bridge/src/server/limits.js";
import { CloseCode } from "../../shared/src/protocol.js";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { attacks } from "../attacks/all.js";
import { get, listening, reportOf, startPlugged } from "../support/plugged-bridge.js";
import { checkOfSchema } from "../support/protocol-document.js";
import { expectPart, row } from "./generated.js";

const read = (file: string): string => readFileSync(fromRoot(file), "utf8");
const HTTP = "docs/protocol/http.md";

const number = (value: number): string => value.toLocaleString("en");
const seconds = (ms: number): string => `${number(ms / 1000)} s`;
const bytes = (value: number): string => `${number(value)} bytes`;

test("docs/protocol/http.md has the limits of the bridge", async () => {
  const limits = defaultLimits;
  await expectPart(HTTP, "limits", [
    row("what", "limit", "beyond it"),
    "| --- | --- | --- |",
    row("clients of the feed", number(limits.panes), "503"),
    row("connections of this user", number(limits.connections), "closed"),
    row(
      "connections of other users",
      `${number(limits.strangers)} in ${seconds(limits.strangersWindowMs)}`,
      "closed; those within it are answered 403",
    ),
    row("a TLS handshake", seconds(limits.handshakeMs), "closed"),
    row("the headers of a request", seconds(limits.headersMs), "408"),
    row("a whole request", seconds(limits.requestMs), "closed"),
    row("an idle connection", seconds(limits.keepAliveMs), "closed"),
    row("requests of one connection that wait for their answers", number(limits.requests), "closed"),
    row("an answer of which nothing is read", seconds(limits.stallMs), "closed"),
    row("the target of a request", bytes(limits.targetBytes), "414"),
    row("the header lines of a request, without the values of Cookie", bytes(limits.headerBytes), "431"),
    row("the values of Cookie", bytes(limits.cookieBytes), "431"),
    row("a message from a client, which the protocol does not have", bytes(limits.messageBytes), "close 1009"),
    row("fragments of one message", number(limits.fragments), "close 1008"),
    row("pings and pongs", `${number(limits.pings)} in ${seconds(limits.pingWindowMs)}`, "close 1008"),
    row("what waits for a client that does not read", bytes(limits.unsentBytes), "close 1013"),
    row("the answer to a close frame", seconds(limits.closeMs), "closed"),
  ]);
});

describe("the documents of the protocol", () => {
  it("name every status that a request can be refused with", () => {
    const statuses = new Set(attacks.flatMap(({ answer }) => /^[45]\d\d/.exec(answer) ?? []));
    const documented = new Set(
      [...read(HTTP).matchAll(/^\| ([45]\d\d(?:, [45]\d\d)*) +\|/gm)].flatMap(([, codes]) => codes?.split(", ") ?? []),
    );
    expect(statuses.size).toBeGreaterThan(8);
    expect([...statuses].filter((status) => !documented.has(status))).toEqual([]);
  });

  it("name every close code that the bridge uses", () => {
    const codes = attacks.flatMap(({ answer }) => /^close (\d{4})/.exec(answer)?.[1] ?? []);
    const documented = [...read("docs/protocol/feed.asyncapi.yaml").matchAll(/^ +\| (\d{4}) \|/gm)].map(
      ([, code]) => code,
    );
    const used = new Set([...codes, ...Object.values(CloseCode).map(String)]);
    expect(used.size).toBeGreaterThan(5);
    expect([...used].filter((code) => !documented.includes(code))).toEqual([]);
  });
});

describe("the schema of the health report", () => {
  it("holds for what the bridge answers, whatever it knows", async () => {
    const check = await checkOfSchema("healthz.schema.json");
    const plugged = await startPlugged();
    const health = async (): Promise<string> => (await get(plugged, "/healthz")).body;
    check(await health());
    for (const state of ["online", "offline", "unknown"] as const) {
      plugged.source.tell(reportOf(state));
      await expect.poll(health).toContain(`"state":"${state}","source":{"status":"listening"`);
      check(await health());
    }
    const source = { status: "unavailable", reason: "open-failed", code: "0x8004010F", detail: "no profile" } as const;
    plugged.source.tell({ ...reportOf("unknown"), source });
    await expect.poll(health).toContain("open-failed");
    check(await health());
  });

  const good = { status: "ok", state: "online", source: listening, clients: 1, version: "1.0.0" };
  it.each<[string, object]>([
    ["another status", { ...good, status: "bad" }],
    ["a state that does not exist", { ...good, state: "away" }],
    ["a state from a source that does not listen", { ...good, source: { status: "starting" } }],
    ["a source that does not exist", { ...good, source: { status: "asleep" } }],
    ["a negative number of clients", { ...good, clients: -1 }],
    ["no version", { ...good, version: undefined }],
    ["no source", { ...good, source: undefined }],
  ])("refuses %s", async (_what, report) => {
    const check = await checkOfSchema("healthz.schema.json");
    check(JSON.stringify({ ...good, later: true }));
    expect(() => {
      check(JSON.stringify(report));
    }).toThrow();
  });
});

describe("the schema of run/bridge.json", () => {
  it("holds for what the bridge writes, and for nothing less", async () => {
    const check = await checkOfSchema("bridge.schema.json");
    const { home } = await startPlugged();
    writeRecord(home, { pid: process.pid, port: 38443, version: "1.0.0" });
    const written = readFileSync(recordFileOf(home), "utf8");
    check(written);
    for (const name of ["pid", "port", "version"]) {
      const less = { ...(JSON.parse(written) as object), [name]: undefined };
      expect(() => {
        check(JSON.stringify(less));
      }).toThrow(name);
    }
  });
});
