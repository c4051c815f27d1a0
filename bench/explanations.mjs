// What the numbers do not say by themselves: why an aim is missed, and what was mended. By row; each text is a paragraph.

/** @type {Record<number, string[]>} */
export const EXPLANATIONS = {};
