// Alternative: an add-in that only has the object model polls `NameSpace.Offline` every second, and sends changes to the page
// over ws. Reading costs nothing here: the value is in memory.
import express from "express";
import { WebSocketServer } from "ws";
import { blankPage, changeMessage, listen, secureServer, serve, subscribe } from "./common.mjs";

const POLL_MS = 1000;
const app = express();
app.get("/taskpane.html", (_request, response) => response.type("html").send(blankPage("ws")));
const server = secureServer(app);
const feed = new WebSocketServer({ server, path: "/feed", perMessageDeflate: false });

let current = "unknown";
let sent = "unknown";
let seq = 1000;
subscribe(({ state }) => (current = state));
setInterval(() => {
  if (current === sent) return;
  sent = current;
  const text = JSON.stringify(changeMessage((seq += 1), sent));
  for (const client of feed.clients) client.send(text);
}, POLL_MS);

const port = await listen(server);
serve({ port: () => port });
