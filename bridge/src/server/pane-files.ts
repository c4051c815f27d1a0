/** The pane's files: what lies in dist/pane, and nothing else. */
import { basename } from "node:path";
import express, { type RequestHandler } from "express";

/** webpack puts a hash of the content into these names: taskpane.3f2a9c1be0d4.js. */
const HASHED = /\.[0-9a-f]{8,}\.[\w.]+$/;

export function paneFiles(folder: string): RequestHandler {
  return express.static(folder, {
    index: false,
    redirect: false,
    dotfiles: "ignore",
    setHeaders(response, file) {
      // A page, and above all a service worker, must be asked for anew so that an upgrade is seen.
      const immutable = HASHED.test(basename(file));
      response.setHeader("Cache-Control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
}
