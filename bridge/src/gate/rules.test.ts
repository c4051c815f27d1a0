// One test for each promise of the table. test/attacks sends the same over real sockets; here nothing stands between a request and
// the rules, so that what only a raw client can send is tried too.
import { describe, expect, it } from "vitest";
import { judge, oursOn, type Refusal, type Surroundings, type Visitor } from "./rules.js";

const PORT = 38443;
const policy: Surroundings = { ...oursOn(PORT), full: () => false, targetBytes: 8192, headerBytes: 8192 };

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;
type Parts = Partial<Omit<Visitor, "header">>;

function visitor(base: Parts, headers: Headers): Visitor {
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
const plain = (parts: Parts = {}, headers: Headers = {}, around = policy): Refusal | undefined =>
  judge(visitor(parts, { host: "localhost:38443", ...headers }), around);

/** A pane's upgrade, but for what is changed. */
const upgrade = (headers: Headers = {}, parts: Parts = {}, around = policy): Refusal | undefined =>
  judge(
    visitor(
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
    around,
  );

describe("a request of the pane", () => {
  it("is let in", () => {
    expect(plain()).toBeUndefined();
    expect(plain({ method: "HEAD" })).toBeUndefined();
    expect(plain({ target: "/history?hours=24" })).toBeUndefined();
    expect(plain({}, { origin: "https://localhost:38443" })).toBeUndefined();
    expect(upgrade()).toBeUndefined();
  });

  it("is let in over HTTP/1.0 unless it is an upgrade", () => {
    expect(plain({ httpVersion: "1.0" })).toBeUndefined();
    expect(upgrade({}, { httpVersion: "1.0" })).toEqual({ status: 400, why: "an upgrade needs HTTP/1.1" });
  });
});

describe("the peer", () => {
  it("must be trusted before anything else is looked at, and the reason goes to the log alone", () => {
    const peer = { trusted: false, why: "user 7" } as const;
    const refused = { status: 403, why: "the peer is not trusted", detail: "user 7" };
    expect(plain({ peer, target: "x".repeat(9000), method: "POST" }, { host: "evil.example" })).toEqual(refused);
    expect(upgrade({}, { peer })).toEqual(refused);
  });
});

describe("the size of a request", () => {
  it("is limited for the target: 414", () => {
    const path = (length: number): string => `/${"a".repeat(length - 1)}`;
    expect(plain({ target: path(8192) })).toBeUndefined();
    expect(plain({ target: path(8193) })).toMatchObject({ status: 414 });
    expect(plain({ target: `/healthz?${"a".repeat(8192)}` })).toMatchObject({ status: 414 });
  });

  it("is limited for the headers: 431", () => {
    expect(plain({ headerBytes: 8192 })).toBeUndefined();
    expect(plain({ headerBytes: 8193 })).toMatchObject({ status: 431 });
    expect(upgrade({}, { headerBytes: 8193 })).toMatchObject({ status: 431 });
  });
});

describe("the target", () => {
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
  ])("must have one spelling: %j is refused with 404", (target) => {
    expect(plain({ target })).toEqual({ status: 404, why: "there is no such file" });
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
  ])("may hold dots, letters that are encoded, and anything in its query: %j", (target) => {
    expect(plain({ target })).toBeUndefined();
  });
});

describe("Host", () => {
  it.each<[string, string | readonly string[] | undefined]>([
    ["missing", undefined],
    ["empty", ""],
    ["another name", "evil.example:38443"],
    ["no port", "localhost"],
    ["another port", "localhost:38444"],
    ["capitals", "LOCALHOST:38443"],
    ["sent twice", ["localhost:38443", "localhost:38443"]],
    ["sent twice, differently", ["localhost:38443", "evil.example"]],
  ])("is refused with 421: %s", (_what, host) => {
    expect(plain({}, { host })).toMatchObject({ status: 421 });
    expect(upgrade({ host })).toMatchObject({ status: 421 });
  });

  it("has no port on port 443, as browsers send it, and neither has Origin", () => {
    const around = { ...policy, ...oursOn(443) };
    const ours = { host: "localhost", origin: "https://localhost" };
    expect(plain({}, ours, around)).toBeUndefined();
    expect(upgrade(ours, {}, around)).toBeUndefined();
    expect(plain({}, { ...ours, host: "localhost:443" }, around)).toMatchObject({ status: 421 });
    expect(upgrade({ ...ours, origin: "https://localhost:443" }, {}, around)).toMatchObject({ status: 403 });
  });
});

describe("Origin", () => {
  it.each<[string, string | readonly string[]]>([
    ["of another site", "https://evil.example"],
    ["opaque", "null"],
    ["empty", ""],
    ["of another port", "https://localhost:38444"],
    ["without TLS", "http://localhost:38443"],
    ["sent twice", ["https://localhost:38443", "https://localhost:38443"]],
    ["ours and another", ["https://localhost:38443", "https://evil.example"]],
  ])("is refused with 403, on an upgrade and a plain request: %s", (_what, origin) => {
    expect(plain({}, { origin })).toMatchObject({ status: 403, why: "the Origin is not the pane's" });
    expect(upgrade({ origin })).toMatchObject({ status: 403, why: "the Origin is not the pane's" });
  });

  it("is required of an upgrade alone", () => {
    expect(upgrade({ origin: undefined })).toMatchObject({ status: 403 });
    expect(plain({}, { origin: undefined })).toBeUndefined();
  });
});

