// @ts-check
import { orderProblems } from "./order.mjs";
import { resourceProblems } from "./resources.mjs";
import { all, child, parseXml } from "./tree.mjs";

/** @typedef {import("./tree.mjs").XmlElement} XmlElement */

/**
 * @typedef {object} Files What lies behind the manifest's addresses.
 * @property {(path: string) => boolean} isServed Whether the bridge serves that path of the pane.
 * @property {(path: string) => { width: number, height: number } | undefined} imageSize
 */

const LOCALES = ["fr-FR"];
/** The sizes that a button has to have, and those of the add-in itself. */
const BUTTON_SIZES = ["16", "32", "80"];
const APP_SIZES = /** @type {Record<string, number>} */ ({ IconUrl: 64, HighResolutionIconUrl: 128 });

/**
 * Everything that is wrong with the manifest, each with its line. The XML schema alone sees neither addresses nor ids that
 * point nowhere, nor images of another size than they say.
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

/** Elements that hold an address. */
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
    if (!URL.canParse(address)) return [`line ${line}: ${name} "${address}" is no address`];
    const { protocol, origin, pathname } = new URL(address);
    origins.add(origin);
    if (protocol !== "https:") return [`line ${line}: ${name} "${address}" is not https`];
    return files.isServed(pathname) ? [] : [`line ${line}: ${name} "${address}" leads to no file of the pane`];
  });
  return origins.size > 1 ? [...problems, `there are ${origins.size} origins: ${[...origins].join(", ")}`] : problems;
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
    if (found === undefined) problems.push(`line ${line}: "${address}" is no image`);
    else if (found.width !== size || found.height !== size) {
      problems.push(`line ${line}: "${address}" has ${found.width} x ${found.height} pixels, not ${size} x ${size}`);
    }
  }
  return problems;
}

/**
 * What Outlook takes, and then does not do what was meant.
 * @param {XmlElement} root
 */
function outlookProblems(root) {
  /** @type {string[]} */
  const problems = [];
  const versions = all(root).filter(({ name }) => name === "VersionOverrides");
  const newest = versions.at(-1);
  const minimum =
    newest === undefined ? undefined : child(newest, "Requirements")?.children[0]?.attributes["DefaultMinVersion"];
  // 1.5 brought pinning; Outlooks on premises and of 2021 that can pin would not show an add-in that asks for more.
  if (minimum !== "1.5") problems.push(`the newest VersionOverrides ask for Mailbox ${minimum}, not 1.5`);
  for (const { name, line } of all(root)) {
    // Outlook would hide this add-in wherever the COM add-in is installed: the very place where it is needed.
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
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(ids[0] ?? "")) problems.push(`the Id "${ids[0]}" is no UUID`);
  return problems;
}
