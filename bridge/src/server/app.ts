/** What is answered to plain requests, once the gate has let them in. */
import { STATUS_CODES } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import express, { type ErrorRequestHandler, type Express, type Response } from "express";
import { HISTORY_HOURS_DEFAULT, HISTORY_HOURS_MAX, HISTORY_PATH } from "../../../shared/src/history.js";
import type { LastKnown, Reading, SourceStatus, State } from "../../../shared/src/protocol.js";
import { codeOf } from "../failure.js";
import type { HistoryReading } from "../history/recorder.js";
import type { LimitedLog } from "../log/limited-log.js";
import { securityHeaders } from "../gate/headers.js";
import { pagePolicy } from "./page-policy.js";
import { paneFiles } from "./pane-files.js";

/** Path of the pane on the bridge's origin. */
export const PANE_PATH = "/taskpane.html";
/** Path of the health report on the bridge's origin. */
export const HEALTH_PATH = "/healthz";

/** The body of `GET /healthz`. */
export interface Health {
  readonly status: "ok";
  readonly state: State;
  readonly source: SourceStatus;
  readonly lastKnown?: LastKnown | undefined;
  readonly reading?: Reading | undefined;
  /** Connected panes. */
  readonly clients: number;
  readonly version: string;
}

export interface AppOptions {
  readonly port: number;
  readonly paneFolder: string;
  readonly health: () => Health;
  /** The last `hours`, or undefined when no history is kept. */
  readonly history: (hours: number) => HistoryReading | undefined;
  readonly log: LimitedLog;
}

export function createApp({ port, paneFolder, health, history, log }: AppOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("query parser", "simple");
  // A path has one spelling: the gate's rules name it exactly.
  app.enable("case sensitive routing");
  app.enable("strict routing");
  app.use(securityHeaders(port));

  app.get(HEALTH_PATH, (_request, response) => {
    response.set("Cache-Control", "no-store").json(health());
  });

  app.get(HISTORY_PATH, async (request, response) => {
    response.set("Cache-Control", "no-store");
    const asked = request.query["hours"];
    const hours = hoursOf(asked);
    if (hours === undefined) {
      const most = String(HISTORY_HOURS_MAX);
      response.status(400).json({ error: `hours must be one whole number from 1 to ${most}` });
      return;
    }
    const found = history(hours);
    if (found === undefined) response.status(503).json({ error: "no history is kept" });
    else await sendHistory(response, found);
  });

  app.get("/", (_request, response) => {
    response.redirect(302, PANE_PATH);
  });
  app.get(PANE_PATH, pagePolicy(port, join(paneFolder, PANE_PATH)));
  app.use(paneFiles(paneFolder));
  app.use((_request, response) => {
    response.status(404).type("text/plain").send("there is no such file\n");
  });

  const failed: ErrorRequestHandler = (error: unknown, _request, response, next) => {
    const refusal = clientErrorOf(error);
    if (refusal === undefined) log.error({ err: error }, "a request failed");
    if (response.headersSent) {
      next(error);
    } else if (refusal === undefined) {
      response.status(500).type("text/plain").send("the bridge failed; its log says more\n");
    } else {
      response.status(refusal.status).set(refusal.headers).type("text/plain");
      response.send(`${STATUS_CODES[refusal.status] ?? "refused"}\n`);
    }
  };
  app.use(failed);
  return app;
}

/** A shorter history is sent whole, with its length; a longer one in pieces. Characters. */
const WHOLE_HISTORY = 65_536;

/** Sends one JSON document in pieces, so that other work is done in between and a slow client costs no memory. */
async function sendHistory(response: Response, history: HistoryReading): Promise<void> {
  const pieces = historyText(history);
  let begin = "";
  while (begin.length < WHOLE_HISTORY) {
    const piece = await pieces.next();
    if (piece.done === true) {
      response.type("json").send(begin);
      return;
    }
    begin += piece.value;
  }
  response.type("json");
  try {
    await pipeline(
      Readable.from(
        (async function* () {
          yield begin;
          yield* pieces;
        })(),
      ),
      response,
    );
  } catch (error) {
    // The client has gone, and wants nothing more.
    if (codeOf(error) !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
}

async function* historyText({ pages, ...head }: HistoryReading): AsyncGenerator<string, void, undefined> {
  yield `${JSON.stringify(head).slice(0, -1)},"spans":[`;
  let separator = "";
  for await (const spans of pages) {
    if (spans.length === 0) continue;
    yield separator + spans.map((span) => JSON.stringify(span)).join(",");
    separator = ",";
  }
  yield "]}";
}

function hoursOf(asked: unknown): number | undefined {
  if (asked === undefined) return HISTORY_HOURS_DEFAULT;
  if (typeof asked !== "string" || !/^[1-9]\d{0,2}$/.test(asked)) return undefined;
  const hours = Number(asked);
  return hours <= HISTORY_HOURS_MAX ? hours : undefined;
}

/**
 * The status and headers of what cannot be answered because of the request itself (a range beyond the end of a file, say): Express's
 * file server makes such errors. Undefined for any other error.
 */
function clientErrorOf(error: unknown): { readonly status: number; readonly headers: object } | undefined {
  if (!(error instanceof Error) || !("status" in error) || typeof error.status !== "number") return undefined;
  if (error.status < 400 || error.status > 499) return undefined;
  const headers = "headers" in error && typeof error.headers === "object" ? error.headers : null;
  return { status: error.status, headers: headers ?? {} };
}
