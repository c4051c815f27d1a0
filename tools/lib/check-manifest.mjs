// @ts-check
// Checks manifest.xml without a network: elements and their order, resources, addresses, images and Outlook's own rules.
import { existsSync, readFileSync } from "node:fs";
import sax from "sax";
import { fromRoot } from "./paths.mjs";

/**
 * @typedef {object} Files the files that the URLs of the manifest refer to
 * @property {(path: string) => boolean} isServed Whether the bridge serves this path.
 * @property {(path: string) => { width: number, height: number } | undefined} imageSize
 */

const LOCALES = ["fr-FR"];
/** Icon sizes of buttons, and of the add-in. */
const BUTTON_SIZES = ["16", "32", "80"];
const APP_SIZES = /** @type {Record<string, number>} */ ({ IconUrl: 64, HighResolutionIconUrl: 128 });

/**
 * All problems of the manifest, with line numbers. Also checks what the XML schema does not: URLs, resource ids and image sizes.
 * @param {string} xml
 * @param {Files} files
 * @returns {string[]}
 */
export function checkManifest(xml, files) {
  /** @type {XmlElement} */
  let root;
  try {
    root = parseXml(xml);
  } catch (error) {
    return [`not well-formed: ${error instanceof Error ? error.message.replaceAll("\n", ", ") : String(error)}`];
  }
  return [
    ...orderProblems(root),
    ...resourceProblems(root, LOCALES),
    ...addressProblems(root, files),
    ...imageProblems(root, files),
    ...outlookProblems(root),
  ];
}

/** Elements with a URL. */
const ADDRESSES = ["IconUrl", "HighResolutionIconUrl", "SourceLocation", "Image", "Url"];

/**
 * @param {XmlElement} root
 * @param {Files} files
 */
function addressProblems(root, files) {
  const addressed = all(root).filter(({ name, attributes }) => ADDRESSES.includes(name) && attributes["DefaultValue"]);
  const origins = new Set();
  const problems = addressed.flatMap(({ name, line, attributes }) => {
    const address = attributes["DefaultValue"] ?? "";
    if (!URL.canParse(address)) return [`line ${line}: ${name} "${address}" is not a URL`];
    const { protocol, origin, pathname } = new URL(address);
    origins.add(origin);
    if (protocol !== "https:") return [`line ${line}: ${name} "${address}" is not https`];
    return files.isServed(pathname) ? [] : [`line ${line}: ${name} "${address}" refers to no file of the pane`];
  });
  return origins.size > 1 ? [...problems, `${origins.size} different origins: ${[...origins].join(", ")}`] : problems;
}

/**
 * @param {XmlElement} root
 * @param {Files} files
 */
function imageProblems(root, files) {
  /** @type {{ line: number, address: string, size: number }[]} */
  const images = [];
  /** @type {string[]} */
  const problems = [];
  for (const { name, line, attributes } of root.children) {
    const size = APP_SIZES[name];
    if (size !== undefined) images.push({ line, address: attributes["DefaultValue"] ?? "", size });
  }
  const addresses = new Map(all(root).map(({ attributes }) => [attributes["id"], attributes["DefaultValue"]]));
  for (const { line, children } of all(root).filter(({ name }) => name === "Icon")) {
    const sizes = children.map(({ attributes }) => attributes["size"]).join();
    if (sizes !== BUTTON_SIZES.join())
      problems.push(`line ${line}: the icon has the sizes ${sizes}, not ${BUTTON_SIZES.join()}`);
    for (const { attributes, line: at } of children) {
      images.push({ line: at, address: addresses.get(attributes["resid"]) ?? "", size: Number(attributes["size"]) });
    }
  }
  for (const { line, address, size } of images) {
    const found = URL.canParse(address) ? files.imageSize(new URL(address).pathname) : undefined;
    if (found === undefined) problems.push(`line ${line}: "${address}" is not an image`);
    else if (found.width !== size || found.height !== size) {
      problems.push(`line ${line}: "${address}" has ${found.width} x ${found.height} pixels, not ${size} x ${size}`);
    }
  }
  return problems;
}

/**
 * Values that Outlook accepts, but that do not have the intended effect.
 * @param {XmlElement} root
 */
