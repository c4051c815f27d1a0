// Rival: server-sent events by better-sse over TLS, set up as in its getting-started guide: a channel, and a session each.
import { createChannel, createSession } from "better-sse";
import express from "express";
import { answer } from "./answering.mjs";
import { blankPage } from "./page.mjs";
import { changeOf } from "./payload.mjs";
import { follow } from "./source.mjs";
import { listen, secureServer } from "./tls.mjs";

const app = express();
const channel = createChannel();
app.get("/taskpane.html", (_request, response) => response.type("html").send(blankPage("sse")));
app.get("/sse", async (request, response) => {
  channel.register(await createSession(request, response));
});

let seq = 1000;
follow(({ state }) => channel.broadcast(changeOf((seq += 1), state), "change"));

const port = await listen(secureServer(app));
answer({ port: () => port });
