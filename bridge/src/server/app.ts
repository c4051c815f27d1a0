/** Serves the plain requests that access control has accepted: pane, health and history. */
import { STATUS_CODES } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import express, { type ErrorRequestHandler, type Express, type Response } from "express";
import {
  HEALTH_PATH,
  HISTORY_HOURS_DEFAULT,
  HISTORY_HOURS_MAX,
  HISTORY_PATH,
  PANE_PATH,
  type Health,
} from "../../../shared/src/contract.js";
import { codeOf } from "../user-error.js";
import type { HistoryReading } from "../history/recorder.js";
import type { RateLimitedLog } from "../log/rate-limited-log.js";
import { pageSecurityHeaders, securityHeaders } from "./csp.js";
import { paneFiles } from "./pane-files.js";

export interface AppOptions {
  readonly port: number;
  readonly paneFolder: string;
  readonly health: () => Health;
  /** The last `hours`; undefined if no history is kept. */
  readonly history: (hours: number) => HistoryReading | undefined;
  readonly log: RateLimitedLog;
}

export function createApp({ port, paneFolder, health, history, log }: AppOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("query parser", "simple");
  // As in the rules of access control, a path has one spelling.
  app.enable("case sensitive routing");
  app.enable("strict routing");
  app.use(securityHeaders(port));

  app.get(HEALTH_PATH, (_request, response) => {
    response.set("Cache-Control", "no-store").json(health());
  });

  app.get(HISTORY_PATH, async (request, response) => {
    response.set("Cache-Control", "no-store");
    const hours = hoursOf(request.query["hours"]);
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
  app.get(PANE_PATH, pageSecurityHeaders(port, join(paneFolder, PANE_PATH)));
  app.use(paneFiles(paneFolder));
  app.use((_request, response) => {
    response.status(404).type("text/plain").send("not found\n");
  });

  const failed: ErrorRequestHandler = (error: unknown, _request, response, next) => {
    const refusal = clientErrorOf(error);
    if (refusal === undefined) log.error({ err: error }, "a request failed");
    if (response.headersSent) {
      next(error);
    } else if (refusal === undefined) {
      response.status(500).type("text/plain").send("the bridge failed; see its log\n");
    } else {
      response.status(refusal.status).set(refusal.headers).type("text/plain");
      response.send(`${STATUS_CODES[refusal.status] ?? "refused"}\n`);
    }
  };
  app.use(failed);
  return app;
}

/** A shorter history is sent at once, with its length; a longer one in pieces. Characters. */
const MAX_UNCHUNKED_LENGTH = 65_536;

/** Sends a JSON document in pieces, between which the event loop runs, so a slow client costs no memory. */
async function sendHistory(response: Response, history: HistoryReading): Promise<void> {
  const pieces = historyText(history);
  let begin = "";
  while (begin.length < MAX_UNCHUNKED_LENGTH) {
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
    // The client has disconnected.
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

function hoursOf(parameter: unknown): number | undefined {
  if (parameter === undefined) return HISTORY_HOURS_DEFAULT;
  if (typeof parameter !== "string" || !/^[1-9]\d{0,2}$/.test(parameter)) return undefined;
  const hours = Number(parameter);
  return hours <= HISTORY_HOURS_MAX ? hours : undefined;
}

/**
 * Status and headers of an error that the request has caused, such as a range beyond the end of a file: Express's file server throws these.
 * Undefined for other errors.
 */
function clientErrorOf(error: unknown): { readonly status: number; readonly headers: object } | undefined {
  if (!(error instanceof Error) || !("status" in error) || typeof error.status !== "number") return undefined;
  if (error.status < 400 || error.status > 499) return undefined;
  const headers = "headers" in error && typeof error.headers === "object" ? error.headers : null;
  return { status: error.status, headers: headers ?? {} };
}
