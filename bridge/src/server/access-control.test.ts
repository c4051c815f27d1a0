// Each rule, without sockets, so requests that only a raw client can send are tried too. test/attacks sends the same over real ones.
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import {
  allowedHosts,
  dropCookies,
  evaluate,
  pathOf,
  requestInfo,
  type AccessRequest,
  type Policy,
  type Refusal,
} from "./access-control.js";

const PORT = 38443;
const policy: Policy = { ...allowedHosts(PORT), isFull: () => false, targetBytes: 8192, headerBytes: 8192 };

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;
type Parts = Partial<Omit<AccessRequest, "header">>;

function requestOf(base: Parts, headers: Headers): AccessRequest {
  const values = (name: string): readonly string[] => {
    const value = headers[name];
    return value === undefined ? [] : typeof value === "string" ? [value] : value;
  };
  return {
    method: "GET",
    target: "/healthz",
    upgrade: false,
    httpVersion: "1.1",
    headerBytes: 100,
    peer: { trusted: true },
    ...base,
    header: values,
  };
}

/** A request for /healthz of the pane, but for what is changed. */
const plain = (parts: Parts = {}, headers: Headers = {}, given = policy): Refusal | undefined =>
  evaluate(requestOf(parts, { host: "localhost:38443", ...headers }), given);

/** A pane's upgrade, but for what is changed. */
const upgrade = (headers: Headers = {}, parts: Parts = {}, given = policy): Refusal | undefined =>
  evaluate(
    requestOf(
      { target: "/feed", upgrade: true, ...parts },
      {
        host: "localhost:38443",
        origin: "https://localhost:38443",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-protocol": "offline-state.v1",
        ...headers,
      },
    ),
    given,
  );

describe("evaluate, for a request of the pane", () => {
  it("accepts it", () => {
    expect(plain()).toBeUndefined();
    expect(plain({ method: "HEAD" })).toBeUndefined();
    expect(plain({ target: "/history?hours=24" })).toBeUndefined();
    expect(plain({}, { origin: "https://localhost:38443" })).toBeUndefined();
    expect(upgrade()).toBeUndefined();
  });

  it("accepts it over HTTP/1.0 unless it is an upgrade", () => {
    expect(plain({ httpVersion: "1.0" })).toBeUndefined();
    expect(upgrade({}, { httpVersion: "1.0" })).toEqual({ status: 400, why: "an upgrade needs HTTP/1.1" });
  });
});

describe("evaluate, for the peer", () => {
  it("refuses an untrusted peer before everything else, with the reason for the log only", () => {
    const peer = { trusted: false, why: "user 7" } as const;
    const refused = { status: 403, why: "the peer is not a process of this user", detail: "user 7" };
    expect(plain({ peer, target: "x".repeat(9000), method: "POST" }, { host: "evil.example" })).toEqual(refused);
    expect(upgrade({}, { peer })).toEqual(refused);
  });
});

describe("evaluate, for the size of a request", () => {
  it("refuses a long target with 414", () => {
    const path = (length: number): string => `/${"a".repeat(length - 1)}`;
    expect(plain({ target: path(8192) })).toBeUndefined();
    expect(plain({ target: path(8193) })).toMatchObject({ status: 414 });
    expect(plain({ target: `/healthz?${"a".repeat(8192)}` })).toMatchObject({ status: 414 });
  });

  it("refuses long headers with 431", () => {
    expect(plain({ headerBytes: 8192 })).toBeUndefined();
    expect(plain({ headerBytes: 8193 })).toMatchObject({ status: 431 });
    expect(upgrade({}, { headerBytes: 8193 })).toMatchObject({ status: 431 });
  });
});

describe("evaluate, for the target", () => {
  it.each(["https://localhost:38443/healthz", "http://evil.example/", "*", "healthz", ""])(
    "must be a path: %j is refused with 421",
    (target) => {
      expect(plain({ target })).toMatchObject({ status: 421 });
    },
  );

  it.each([
    "/a\\b",
    "/a%5cb",
    "/a%5Cb",
    "/a%2fb",
    "/a%2Fb",
    "/%2e",
    "/%2E",
    "/a%00",
    "/a%",
    "/a%2",
    "/a%zz",
    "/a%g0",
    "/./a",
    "/a/.",
    "/../a",
    "/a/..",
    "/a../b",
    "/a..",
    "//a",
    "/a//b",
  ])("refuses another spelling of a path with 404: %j", (target) => {
    expect(plain({ target })).toEqual({ status: 404, why: "not found" });
  });

  it.each([
    "/a.js",
    "/.hidden",
    "/a.b/c",
    "/a...b",
    "/%41",
    "/%c3%a9",
    "/%C3%A9",
    "/taskpane.html?_host_Info=a//b/../c%2f\\",
  ])("accepts dots, encoded letters, and anything in the query: %j", (target) => {
    expect(plain({ target })).toBeUndefined();
  });
});