describe("a page of another site", () => {
  const from = (site: string, mode: string | undefined, dest: string | undefined, target: string, parts: Parts = {}) =>
    plain({ target, ...parts }, { "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest });

  it.each(["document", "iframe", "frame"])("may open the pane as a %s", (dest) => {
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
  ])("gets nothing, not even the pane, with mode %s and destination %s", (mode, dest) => {
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

  it.each(["cross-site", "same-site", "", "Same-Origin", "nonsense"])("may not upgrade: Sec-Fetch-Site %j", (site) => {
    expect(upgrade({ "sec-fetch-site": site })).toMatchObject({ status: 403 });
    const opening = { "sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    expect(upgrade(opening, { target: "/" })).toMatchObject({ status: 403 });
    expect(upgrade(opening, { target: "/taskpane.html" })).toMatchObject({ status: 403 });
  });

  it("is told apart from the pane itself, from what a person types, and from clients that are no browsers", () => {
    for (const site of ["same-origin", "none", undefined]) {
      expect(plain({}, { "sec-fetch-site": site })).toBeUndefined();
      expect(upgrade({ "sec-fetch-site": site })).toBeUndefined();
    }
  });

  it("is not let in by a header that is sent twice", () => {
    const twice = ["same-origin", "same-origin"];
    expect(plain({}, { "sec-fetch-site": twice })).toMatchObject({ status: 403 });
    expect(upgrade({ "sec-fetch-site": ["none", "cross-site"] })).toMatchObject({ status: 403 });
    const opening = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    for (const name of ["sec-fetch-mode", "sec-fetch-dest"] as const) {
      const doubled = { ...opening, [name]: [opening[name], opening[name]] };
      expect(plain({ target: "/" }, doubled)).toMatchObject({ status: 403 });
    }
  });

  it("gets no preflight answered, of whatever it is about", () => {
    for (const target of ["/healthz", "/feed", "/taskpane.html"])
      expect(plain({ method: "OPTIONS", target })).toEqual({ status: 403, why: "no cross-origin access" });
    expect(upgrade({}, { method: "OPTIONS" })).toEqual({ status: 403, why: "no cross-origin access" });
  });
});

describe("the method", () => {
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

  it("HEAD is for files and reports, not for the feed", () => {
    expect(plain({ method: "HEAD", target: "/taskpane.html" })).toBeUndefined();
    for (const target of ["/feed", "/feed?x"])
      expect(plain({ method: "HEAD", target })).toMatchObject({ status: 405, headers: { Allow: "GET" } });
    expect(upgrade({}, { method: "HEAD" })).toMatchObject({ status: 405 });
    expect(upgrade({}, { method: "HEAD", target: "/healthz" })).toMatchObject({ status: 405 });
  });
});

describe("a body", () => {
  it("of no length is none", () => {
    expect(plain({}, { "content-length": "0" })).toBeUndefined();
    expect(upgrade({ "content-length": "0" })).toBeUndefined();
  });

  it.each<[string, Headers]>([
    ["of a byte", { "content-length": "1" }],
    ["of ten", { "content-length": "10" }],
    ["of a length that is no number", { "content-length": "" }],
    ["of no length and of one", { "content-length": ["0", "1"] }],
    ["in chunks", { "transfer-encoding": "chunked" }],
    ["in chunks, although it says that it has no length", { "content-length": "0", "transfer-encoding": "chunked" }],
  ])("is refused with 400: %s", (_what, headers) => {
    expect(plain({}, headers)).toEqual({ status: 400, why: "no request has a body" });
    expect(upgrade(headers)).toEqual({ status: 400, why: "no request has a body" });
  });
});

describe("an upgrade", () => {
  it.each<[string, string | readonly string[] | undefined]>([
    ["8", "8"],
    ["none", undefined],
    ["a list", "13, 8"],
    ["13 twice", ["13", "13"]],
    ["empty", ""],
  ])("of another version is refused, and told the version that there is: %s", (_what, version) => {
    expect(upgrade({ "sec-websocket-version": version })).toEqual({
      status: 400,
      why: "only WebSocket version 13 is spoken",
      headers: { "Sec-WebSocket-Version": "13" },
    });
  });

  it.each<[string, string | readonly string[] | undefined]>([
    ["h2c", "h2c"],
    ["a list", "websocket, h2c"],
    ["none", undefined],
    ["sent twice", ["websocket", "websocket"]],
  ])("to another protocol is refused with 400: %s", (_what, value) => {
    expect(upgrade({ upgrade: value })).toEqual({ status: 400, why: "only websocket is spoken" });
  });

  it("may write websocket in capitals, as the standard says", () => {
    expect(upgrade({ upgrade: "WebSocket" })).toBeUndefined();
  });

  it.each(["/feed?x=1", "/feed/", "/Feed", "/healthz", "/", "/taskpane.html"])(
    "of %s is refused with 404",
    (target) => {
      expect(upgrade({}, { target })).toEqual({ status: 404, why: "there is no such feed" });
    },
  );

  it("is what the feed needs: a plain request is refused with 426, which says so in both headers that it must have", () => {
    for (const target of ["/feed", "/feed?x=1"])
      expect(plain({ target })).toEqual({
        status: 426,
        why: "the feed is a WebSocket",
        headers: { Upgrade: "websocket", Connection: "close, upgrade" },
      });
  });

  it.each(["other, offline-state.v1", "offline-state.v1 ,other", "a,\toffline-state.v1\t,b", "a ,  offline-state.v1"])(
    "may offer the subprotocol among others, with spaces around it: %j",
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
  ])("that does not offer the subprotocol is refused with 400: %s", (_what, offered) => {
    expect(upgrade({ "sec-websocket-protocol": offered })).toEqual({
      status: 400,
      why: "the subprotocol offline-state.v1 is not offered",
    });
  });

  it("is refused with 503 while there are as many panes as there may be; plain requests are answered", () => {
    const full = { ...policy, full: () => true };
    expect(upgrade({}, {}, full)).toEqual({ status: 503, why: "there are too many panes" });
    expect(plain({}, {}, full)).toBeUndefined();
  });
});
