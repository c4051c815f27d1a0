import type { Choices } from "../settings/settings.js";
import type { Told } from "../told/told.js";
import type { Words } from "../words/words.js";
import { part, setText } from "./dom.js";

/** The folded part at the end: the person's choice, and what stands behind the state. */
export class DetailsView {
  readonly #section = part("details", HTMLElement);
  readonly #summary = part("details-summary", HTMLElement);
  readonly #notice = part("compose-notice", HTMLInputElement);
  readonly #noticeLabel = part("compose-notice-label", HTMLElement);
  readonly #facts = {
    profile: part("fact-profile", HTMLElement),
    outlook: part("fact-outlook", HTMLElement),
    bridge: part("fact-bridge", HTMLElement),
  };

  constructor(setComposeNotice: (on: boolean) => void) {
    this.#notice.addEventListener("change", () => {
      setComposeNotice(this.#notice.checked);
    });
  }

  draw({ about, name }: Told, choices: Choices, words: Words): void {
    // Nothing of it holds for an Outlook that has no state.
    this.#section.hidden = name === "other-outlook";
    setText(this.#summary, words.text("details.summary"));
    setText(this.#noticeLabel, words.text("details.composeNotice"));
    this.#notice.checked = choices.composeNotice;
    for (const name of ["profile", "outlook", "bridge"] as const) {
      const term = this.#facts[name].previousElementSibling;
      if (term !== null) setText(term, words.text(`details.${name}`));
      setText(this.#facts[name], about[name] ?? words.text("details.unknown"));
    }
  }
}
