/**
 * The program that shows the pane. `classic`: Outlook for Windows, which has an offline state. `other`: an Outlook without
 * one (new Outlook, web, Mac, mobile). `browser`: none of them, or not known yet.
 */
export type Host = "classic" | "other" | "browser";

/** What is available before Office.js is loaded. */
export interface HostInfo {
  readonly host: Host;
  /** Display language as a BCP 47 tag; null if it is not available. */
  readonly locale: string | null;
}

/**
 * Parses the host information string that Outlook passes to every add-in page: application, platform, version and locale,
 * separated by "|" (classic Outlook) or "$" (others).
 */
export function parseHostInfo(text: string | null): HostInfo {
  const [application, platform, , locale] = (text ?? "").split(text?.includes("$") ? "$" : "|");
  if (application?.toLowerCase() !== "outlook") return { host: "browser", locale: null };
  return {
    host: platform?.toLowerCase() === "win32" ? "classic" : "other",
    locale: locale !== undefined && /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(locale) ? locale : null,
  };
}

/** Returns the host information string: classic Outlook has a function for it, the others put it into the URL. */
export function findHostInfo(): string | null {
  const fromUrl = new URL(location.href).searchParams.get("_host_Info");
  if (fromUrl !== null) return fromUrl;
  try {
    // `window.external` is deprecated for web pages, but it is where classic Outlook provides the function.
    const external: unknown = Reflect.get(window, "external");
    if (typeof external !== "object" || external === null || !("GetHostInfo" in external)) return null;
    const { GetHostInfo: getHostInfo } = external;
    if (typeof getHostInfo !== "function") return null;
    const result: unknown = Reflect.apply(getHostInfo, external, []);
    return typeof result === "string" ? result : null;
  } catch {
    return null;
  }
}
