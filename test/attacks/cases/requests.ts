// Rows 1 to 9, 18 to 21 and 33: requests that access control must refuse, and the headers of responses.
import {
  sendRequest,
  encodeRequest,
  upgradeHeaders,
  plainRequest,
  upgradeRequest,
  type HeaderChanges,
  type Request,
} from "../../support/raw-client.js";
import type { Attack } from "./attack.js";
import type { BridgeProcess } from "../../support/bridge-process.js";

const SECRETS = /"state"|"source"|"ageMs"|access-control-allow|root:/i;

/** The status of a refusal. Reports any part of the state in it. */
export async function refused(bridge: BridgeProcess, request: Request | Buffer): Promise<string> {
  const response = await sendRequest(bridge, request);
  const leak = SECRETS.exec(`${[...response.headers].join("\n")}\n${response.body}`);
  if (leak !== null) return `${response.status}, and it contains ${leak[0]}`;
  return response.status;
}

/** The same, with a response header. */
async function refusedWithHeader(bridge: BridgeProcess, request: Request, header: string): Promise<string> {
  const { headers } = await sendRequest(bridge, request);
  return `${await refused(bridge, request)}, ${header}: ${headers.get(header.toLowerCase()) ?? "missing"}`;
}

export const onUpgrade = (
  row: number,
  attempt: string,
  response: string,
  changes: (port: number) => HeaderChanges,
): Attack => ({
  row,
  attempt,
  response,
  run: (bridge) => refused(bridge, upgradeRequest(bridge, changes(bridge.port))),
});

export const onPlain = (
  row: number,
  attempt: string,
  response: string,
  target: string,
  changes: HeaderChanges = {},
): Attack => ({
  row,
  attempt,
  response,
  run: (bridge) => refused(bridge, plainRequest(bridge, target, changes)),
});

const origin = (row: number, attempt: string, value: (port: number) => string | undefined): Attack =>
  onUpgrade(row, attempt, "403", (port) => ({ Origin: value(port) }));

/** A valid upgrade with an additional header. */
export const doubled = (
  row: number,
  attempt: string,
  response: string,
  name: string,
  value: (port: number) => string,
): Attack => ({
  row,
  attempt,
  response,
  run: (bridge) =>
    refused(bridge, { target: "/feed", headers: [...upgradeHeaders(bridge), [name, value(bridge.port)]] }),
});

const origins: Attack[] = [
  origin(1, "Origin: https://evil.example", () => "https://evil.example"),
  onPlain(1, "the same on GET /healthz", "403", "/healthz", { Origin: "https://evil.example" }),
  onPlain(1, "the same on GET /history", "403", "/history", { Origin: "https://evil.example" }),
  origin(2, "none", () => undefined),
  onUpgrade(2, "Sec-WebSocket-Origin instead", "403", (port) => ({
    Origin: undefined,
    "Sec-WebSocket-Origin": `https://localhost:${port}`,
  })),
  origin(3, "Origin: null", () => "null"),
  origin(3, "Origin: file://", () => "file://"),
  origin(3, "an extension's", () => "chrome-extension://abcdefghijklmnopabcdefghijklmnop"),
  origin(4, "https://localhost.evil.com", (port) => `https://localhost.evil.com:${port}`),
  origin(4, "another port", (port) => `https://localhost:${port - 1}`),
  origin(4, "no port", () => "https://localhost"),
  origin(4, "http:", (port) => `http://localhost:${port}`),
  origin(4, "https://127.0.0.1", (port) => `https://127.0.0.1:${port}`),
  origin(4, "https://[::1]", (port) => `https://[::1]:${port}`),
  origin(4, "a trailing dot", (port) => `https://localhost.:${port}`),
  origin(4, "userinfo", (port) => `https://localhost:${port}@evil.example`),
  origin(4, "capitals", (port) => `https://LOCALHOST:${port}`),
  origin(4, "a trailing slash", (port) => `https://localhost:${port}/`),
  origin(4, "a list of two", (port) => `https://localhost:${port}, https://evil.example`),
  doubled(4, "ours and another", "403", "Origin", () => "https://evil.example"),
  doubled(4, "ours, sent twice", "403", "Origin", (port) => `https://localhost:${port}`),
];

