/**
 * The policy of a page that has scripts and styles in itself: that of every answer, and each of them by the hash of exactly
 * what it says. No other script or style within the page counts, one that was slipped in or changed least of all; and a
 * service worker keeps page and policy together.
 * https://www.w3.org/TR/CSP3/#framework-directive-source-list
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { RequestHandler } from "express";
import { securityHeaders, type Within } from "../gate/headers.js";

const SCRIPTS = /<script(?![^>]*\ssrc[\s=>])[^>]*>([^]*?)<\/script>/gi;
const STYLES = /<style[^>]*>([^]*?)<\/style>/gi;

/** What stands in `html` itself, as sources for a policy. */
export function within(html: string): Within {
  return { scripts: hashes(html, SCRIPTS), styles: hashes(html, STYLES) };
}

/** Sets the headers of the page in `file` as it is now: while somebody works on the pane, it is built again and again. */
export function pagePolicy(port: number, file: string): RequestHandler {
  return async (request, response, next) => {
    const html = await readFile(file, "utf8").catch(() => "");
    securityHeaders(port, within(html))(request, response, next);
  };
}

/** Of the text as a browser sees it, which knows no line ends but line feeds. */
function hashes(html: string, element: RegExp): string[] {
  return Array.from(html.replace(/\r\n?/g, "\n").matchAll(element), ([, text = ""]) => {
    return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  });
}