describe("evaluate, for Host", () => {
  it.each<[string, string | readonly string[] | undefined]>([
    ["missing", undefined],
    ["empty", ""],
    ["another name", "evil.example:38443"],
    ["no port", "localhost"],
    ["another port", "localhost:38444"],
    ["capitals", "LOCALHOST:38443"],
    ["sent twice", ["localhost:38443", "localhost:38443"]],
    ["sent twice, differently", ["localhost:38443", "evil.example"]],
  ])("refuses with 421: %s", (_what, host) => {
    expect(plain({}, { host })).toMatchObject({ status: 421 });
    expect(upgrade({ host })).toMatchObject({ status: 421 });
  });

  it("expects no port in Host and Origin on port 443, as browsers send them", () => {
    const given = { ...policy, ...allowedHosts(443) };
    const ours = { host: "localhost", origin: "https://localhost" };
    expect(plain({}, ours, given)).toBeUndefined();
    expect(upgrade(ours, {}, given)).toBeUndefined();
    expect(plain({}, { ...ours, host: "localhost:443" }, given)).toMatchObject({ status: 421 });
    expect(upgrade({ ...ours, origin: "https://localhost:443" }, {}, given)).toMatchObject({ status: 403 });
  });
});

describe("evaluate, for Origin", () => {
  it.each<[string, string | readonly string[]]>([
    ["of another site", "https://evil.example"],
    ["opaque", "null"],
    ["empty", ""],
    ["of another port", "https://localhost:38444"],
    ["without TLS", "http://localhost:38443"],
    ["sent twice", ["https://localhost:38443", "https://localhost:38443"]],
    ["ours and another", ["https://localhost:38443", "https://evil.example"]],
  ])("refuses an upgrade and a plain request with 403: %s", (_what, origin) => {
    expect(plain({}, { origin })).toMatchObject({ status: 403, why: "the Origin is not allowed" });
    expect(upgrade({ origin })).toMatchObject({ status: 403, why: "the Origin is not allowed" });
  });

  it("requires it of upgrades only", () => {
    expect(upgrade({ origin: undefined })).toMatchObject({ status: 403 });
    expect(plain({}, { origin: undefined })).toBeUndefined();
  });
});