const host = (attempt: string, value: (port: number) => string | undefined): Attack =>
  onUpgrade(5, attempt, "421", (port) => ({ Host: value(port) }));

const hosts: Attack[] = [
  host("evil.example", (port) => `evil.example:${port}`),
  host("localhost.evil.com", (port) => `localhost.evil.com:${port}`),
  host("missing", () => undefined),
  host("empty", () => ""),
  host("wrong port", (port) => `localhost:${port + 1}`),
  host("no port", () => "localhost"),
  host("[::1]", (port) => `[::1]:${port}`),
  host("userinfo", (port) => `evil@localhost:${port}`),
  host("capitals", (port) => `LOCALHOST:${port}`),
  host("a port with a leading zero", (port) => `localhost:0${port}`),
  host("a list of two", (port) => `localhost:${port}, evil.example`),
  host("127.0.0.1", (port) => `127.0.0.1:${port}`),
  host("a trailing dot", (port) => `localhost.:${port}`),
  doubled(5, "ours, sent twice", "421", "Host", (port) => `localhost:${port}`),
  onPlain(5, "evil.example on GET /healthz", "421", "/healthz", { Host: "evil.example" }),
  {
    row: 6,
    attempt: "GET https://localhost/healthz",
    response: "421",
    run: (bridge) => refused(bridge, plainRequest(bridge, `https://localhost:${bridge.port}/healthz`)),
  },
  onPlain(6, "GET http://evil.example/", "421", "http://evil.example/"),
  onPlain(6, "GET *", "421", "*"),
  {
    row: 6,
    attempt: "CONNECT",
    response: "closed",
    run: (bridge) => refused(bridge, { ...plainRequest(bridge, `localhost:${bridge.port}`), method: "CONNECT" }),
  },
  {
    row: 6,
    attempt: "a wrong Host with a valid X-Forwarded-Host and Forwarded",
    response: "421",
    run: (bridge) =>
      refused(
        bridge,
        plainRequest(bridge, "/healthz", {
          Host: "evil.example",
          "X-Forwarded-Host": `localhost:${bridge.port}`,
          Forwarded: `host=localhost:${bridge.port};proto=https`,
        }),
      ),
  },
  {
    row: 6,
    attempt: "a valid Host with a foreign X-Forwarded-Host and Forwarded",
    response: "200",
    run: async (bridge) => {
      const foreign = {
        "X-Forwarded-Host": "evil.example",
        Forwarded: "host=evil.example",
        "X-Forwarded-For": "1.2.3.4",
      };
      return (await sendRequest(bridge, plainRequest(bridge, "/healthz", foreign))).status;
    },
  },
];

const method = (name: string, target: string, response: string, header: string): Attack => ({
  row: 8,
  attempt: `${name} ${target}`,
  response,
  run: (bridge) => refusedWithHeader(bridge, { ...plainRequest(bridge, target), method: name }, header),
});
const READ = "405, Allow: GET, HEAD";
const ONLY_GET = "405, Allow: GET";
const UPGRADE = "426, Upgrade: websocket";

const version = (attempt: string, changes: (port: number) => HeaderChanges): Attack => ({
  row: 9,
  attempt,
  response: "400, Sec-WebSocket-Version: 13",
  run: (bridge) => refusedWithHeader(bridge, upgradeRequest(bridge, changes(bridge.port)), "Sec-WebSocket-Version"),
});

