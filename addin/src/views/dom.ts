/** Returns the element with that id. taskpane.html contains all of them, so a missing one is a programming error. */
export function requireElement<T extends Element>(id: string, type: abstract new () => T): T {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new Error(`taskpane.html has no ${type.name} with the id "${id}"`);
}

/** Sets a text if it differs, so that an unchanged one causes no layout and is not announced again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Shows a text, or hides its element if the text is null. */
export function showText(element: HTMLElement, text: string | null): void {
  element.hidden = text === null;
  if (text !== null) setText(element, text);
}

/** Sets an attribute if it differs. */
export function setAttribute(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
