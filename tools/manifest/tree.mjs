// @ts-check
import sax from "sax";

/**
 * @typedef {object} XmlElement
 * @property {string} name Without its prefix.
 * @property {number} line
 * @property {Record<string, string>} attributes Names without prefix.
 * @property {XmlElement[]} children
 * @property {string} text
 */

/** @param {string} name */
const local = (name) => name.replace(/^.*:/, "");

/**
 * Reads XML into a tree; throws with the line of what is not well-formed.
 * @param {string} xml
 * @returns {XmlElement}
 */
export function parseXml(xml) {
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
  if (root === undefined) throw new Error("There is no element.");
  return root;
}

/**
 * The element and all below it, in their order.
 * @param {XmlElement} element
 * @returns {XmlElement[]}
 */
export function all(element) {
  return [element, ...element.children.flatMap(all)];
}

/**
 * @param {XmlElement} element
 * @param {string} name
 */
export function child(element, name) {
  return element.children.find((one) => one.name === name);
}