const shapes: Attack[] = [
  onUpgrade(7, "none", "400", () => ({ "Sec-WebSocket-Protocol": undefined })),
  onUpgrade(7, "offline-state.v2", "400", () => ({ "Sec-WebSocket-Protocol": "offline-state.v2" })),
  onUpgrade(7, "in capitals", "400", () => ({ "Sec-WebSocket-Protocol": "OFFLINE-STATE.V1" })),
  {
    row: 8,
    attempt: "an upgrade of /other",
    response: "404",
    run: (bridge) => refused(bridge, { ...upgradeRequest(bridge), target: "/other" }),
  },
  {
    row: 8,
    attempt: "an upgrade of /healthz",
    response: "404",
    run: (bridge) => refused(bridge, { ...upgradeRequest(bridge), target: "/healthz" }),
  },
  {
    row: 8,
    attempt: "an upgrade by POST",
    response: ONLY_GET,
    run: (bridge) => refusedWithHeader(bridge, { ...upgradeRequest(bridge), method: "POST" }, "Allow"),
  },
  method("GET", "/feed", UPGRADE, "Upgrade"),
  method("GET", "/feed?x=1", UPGRADE, "Upgrade"),
  method("HEAD", "/feed", ONLY_GET, "Allow"),
  method("HEAD", "/feed?x=1", ONLY_GET, "Allow"),
  method("POST", "/healthz", READ, "Allow"),
  method("PUT", "/taskpane.html", READ, "Allow"),
  method("DELETE", "/", READ, "Allow"),
  method("TRACE", "/", READ, "Allow"),
  onUpgrade(8, "an upgrade to h2c", "400", () => ({ Upgrade: "h2c" })),
  version("version 8", (port) => ({
    Origin: undefined,
    "Sec-WebSocket-Version": "8",
    "Sec-WebSocket-Origin": `https://localhost:${port}`,
  })),
  version("no version", () => ({ "Sec-WebSocket-Version": undefined })),
];

