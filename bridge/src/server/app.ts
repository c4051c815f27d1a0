/** What is answered to plain requests, once the gate has let them in. */
import { join } from "node:path";
import express, { type ErrorRequestHandler, type Express } from "express";
import { HISTORY_HOURS_DEFAULT, HISTORY_HOURS_MAX, HISTORY_PATH, type History } from "../../../shared/src/history.js";
import type { SourceStatus, State } from "../../../shared/src/protocol.js";
import type { Log } from "../log/log.js";
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
  /** Connected panes. */
  readonly clients: number;
  readonly version: string;
}

export interface AppOptions {
  readonly port: number;
  readonly paneFolder: string;
  readonly health: () => Health;
  /** The last `hours`, or undefined when no history is kept. */
  readonly history: (hours: number) => History | undefined;
  readonly log: Log;
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

  app.get(HISTORY_PATH, (request, response) => {
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
    else response.json(found);
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
    log.error({ err: error }, "a request failed");
    if (response.headersSent) next(error);
    else response.status(500).type("text/plain").send("the bridge failed; its log says more\n");
  };
  app.use(failed);
  return app;
}

function hoursOf(asked: unknown): number | undefined {
  if (asked === undefined) return HISTORY_HOURS_DEFAULT;
  if (typeof asked !== "string" || !/^[1-9]\d{0,2}$/.test(asked)) return undefined;
  const hours = Number(asked);
  return hours <= HISTORY_HOURS_MAX ? hours : undefined;
}
