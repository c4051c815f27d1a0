import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { dropCookies, factsOf, pathOf, type RequestFacts } from "./facts.js";

function requestWith(...headers: readonly (readonly [name: string, value: string])[]): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.method = "GET";
  request.url = "/feed?x=1";
  request.httpVersion = "1.1";
  request.rawHeaders = headers.flat();
  return request;
}

describe("the facts of a request", () => {
  it("hold every value of a header, in order, whatever the case of its name", () => {
    const facts = factsOf(requestWith(["Host", "a"], ["X", "1"], ["HOST", "b"], ["host", "c"]), true);
    expect(facts).toMatchObject({ method: "GET", target: "/feed?x=1", upgrade: true, httpVersion: "1.1" });
    expect(facts.header("host")).toEqual(["a", "b", "c"]);
    expect(facts.header("origin")).toEqual([]);
    expect(facts.header("__proto__")).toEqual([]);
  });

  it("count the header lines as they are on the wire, the values of cookies apart", () => {
    const bytes = (...headers: readonly (readonly [string, string])[]): number =>
      factsOf(requestWith(...headers), false).headerBytes;
    expect(bytes()).toBe(0);
    expect(bytes(["Host", "localhost"])).toBe("Host: localhost\r\n".length);
    expect(bytes(["a", "b"], ["cOOkie", "x".repeat(1000)])).toBe("a: b\r\nCookie: \r\n".length);
  });

  it("tell the path from the query", () => {
    const path = (target: string): string => pathOf({ target } as RequestFacts);
    expect(path("/feed")).toBe("/feed");
    expect(path("/feed?a?b")).toBe("/feed");
    expect(path("?a")).toBe("");
  });
});

describe("the cookies of a request", () => {
  it("are dropped before anything can read them, in every header that has some", () => {
    const request = requestWith(["Host", "a"], ["Cookie", "one=1"], ["COOKIE", "two=2"], ["X", "cookie"]);
    dropCookies(request);
    expect(request.rawHeaders).toEqual(["Host", "a", "Cookie", "", "COOKIE", "", "X", "cookie"]);
  });
});
