/** The headers of every answer. No header here allows another origin anything. */
import helmet from "helmet";

/** Where Office shows add-ins in frames: Outlook on the web and the new Outlook. Classic Outlook uses no frame. */
const OFFICE = [
  "https://outlook.office.com",
  "https://outlook.office365.com",
  "https://outlook.live.com",
  "https://outlook.cloud.microsoft",
];

/** Scripts and styles that stand in a page itself, each as a source with its hash. */
export interface Within {
  readonly scripts: readonly string[];
  readonly styles: readonly string[];
}

const NOTHING: Within = { scripts: [], styles: [] };

export function securityHeaders(port: number, { scripts, styles }: Within = NOTHING): ReturnType<typeof helmet> {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        "default-src": ["'none'"],
        "script-src": ["'self'", ...scripts],
        "style-src": ["'self'", ...styles],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        // Older webviews do not count wss: as 'self'.
        "connect-src": ["'self'", `wss://localhost:${String(port)}`],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'self'", ...OFFICE],
      },
    },
    crossOriginResourcePolicy: { policy: "same-origin" },
    // Together with the opener policy it has Chromium start a process for the pane when the answer has come: 30 ms on a machine
    // with two cores. What else it is for, document.domain, both pages would have to set, and the pane does not.
    originAgentCluster: false,
    // It would bind every other program on https://localhost, whatever its port.
    strictTransportSecurity: false,
    // frame-ancestors says it better, and X-Frame-Options would shut out Office.
    xFrameOptions: false,
  });
}
