// @ts-check
// Which elements a mail add-in's manifest has where, as far as ours uses them. "?" may be missing, "+" may come several times;
// the order counts. Outlook rejects a manifest that breaks it without saying where.
import { all } from "./tree.mjs";

const EXTENSION_POINTS = [
  "MessageReadCommandSurface",
  "MessageComposeCommandSurface",
  "AppointmentOrganizerCommandSurface",
  "AppointmentAttendeeCommandSurface",
];

/** @type {Record<string, string>} */
const ORDER = {
  OfficeApp:
    "Id Version ProviderName DefaultLocale DisplayName Description IconUrl HighResolutionIconUrl SupportUrl? AppDomains? " +
    "Hosts Requirements FormSettings Permissions Rule DisableEntityHighlighting? VersionOverrides",
  DisplayName: "Override+",
  "Hosts/Host": "DesktopFormFactor?",
  Requirements: "Sets",
  Sets: "Set+",
  FormSettings: "Form+",
  Form: "DesktopSettings",
  DesktopSettings: "SourceLocation RequestedHeight?",
  VersionOverridesV1_0: "Description? Requirements? Hosts Resources VersionOverrides?",
  VersionOverridesV1_1: "Description? Requirements? Hosts Resources",
  DesktopFormFactor: "FunctionFile? ExtensionPoint+",
  ExtensionPoint: "OfficeTab",
  OfficeTab: "Group+",
  Group: "Label Control+",
  Control: "Label Supertip Icon Action",
  Supertip: "Title Description",
  Icon: "Image+",
  Action: "SourceLocation SupportsPinning? SupportsNoItemContext? SupportsMultiSelect?",
  Resources: "Images Urls ShortStrings LongStrings",
};

/**
 * What stands where it must not, or does not stand where it must.
 * @param {import("./tree.mjs").XmlElement} root
 * @returns {string[]}
 */
export function orderProblems(root) {
  return all(root).flatMap((element) => [...orderIn(element), ...kindIn(element)]);
}

/** @param {import("./tree.mjs").XmlElement} element */
function orderIn(element) {
  const type = element.attributes["type"] ?? "";
  const rule = ORDER[element.name === "VersionOverrides" ? type : element.name];
  if (rule === undefined) return [];
  const pattern = rule.split(" ").map((part) => {
    const name = part.replace(/[?+]$/, "");
    return part.endsWith("?") ? `(?:${name} )?` : part.endsWith("+") ? `(?:${name} )+` : `${name} `;
  });
  const found = element.children.map(({ name }) => `${name} `).join("");
  if (new RegExp(`^${pattern.join("")}$`).test(found)) return [];
  return [`line ${element.line}: ${element.name} holds "${found.trim()}", but must hold "${rule}"`];
}

/** @param {import("./tree.mjs").XmlElement} element */
function kindIn({ name, line, attributes }) {
  const type = attributes["type"] ?? "";
  if (name !== "ExtensionPoint" || EXTENSION_POINTS.includes(type)) return [];
  return [`line ${line}: there is no extension point "${type}"`];
}
