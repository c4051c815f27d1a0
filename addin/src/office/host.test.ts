import { describe, expect, it } from "vitest";
import { parseHostInfo } from "./host.js";

describe("parseHostInfo", () => {
  it.each([
    ["Outlook|Win32|16.02|en-US|corr|||16", "classic", "en-US"],
    ["Outlook|Win32|16.01|fr-FR|||", "classic", "fr-FR"],
    ["Outlook$Web$16.01$fr-FR$$$$16", "other", "fr-FR"],
    ["Outlook|Web|16.01|en-US|", "other", "en-US"],
    ["Outlook$Mac$16.02$en-US$$$", "other", "en-US"],
    ["Outlook|Android|16.00|en-GB", "other", "en-GB"],
    ["Excel|Win32|16.01|en-US", "browser", null],
    ["isDialog", "browser", null],
    ["", "browser", null],
    [null, "browser", null],
    ["Outlook|Win32|16.02|<script>|", "classic", null],
    ["Outlook|Win32", "classic", null],
  ])("parses %s as %s, %s", (text, host, locale) => {
    expect(parseHostInfo(text)).toEqual({ host, locale });
  });
});