describe("evaluate, for a page of another site", () => {
  const from = (site: string, mode: string | undefined, dest: string | undefined, target: string, parts: Parts = {}) =>
    plain({ target, ...parts }, { "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest });

  it.each(["document", "iframe", "frame"])("lets it open the pane as a %s", (dest) => {
    for (const site of ["cross-site", "same-site"]) {
      for (const target of ["/", "/taskpane.html", "/taskpane.html?et=1"]) {
        expect(from(site, "navigate", dest, target)).toBeUndefined();
      }
    }
  });

  it.each<[string | undefined, string | undefined]>([
    // Neither a navigation nor a destination that opens something, only the one, and only the other.
    ["no-cors", "script"],
    ["no-cors", "empty"],
    ["cors", "empty"],
    ["no-cors", "image"],
    ["no-cors", "document"],
    ["cors", "iframe"],
    ["websocket", "document"],
    [undefined, "document"],
    ["navigate", "script"],
    ["navigate", "empty"],
    ["navigate", "object"],
    ["navigate", "embed"],
    ["navigate", undefined],
    ["navigate", ""],
    [undefined, undefined],
  ])("refuses everything with mode %s and destination %s", (mode, dest) => {
    for (const target of ["/", "/taskpane.html"])
      expect(from("cross-site", mode, dest, target)).toEqual({
        status: 403,
        why: "the request comes from another site",
      });
  });

  it.each(["/healthz", "/history", "/history?hours=1", "/feed", "/taskpane.js", "/a/b.html", "/a.html/b", "/.html"])(
    "may not open %s, which is no document of the pane",
    (target) => {
      expect(from("cross-site", "navigate", "document", target)).toMatchObject({ status: 403 });
    },
  );

  it.each(["cross-site", "same-site", "", "Same-Origin", "nonsense"])(
    "refuses its upgrade: Sec-Fetch-Site %j",
    (site) => {
      expect(upgrade({ "sec-fetch-site": site })).toMatchObject({ status: 403 });
      const opening = { "sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
      expect(upgrade(opening, { target: "/" })).toMatchObject({ status: 403 });
      expect(upgrade(opening, { target: "/taskpane.html" })).toMatchObject({ status: 403 });
    },
  );

  it("distinguishes it from the pane, from an address that is typed, and from other clients than browsers", () => {
    for (const site of ["same-origin", "none", undefined]) {
      expect(plain({}, { "sec-fetch-site": site })).toBeUndefined();
      expect(upgrade({ "sec-fetch-site": site })).toBeUndefined();
    }
  });

  it("refuses a repeated header", () => {
    const twice = ["same-origin", "same-origin"];
    expect(plain({}, { "sec-fetch-site": twice })).toMatchObject({ status: 403 });
    expect(upgrade({ "sec-fetch-site": ["none", "cross-site"] })).toMatchObject({ status: 403 });
    const opening = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    for (const name of ["sec-fetch-mode", "sec-fetch-dest"] as const) {
      const doubled = { ...opening, [name]: [opening[name], opening[name]] };
      expect(plain({ target: "/" }, doubled)).toMatchObject({ status: 403 });
    }
  });

  it("refuses every preflight", () => {
    for (const target of ["/healthz", "/feed", "/taskpane.html"])
      expect(plain({ method: "OPTIONS", target })).toEqual({ status: 403, why: "no cross-origin access" });
    expect(upgrade({}, { method: "OPTIONS" })).toEqual({ status: 403, why: "no cross-origin access" });
  });
});

describe("evaluate, for the method", () => {
  it.each(["POST", "PUT", "DELETE", "TRACE", "PATCH", "get", "head", ""])(
    "%j is refused, and Allow names those possible",
    (method) => {
      expect(plain({ method })).toEqual({
        status: 405,
        why: "the method must be GET or HEAD",
        headers: { Allow: "GET, HEAD" },
      });
      for (const target of ["/feed", "/feed?x"])
        expect(plain({ method, target })).toMatchObject({ status: 405, headers: { Allow: "GET" } });
      expect(upgrade({}, { method })).toMatchObject({ status: 405, headers: { Allow: "GET" } });
    },
  );

  it("accepts HEAD for files and reports, not for the feed", () => {
    expect(plain({ method: "HEAD", target: "/taskpane.html" })).toBeUndefined();
    for (const target of ["/feed", "/feed?x"])
      expect(plain({ method: "HEAD", target })).toMatchObject({ status: 405, headers: { Allow: "GET" } });
    expect(upgrade({}, { method: "HEAD" })).toMatchObject({ status: 405 });
    expect(upgrade({}, { method: "HEAD", target: "/healthz" })).toMatchObject({ status: 405 });
  });
});

describe("evaluate, for a body", () => {
  it("accepts a length of 0", () => {
    expect(plain({}, { "content-length": "0" })).toBeUndefined();
    expect(upgrade({ "content-length": "0" })).toBeUndefined();
  });

  it.each<[string, Headers]>([
    ["of a byte", { "content-length": "1" }],
    ["of ten", { "content-length": "10" }],
    ["of a length that is no number", { "content-length": "" }],
    ["of no length and of one", { "content-length": ["0", "1"] }],
    ["in chunks", { "transfer-encoding": "chunked" }],
    ["in chunks, although its length is 0", { "content-length": "0", "transfer-encoding": "chunked" }],
  ])("refuses with 400: %s", (_what, headers) => {
    expect(plain({}, headers)).toEqual({ status: 400, why: "requests must not have a body" });
    expect(upgrade(headers)).toEqual({ status: 400, why: "requests must not have a body" });
  });
});

describe("evaluate, for an upgrade", () => {
  it.each<[string, string | readonly string[] | undefined]>([
    ["8", "8"],
    ["none", undefined],
    ["a list", "13, 8"],
    ["13 twice", ["13", "13"]],
    ["empty", ""],
  ])("refuses another version, and returns the supported one: %s", (_what, version) => {
    expect(upgrade({ "sec-websocket-version": version })).toEqual({
      status: 400,
      why: "only WebSocket version 13 is supported",
      headers: { "Sec-WebSocket-Version": "13" },
    });
  });

  it.each<[string, string | readonly string[] | undefined]>([
    ["h2c", "h2c"],
    ["a list", "websocket, h2c"],
    ["none", undefined],
    ["sent twice", ["websocket", "websocket"]],
  ])("refuses another protocol with 400: %s", (_what, value) => {
    expect(upgrade({ upgrade: value })).toEqual({ status: 400, why: "only WebSocket is supported" });
  });

  it("accepts WebSocket in any case, as the standard demands", () => {
    expect(upgrade({ upgrade: "WebSocket" })).toBeUndefined();
  });

  it.each(["/feed?x=1", "/feed/", "/Feed", "/healthz", "/", "/taskpane.html"])(
    "of %s is refused with 404",
    (target) => {
      expect(upgrade({}, { target })).toEqual({ status: 404, why: "not found" });
    },
  );

  it("refuses a plain request to the feed with 426 and both required headers", () => {
    for (const target of ["/feed", "/feed?x=1"])
      expect(plain({ target })).toEqual({
        status: 426,
        why: "the feed requires a WebSocket",
        headers: { Upgrade: "websocket", Connection: "close, upgrade" },
      });
  });

  it.each(["other, offline-state.v1", "offline-state.v1 ,other", "a,\toffline-state.v1\t,b", "a ,  offline-state.v1"])(
    "may offer the subprotocol among others, with spaces given it: %j",
    (offered) => {
      expect(upgrade({ "sec-websocket-protocol": offered })).toBeUndefined();
    },
  );

  it.each<[string, string | readonly string[] | undefined]>([
    ["none", undefined],
    ["another", "offline-state.v2"],
    ["capitals", "OFFLINE-STATE.V1"],
    ["a part of a name", "offline-state.v1.1, xoffline-state.v1"],
    ["in two headers", ["offline-state.v1", "other"]],
  ])("refuses one without the subprotocol with 400: %s", (_what, offered) => {
    expect(upgrade({ "sec-websocket-protocol": offered })).toEqual({
      status: 400,
      why: "the subprotocol offline-state.v1 is required",
    });
  });

  it("refuses one with 503 while there are too many panes, but no plain requests", () => {
    const full = { ...policy, isFull: () => true };
    expect(upgrade({}, {}, full)).toEqual({ status: 503, why: "too many panes" });
    expect(plain({}, {}, full)).toBeUndefined();
  });
});

function requestWith(...headers: readonly (readonly [name: string, value: string])[]): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.method = "GET";
  request.url = "/feed?x=1";
  request.httpVersion = "1.1";
  request.rawHeaders = headers.flat();
  return request;
}

describe("requestInfo", () => {
  it("returns every value of a header in order, whatever the case of its name", () => {
    const info = requestInfo(requestWith(["Host", "a"], ["X", "1"], ["HOST", "b"], ["host", "c"]), true);
    expect(info).toMatchObject({ method: "GET", target: "/feed?x=1", upgrade: true, httpVersion: "1.1" });
    expect(info.header("host")).toEqual(["a", "b", "c"]);
    expect(info.header("origin")).toEqual([]);
    expect(info.header("__proto__")).toEqual([]);
  });

  it("counts the bytes of the header lines as sent, without the values of cookies", () => {
    const bytes = (...headers: readonly (readonly [string, string])[]): number =>
      requestInfo(requestWith(...headers), false).headerBytes;
    expect(bytes()).toBe(0);
    expect(bytes(["Host", "localhost"])).toBe("Host: localhost\r\n".length);
    expect(bytes(["a", "b"], ["cOOkie", "x".repeat(1000)])).toBe("a: b\r\nCookie: \r\n".length);
  });

  it("is split into path and query", () => {
    const path = (target: string): string => pathOf({ target });
    expect(path("/feed")).toBe("/feed");
    expect(path("/feed?a?b")).toBe("/feed");
    expect(path("?a")).toBe("");
  });
});

describe("dropCookies", () => {
  it("empties every Cookie header", () => {
    const request = requestWith(["Host", "a"], ["Cookie", "one=1"], ["COOKIE", "two=2"], ["X", "cookie"]);
    dropCookies(request);
    expect(request.rawHeaders).toEqual(["Host", "a", "Cookie", "", "COOKIE", "", "X", "cookie"]);
  });
});
