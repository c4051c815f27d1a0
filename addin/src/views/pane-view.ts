import type { State } from "../../../shared/src/contract.js";
import offline from "../../icons/state-offline.svg";
import online from "../../icons/state-online.svg";
import unknown from "../../icons/state-unknown.svg";
import type { StateTexts, StateViewModel, Texts, ViewModel } from "../view-model/view-model.js";
import { requireElement, setAttribute, setText, showText } from "./dom.js";

const ICONS: Readonly<Record<State, string>> = { online, offline, unknown };

export interface PaneViewListeners {
  readonly onRetry: () => void;
  readonly onCopied: (command: string, succeeded: boolean) => void;
  readonly onComposeNoticeChange: (on: boolean) => void;
}

/** Renders the view model into the elements of taskpane.html; it contains no rules about what is shown. */
export class PaneView {
  readonly #root = document.documentElement;
  readonly #facts = requireElement("facts", HTMLElement);
  readonly #command = requireElement("command", HTMLElement);
  readonly #copy = requireElement("copy", HTMLButtonElement);
  readonly #retry = requireElement("retry", HTMLButtonElement);
  readonly #composeNotice = requireElement("compose-notice", HTMLInputElement);
  readonly #elements = new Map<string, HTMLElement>();
  /** The command itself: a browser may have translated the one that is displayed. */
  #commandText: string | null = null;

  constructor({ onRetry, onCopied, onComposeNoticeChange }: PaneViewListeners) {
    this.#retry.addEventListener("click", onRetry);
    this.#copy.addEventListener("click", () => {
      void this.#copyCommand(onCopied);
    });
    this.#composeNotice.addEventListener("change", () => {
      onComposeNoticeChange(this.#composeNotice.checked);
    });
  }

  /** Renders the state alone: color, shape and word. */
  renderState({ state, disconnected, texts }: StateViewModel): void {
    setAttribute(this.#root, "data-state", state);
    this.#root.toggleAttribute("data-disconnected", disconnected);
    this.#renderTexts(texts);
  }

  render(viewModel: ViewModel): void {
    this.renderState(viewModel);
    // Lets tests wait until the message is rendered.
    setAttribute(this.#root, "data-message", viewModel.message);
    for (const [id, shown] of Object.entries(viewModel.shown)) this.#element(id).hidden = !shown;
    this.#renderFacts(viewModel.facts);
    this.#renderCommand(viewModel.command);
    setAttribute(this.#copy, "aria-label", viewModel.copyLabel);
    this.#retry.classList.toggle("primary", viewModel.retryIsPrimary);
    this.#composeNotice.checked = viewModel.composeNotice.enabled;
    this.#renderTitle(viewModel);
  }

  #renderTexts(texts: Texts | StateTexts): void {
    for (const [id, text] of Object.entries<string | null>({ ...texts })) showText(this.#element(id), text);
  }

  #renderFacts(facts: readonly string[]): void {
    this.#facts.hidden = facts.length === 0;
    while (this.#facts.childElementCount > facts.length) this.#facts.lastElementChild?.remove();
    facts.forEach((fact, index) => {
      setText(this.#facts.children[index] ?? this.#facts.appendChild(document.createElement("li")), fact);
    });
  }

  #renderCommand(command: string | null): void {
    this.#command.hidden = command === null;
    if (command === this.#commandText) return;
    this.#commandText = command;
    // A path may wrap after a backslash. Only the text is copied.
    const parts = (command ?? "").split(/(?<=\\)/);
    this.#command.replaceChildren(...parts.flatMap((part) => [part, document.createElement("wbr")]));
  }

  /** The title and icon show the state while the page is in the background. */
  #renderTitle({ pageTitle, state }: ViewModel): void {
    if (document.title !== pageTitle) document.title = pageTitle;
    const icon = document.querySelector('link[rel="icon"]');
    if (icon === null) return;
    setAttribute(icon, "type", "image/svg+xml");
    setAttribute(icon, "href", ICONS[state]);
  }

  async #copyCommand(onCopied: PaneViewListeners["onCopied"]): Promise<void> {
    const command = this.#commandText;
    if (command === null) return;
    let succeeded = true;
    try {
      await navigator.clipboard.writeText(command);
    } catch {
      succeeded = false;
      // Outlook may deny access to the clipboard. The command is then selected, ready for Ctrl+C.
      if (command === this.#commandText) getSelection()?.selectAllChildren(this.#command);
    }
    onCopied(command, succeeded);
  }

  #element(id: string): HTMLElement {
    const element = this.#elements.get(id) ?? requireElement(id, HTMLElement);
    this.#elements.set(id, element);
    return element;
  }
}
