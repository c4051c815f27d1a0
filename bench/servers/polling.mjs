// Rival: what an add-in does that has only the object model. It reads `NameSpace.Offline` each second, and tells the page
// over a bare ws when it has changed. To its advantage, reading costs it nothing: the value lies in its own memory.
import express from "express";
import { WebSocketServer } from "ws";
import { answer } from "./answering.mjs";
import { blankPage } from "./page.mjs";
import { changeOf } from "./payload.mjs";
import { follow } from "./source.mjs";
import { listen, secureServer } from "./tls.mjs";

const POLL_MS = 1000;
const app = express();
app.get("/taskpane.html", (_request, response) => response.type("html").send(blankPage("ws")));
const server = secureServer(app);
const feed = new WebSocketServer({ server, path: "/feed", perMessageDeflate: false });

let offline = "unknown";
let told = "unknown";
let seq = 1000;
follow(({ state }) => (offline = state));
setInterval(() => {
  if (offline === told) return;
  told = offline;
  const text = JSON.stringify(changeOf((seq += 1), told));
  for (const client of feed.clients) client.send(text);
}, POLL_MS);

const port = await listen(server);
answer({ port: () => port });