function outlookProblems(root) {
  /** @type {string[]} */
  const problems = [];
  const versions = all(root).filter(({ name }) => name === "VersionOverrides");
  const newest = versions.at(-1);
  const minimum =
    newest === undefined ? undefined : child(newest, "Requirements")?.children[0]?.attributes["DefaultMinVersion"];
  // Pinning needs 1.5. With a higher version, Outlook 2021 and on-premises versions would not show the add-in.
  if (minimum !== "1.5") problems.push(`the newest VersionOverrides require Mailbox ${minimum}, not 1.5`);
  for (const { name, line } of all(root)) {
    // With it, Outlook hides this add-in where the COM add-in is installed.
    if (name === "EquivalentAddins") problems.push(`line ${line}: EquivalentAddins must not be declared`);
  }
  for (const one of newest === undefined ? [] : all(newest)) {
    if (one.name !== "ExtensionPoint" || !/^Message/.test(one.attributes["type"] ?? "")) continue;
    const flags = all(one)
      .filter(({ text }) => text === "true")
      .map(({ name }) => name);
    const wanted = one.attributes["type"]?.includes("Read")
      ? ["SupportsPinning", "SupportsNoItemContext"]
      : ["SupportsPinning"];
    if (flags.join() !== wanted.join())
      problems.push(`line ${one.line}: ${one.attributes["type"]} lacks ${wanted.join(" or ")}`);
  }
  const ids = all(root)
    .filter(({ name }) => name === "Id")
    .map(({ text }) => text);
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(ids[0] ?? ""))
    problems.push(`the Id "${ids[0]}" is not a UUID`);
  return problems;
}

const EXTENSION_POINTS = [
  "MessageReadCommandSurface",
  "MessageComposeCommandSurface",
  "AppointmentOrganizerCommandSurface",
  "AppointmentAttendeeCommandSurface",
];

/**
 * The children of each element in a mail add-in's manifest, in order, as far as ours uses them. "?": optional; "+": one or more. Outlook
 * rejects a manifest with another order without reporting where.
 * @type {Record<string, string>}
 */
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
 * Elements that are missing, unexpected or in the wrong order.
 * @param {XmlElement} root
 * @returns {string[]}
 */
function orderProblems(root) {
  return all(root).flatMap((element) => [...orderIn(element), ...kindIn(element)]);
}

/** @param {XmlElement} element */
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
  return [`line ${element.line}: ${element.name} contains "${found.trim()}", but must contain "${rule}"`];
}

/** @param {XmlElement} element */
function kindIn({ name, line, attributes }) {
  const type = attributes["type"] ?? "";
  if (name !== "ExtensionPoint" || EXTENSION_POINTS.includes(type)) return [];
  return [`line ${line}: unknown extension point "${type}"`];
}

/** The kind of resource that the `resid` of each element must refer to. */
const KIND = /** @type {Record<string, string>} */ ({
  Label: "ShortStrings",
  Title: "ShortStrings",
  Description: "LongStrings",
  Image: "Images",
  SourceLocation: "Urls",
});
/** Maximum length of ids. */
const LONGEST_ID = 32;
/** Maximum length of texts, in characters. */
const LONGEST = /** @type {Record<string, number>} */ ({ ShortStrings: 125, LongStrings: 250 });

/**
 * Ids that are undeclared, of the wrong kind or unused; ids and texts that are too long; missing languages.
 * @param {XmlElement} root
 * @param {readonly string[]} locales languages that every text needs besides the default
 * @returns {string[]}
 */
function resourceProblems(root, locales) {
  const overrides = all(root).filter(({ name }) => name === "VersionOverrides");
  return [
    ...overrides.flatMap((one) => residProblems(one)),
    ...all(root).flatMap((element) => textProblems(element, locales)),
  ];
}

/** @param {XmlElement} versionOverrides */
function residProblems(versionOverrides) {
  const resources = child(versionOverrides, "Resources");
  /** @type {Map<string, string>} */
  const kinds = new Map();
  /** @type {string[]} */
  const problems = [];
  for (const kind of resources?.children ?? []) {
    for (const { attributes, line } of kind.children) {
      const id = attributes["id"] ?? "";
      if (kinds.has(id)) problems.push(`line ${line}: the id "${id}" is declared twice`);
      if (id.length > LONGEST_ID) problems.push(`line ${line}: the id "${id}" is longer than ${LONGEST_ID} characters`);
      kinds.set(id, kind.name);
    }
  }
  const users = versionOverrides.children
    .filter(({ name }) => name !== "Resources" && name !== "VersionOverrides")
    .flatMap(all)
    .filter(({ attributes }) => attributes["resid"] !== undefined);
  for (const { name, attributes, line } of users) {
    const id = attributes["resid"] ?? "";
    const kind = kinds.get(id);
    if (kind === undefined)
      problems.push(`line ${line}: ${name} refers to "${id}", which is not declared in Resources`);
    else if (kind !== KIND[name])
      problems.push(`line ${line}: ${name} refers to "${id}", which is declared in ${kind}`);
  }
  const used = new Set(users.map(({ attributes }) => attributes["resid"]));
  for (const id of kinds.keys()) {
    if (!used.has(id)) problems.push(`line ${resources?.line}: the resource "${id}" is not used`);
  }
  return problems;
}