const fromAnotherSite = (attempt: string, target: string, dest: string, mode: string, site = "cross-site"): Attack =>
  onPlain(18, attempt, "403", target, { "Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest });

const sites: Attack[] = [
  fromAnotherSite("<script src> of /healthz", "/healthz", "script", "no-cors"),
  fromAnotherSite("<script src> of the pane's own script", "/taskpane.js", "script", "no-cors"),
  fromAnotherSite("<img> of /history", "/history", "image", "no-cors"),
  fromAnotherSite("fetch without CORS", "/healthz", "empty", "no-cors"),
  fromAnotherSite("another program on localhost", "/healthz", "empty", "no-cors", "same-site"),
  fromAnotherSite("a window with /healthz", "/healthz", "document", "navigate"),
  fromAnotherSite("a frame with /history", "/history", "iframe", "navigate"),
  // Only a navigation to a document or frame may open the pane, not one of the two conditions alone.
  fromAnotherSite("<script src> of /taskpane.html", "/taskpane.html", "script", "no-cors"),
  fromAnotherSite("fetch of /taskpane.html without CORS", "/taskpane.html", "empty", "no-cors"),
  fromAnotherSite("/taskpane.html as a document, but not navigated to", "/taskpane.html", "document", "no-cors"),
  fromAnotherSite("/taskpane.html navigated to, but as no document", "/taskpane.html", "empty", "navigate"),
  ...["document", "iframe"].map((dest): Attack => ({
    row: 18,
    attempt: `the pane opened as a ${dest}`,
    response: "200",
    run: async (bridge) => {
      const opening = { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": dest };
      return (await sendRequest(bridge, plainRequest(bridge, "/taskpane.html", opening))).status;
    },
  })),
  onUpgrade(18, "an upgrade with the right Origin and Sec-Fetch-Site: cross-site", "403", () => ({
    "Sec-Fetch-Site": "cross-site",
  })),
  {
    row: 18,
    attempt: "the CORS and CORP headers of every response",
    response: "same-origin, no Access-Control-Allow-*",
    run: async (bridge) => {
      const targets = ["/", "/taskpane.html", "/healthz", "/history", "/feed", "/nothing", "/..%2f"];
      const responses = await Promise.all(targets.map((target) => sendRequest(bridge, plainRequest(bridge, target))));
      const policies = new Set(responses.map(({ headers }) => headers.get("cross-origin-resource-policy")));
      const allows = responses.some(({ headers }) =>
        [...headers.keys()].some((name) => name.startsWith("access-control-")),
      );
      return `${[...policies].join(" or ")}, ${allows ? "an" : "no"} Access-Control-Allow-*`;
    },
  },
];

const preflight = (attempt: string, headers: HeaderChanges): Attack => ({
  row: 19,
  attempt,
  response: "403",
  run: (bridge) =>
    refused(bridge, {
      ...plainRequest(bridge, "/healthz", {
        Origin: "https://evil.example",
        "Access-Control-Request-Method": "GET",
        ...headers,
      }),
      method: "OPTIONS",
    }),
});

const preflights: Attack[] = [
  preflight("CORS", {}),
  preflight("private network", { "Access-Control-Request-Private-Network": "true" }),
  preflight("local network", { "Access-Control-Request-Local-Network": "true" }),
];

const OUTSIDE_PATHS = [
  "/../../../../etc/passwd",
  "/..%2f..%2f..%2fetc/passwd",
  "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
  "/..%5c..%5cetc/passwd",
  "/..\\..\\windows\\win.ini",
  "/%00",
  "/taskpane.html%00.js",
  "//etc/passwd",
  "//taskpane.html",
  "//evil.example/%2f..",
  "/healthz/",
  "/HEALTHZ",
  "/taskpane.html;x",
  "/.%2e/.%2e/package.json",
  "/%252e%252e/package.json",
  "/static/../taskpane.html",
  "/C:/Windows/win.ini",
  "/%c0%ae%c0%ae/package.json",
  "/%",
  "/package.json",
  "/.git/config",
];

const paths: Attack[] = [
  ...OUTSIDE_PATHS.map((target) => onPlain(20, target.replaceAll("|", "\\|"), "404", target)),
  {
    row: 20,
    attempt: "a raw NUL byte",
    response: "400",
    run: (bridge) =>
      refused(bridge, encodeRequest(plainRequest(bridge, "/taskpane.html\0.js", { Connection: "close" }))),
  },
  {
    row: 21,
    attempt: "Content-Security-Policy: frame-ancestors",
    response: "'self' and Outlook on the web",
    run: async (bridge) => {
      const { headers } = await sendRequest(bridge, plainRequest(bridge, "/taskpane.html"));
      const ancestors =
        /frame-ancestors ([^;]*)/.exec(headers.get("content-security-policy") ?? "")?.[1]?.split(" ") ?? [];
      const [self, ...others] = ancestors;
      const office = others.every((name) =>
        /^https:\/\/outlook\.(?:office\.com|office365\.com|live\.com|cloud\.microsoft)$/.test(name),
      );
      return self === "'self'" && office && others.length === 4 ? "'self' and Outlook on the web" : ancestors.join(" ");
    },
  },
];

const sourcesOf = async (bridge: BridgeProcess, path: string): Promise<string> => {
  const { headers } = await sendRequest(bridge, plainRequest(bridge, path));
  const policy = headers.get("content-security-policy") ?? "";
  const sources = ["default-src", "script-src", "style-src"].map((name) => {
    const found = new RegExp(`(?:^|;)${name} ([^;]*)`).exec(policy)?.[1] ?? "missing";
    return `${name} ${found.replace(/'sha256-[\w+/]{43}='/g, "by hash").replace(/(by hash)(?: \1)+/g, "$1")}`;
  });
  return sources.join("; ");
};

const within: Attack[] = [
  {
    row: 33,
    attempt: "Content-Security-Policy of the page",
    response: "default-src 'none'; script-src 'self' by hash; style-src 'self' by hash",
    run: (bridge) => sourcesOf(bridge, "/taskpane.html"),
  },
  {
    row: 33,
    attempt: "Content-Security-Policy of every other response",
    response: "default-src 'none'; script-src 'self'; style-src 'self'",
    run: async (bridge) => {
      const paths = ["/healthz", "/history", "/service-worker.js", "/office/office.js", "/nothing"];
      const found = new Set<string>();
      for (const path of paths) found.add(await sourcesOf(bridge, path));
      return [...found].join(" | ");
    },
  },
];

export const requestAttacks: readonly Attack[] = [
  ...origins,
  ...hosts,
  ...shapes,
  ...sites,
  ...preflights,
  ...paths,
  ...within,
];
