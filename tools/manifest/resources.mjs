// @ts-check
import { all, child } from "./tree.mjs";

/** @typedef {import("./tree.mjs").XmlElement} XmlElement */

/** Where what an element names by `resid` has to be. */
const KIND = /** @type {Record<string, string>} */ ({
  Label: "ShortStrings",
  Title: "ShortStrings",
  Description: "LongStrings",
  Image: "Images",
  SourceLocation: "Urls",
});
/** Longer ids are refused. */
const LONGEST_ID = 32;
/** Longest texts, in characters. */
const LONGEST = /** @type {Record<string, number>} */ ({ ShortStrings: 125, LongStrings: 250 });

/**
 * Ids that point nowhere, to another kind of thing, or are never used; too long ids and texts; languages that are missing.
 * @param {XmlElement} root
 * @param {readonly string[]} locales Every text has to be there in these, beside the default one.
 * @returns {string[]}
 */
export function resourceProblems(root, locales) {
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
      if (kinds.has(id)) problems.push(`line ${line}: the id "${id}" is there twice`);
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
    if (kind === undefined) problems.push(`line ${line}: ${name} names "${id}", which is not among the resources`);
    else if (kind !== KIND[name]) problems.push(`line ${line}: ${name} names "${id}", which is among the ${kind}`);
  }
  const used = new Set(users.map(({ attributes }) => attributes["resid"]));
  for (const id of kinds.keys()) {
    if (!used.has(id)) problems.push(`line ${resources?.line}: nothing uses the resource "${id}"`);
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
