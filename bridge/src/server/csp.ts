/** The security headers of every response. None allows another origin anything. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { RequestHandler } from "express";
import helmet from "helmet";

/** Sites on which Office shows add-ins in frames: Outlook on the web and the new Outlook. Classic Outlook uses no frame. */
const OFFICE = [
  "https://outlook.office.com",
  "https://outlook.office365.com",
  "https://outlook.live.com",
  "https://outlook.cloud.microsoft",
];

/** Sources that allow the scripts and styles within a page, by their hashes. */
export interface InlineHashes {
  readonly scripts: readonly string[];
  readonly styles: readonly string[];
}

export function securityHeaders(port: number, inline: InlineHashes = { scripts: [], styles: [] }): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        "default-src": ["'none'"],
        "script-src": ["'self'", ...inline.scripts],
        "style-src": ["'self'", ...inline.styles],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        // Older webviews do not include wss: in 'self'.
        "connect-src": ["'self'", `wss://localhost:${String(port)}`],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'self'", ...OFFICE],
      },
    },
    crossOriginResourcePolicy: { policy: "same-origin" },
    // With the opener policy it makes Chromium start a process for the pane when the response has come: 30 ms on a machine with two
    // cores. Its other effect, on document.domain, needs both pages to set that, and the pane does not.
    originAgentCluster: false,
    // It would apply to every other program on https://localhost, whatever its port.
    strictTransportSecurity: false,
    // frame-ancestors replaces it, and X-Frame-Options would exclude Office.
    xFrameOptions: false,
  });
}

/**
 * Sets the headers for the page in `file`, with the hashes of the scripts and styles within it: no injected or modified one runs. Reads the
 * file each time, because it is rebuilt during development.
 * https://www.w3.org/TR/CSP3/#framework-directive-source-list
 */
export function pageSecurityHeaders(port: number, file: string): RequestHandler {
  return async (request, response, next) => {
    const html = await readFile(file, "utf8").catch(() => "");
    securityHeaders(port, inlineHashes(html))(request, response, next);
  };
}

const SCRIPTS = /<script(?![^>]*\ssrc[\s=>])[^>]*>([^]*?)<\/script>/gi;
const STYLES = /<style[^>]*>([^]*?)<\/style>/gi;

export function inlineHashes(html: string): InlineHashes {
  return { scripts: hashes(html, SCRIPTS), styles: hashes(html, STYLES) };
}

/** Browsers hash the text with its line ends normalized to line feeds. */
function hashes(html: string, element: RegExp): string[] {
  return Array.from(html.replace(/\r\n?/g, "\n").matchAll(element), ([, text = ""]) => {
    return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  });
}
