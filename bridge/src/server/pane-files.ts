/** Serves the files of the pane: those in dist/pane and no others. */
import { readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import express, { type RequestHandler } from "express";
import { UserError } from "../user-error.js";

/** webpack puts a hash of the content into these names: taskpane.3f2a9c1be0d4.js. */
const HASHED = /\.[0-9a-f]{8,}\.[\w.]+$/;

/** webpack lists the files here, each with its size in bytes. */
const LIST = "pane-files.json";

/**
 * Checks that every file of the pane exists and is complete: a pane without its service worker or Office.js would open without an
 * error. Throws a UserError that names the file.
 */
export function checkPaneFiles(folder: string): void {
  for (const [name, bytes] of Object.entries(listedFiles(folder))) {
    const file = join(folder, name);
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isFile() !== true) throw new UserError(`a file of the pane is missing: ${file}`, remedy(folder));
    if (found.size === bytes) continue;
    const sizes = `it has ${String(found.size)} bytes, not ${String(bytes)}`;
    throw new UserError(`a file of the pane is damaged: ${file} (${sizes})`, remedy(folder));
  }
}

function listedFiles(folder: string): Record<string, unknown> {
  const file = join(folder, LIST);
  try {
    const list: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof list === "object" && list !== null && "taskpane.html" in list) return { ...list };
  } catch {
    // Missing, unreadable or damaged: the remedy is the same.
  }
  throw new UserError(`the list of the pane's files is missing or damaged: ${file}`, remedy(folder));
}

function remedy(folder: string): string {
  return `Install the product again. In a clone, delete ${folder} and run: npm run build`;
}

export function paneFiles(folder: string): RequestHandler {
  return express.static(folder, {
    index: false,
    redirect: false,
    dotfiles: "ignore",
    setHeaders(response, file) {
      // Pages and the service worker must be revalidated, so that an upgrade is noticed.
      const immutable = HASHED.test(basename(file));
      response.setHeader("Cache-Control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
}
