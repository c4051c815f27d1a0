// Alternative: server-sent events with better-sse over TLS, set up as in its getting-started guide.
import { createChannel, createSession } from "better-sse";
import express from "express";
import { blankPage, changeMessage, listen, secureServer, serve, subscribe } from "./common.mjs";

const app = express();
const channel = createChannel();
app.get("/taskpane.html", (_request, response) => response.type("html").send(blankPage("sse")));
app.get("/sse", async (request, response) => {
  channel.register(await createSession(request, response));
});

let seq = 1000;
subscribe(({ state }) => channel.broadcast(changeMessage((seq += 1), state), "change"));

const port = await listen(secureServer(app));
serve({ port: () => port });