/**
 * @param {XmlElement} element
 * @param {readonly string[]} locales
 */
function textProblems(element, locales) {
  const longest = element.children.some(({ name }) => name === "String") ? LONGEST[element.name] : undefined;
  const texts =
    element.name === "OfficeApp"
      ? element.children.filter(({ name }) => name === "DisplayName" || name === "Description")
      : longest === undefined
        ? []
        : element.children;
  return texts.flatMap((text) => {
    const found = text.children.map(({ attributes }) => attributes["Locale"] ?? "");
    const missing = locales.filter((locale) => !found.includes(locale));
    const values = [
      text.attributes["DefaultValue"] ?? "",
      ...text.children.map((one) => one.attributes["Value"] ?? ""),
    ];
    const limit = longest ?? LONGEST[text.name === "DisplayName" ? "ShortStrings" : "LongStrings"] ?? 0;
    return [
      ...missing.map((locale) => `line ${text.line}: ${text.name} has no text in ${locale}`),
      ...values
        .filter((value) => value === "" || value.length > limit)
        .map((value) => `line ${text.line}: a text has ${value.length} characters; 1 to ${limit} are allowed`),
    ];
  });
}

/**
 * @typedef {object} XmlElement
 * @property {string} name without its prefix
 * @property {number} line
 * @property {Record<string, string>} attributes names without prefixes
 * @property {XmlElement[]} children
 * @property {string} text
 */

/** @param {string} name */
const local = (name) => name.replace(/^.*:/, "");

/**
 * Parses XML; throws an error with the line if it is not well-formed.
 * @param {string} xml
 * @returns {XmlElement}
 */
function parseXml(xml) {
  const parser = sax.parser(true, { position: true });
  /** @type {XmlElement} */
  const above = { name: "", line: 0, attributes: {}, children: [], text: "" };
  const open = [above];
  const inner = () => open.at(-1) ?? above;
  parser.onerror = (error) => {
    throw error;
  };
  parser.onopentag = (tag) => {
    const attributes = Object.entries(tag.attributes).map(([name, value]) => [local(name), String(value)]);
    /** @type {XmlElement} */
    const element = {
      name: local(tag.name),
      line: parser.line + 1,
      attributes: Object.fromEntries(attributes),
      children: [],
      text: "",
    };
    inner().children.push(element);
    open.push(element);
  };
  parser.ontext = (text) => {
    inner().text += text.trim();
  };
  parser.onclosetag = () => {
    open.pop();
  };
  parser.write(xml).close();
  const [root] = above.children;
  if (root === undefined) throw new Error("There is no root element.");
  return root;
}

/**
 * The element and all its descendants, in document order.
 * @param {XmlElement} element
 * @returns {XmlElement[]}
 */
function all(element) {
  return [element, ...element.children.flatMap(all)];
}

/**
 * @param {XmlElement} element
 * @param {string} name
 */
function child(element, name) {
  return element.children.find((one) => one.name === name);
}

/** Where the sources of what the bridge serves lie: `/icons/…` and the page itself. */
function sourceOf(/** @type {string} */ path) {
  if (path === "/taskpane.html") return fromRoot("addin/src/taskpane.html");
  return path.startsWith("/icons/") ? fromRoot(`addin${path}`) : undefined;
}

/** @type {Files} */
export const PANE_FILES = {
  isServed(path) {
    const file = sourceOf(path);
    return file !== undefined && existsSync(file);
  },
  imageSize(path) {
    const file = sourceOf(path);
    if (file === undefined || !existsSync(file)) return undefined;
    const bytes = readFileSync(file);
    // A PNG begins with 8 fixed bytes, then its header: length, "IHDR", width, height.
    if (bytes.length < 24 || bytes.toString("latin1", 1, 4) !== "PNG") return undefined;
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  },
};
