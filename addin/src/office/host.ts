/**
 * The program that shows the pane. `classic`: Outlook for Windows that has an offline state to tell. `other`: an Outlook
 * that has none (new Outlook, web, Mac, phones). `browser`: none of them, or not known yet.
 */
export type Host = "classic" | "other" | "browser";

/** Where the pane runs, and in which language, as far as it can be known before Office.js is there. */
export interface HostInfo {
  readonly host: Host;
  /** Display language as a BCP 47 tag; null when the host does not say. */
  readonly locale: string | null;
}

/**
 * Reads the host information string that Outlook hands to every add-in page: application, platform, version and
 * locale, divided by "|" (classic Outlook) or "$" (elsewhere).
 */
export function parseHostInfo(text: string | null): HostInfo {
  const [application, platform, , locale] = (text ?? "").split(text?.includes("$") ? "$" : "|");
  if (application?.toLowerCase() !== "outlook") return { host: "browser", locale: null };
  return {
    host: platform?.toLowerCase() === "win32" ? "classic" : "other",
    locale: locale !== undefined && /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(locale) ? locale : null,
  };
}

/** Finds the host information string: classic Outlook answers a call, every other one puts it into the URL. */
export function findHostInfo(): string | null {
  const fromUrl = new URL(location.href).searchParams.get("_host_Info");
  if (fromUrl !== null) return fromUrl;
  try {
    // By name: it is deprecated for web pages, and the only place where classic Outlook answers.
    const external: unknown = Reflect.get(window, "external");
    if (typeof external !== "object" || external === null || !("GetHostInfo" in external)) return null;
    const { GetHostInfo: ask } = external;
    if (typeof ask !== "function") return null;
    const answer: unknown = Reflect.apply(ask, external, []);
    return typeof answer === "string" ? answer : null;
  } catch {
    return null;
  }
}
