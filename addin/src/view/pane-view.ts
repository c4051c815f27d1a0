import type { Clocks } from "../feed/world.js";
import { commandFor } from "../told/command.js";
import type { Told } from "../told/told.js";
import { isSameDay, type Times } from "../words/times.js";
import type { Words } from "../words/words.js";
import { part, setAttribute, setText } from "./dom.js";

/** Version of the pane, which is the bridge's that brought it; set when it is built. */
declare const VERSION: string;

/** Draws what the person is told. The page's skeleton has every part; here they are only filled, shown and hidden. */
export class PaneView {
  readonly #root = document.documentElement;
  readonly #lead = part("lead", HTMLElement);
  readonly #word = part("word", HTMLElement);
  readonly #lasting = part("lasting", HTMLElement);
  readonly #since = part("since", HTMLElement);
  readonly #title = part("title", HTMLElement);
  readonly #meaning = part("meaning", HTMLElement);
  readonly #limit = part("limit", HTMLElement);
  readonly #facts = part("facts", HTMLElement);
  readonly #step = part("step", HTMLElement);
  readonly #stepHeading = part("step-heading", HTMLElement);
  readonly #stepText = part("step-text", HTMLElement);
  readonly #command = part("command", HTMLElement);
  readonly #copy = part("copy", HTMLButtonElement);
  readonly #how = part("how", HTMLElement);
  readonly #copiedSaid = part("copied", HTMLElement);
  readonly #actions = part("actions", HTMLElement);
  readonly #retry = part("retry", HTMLButtonElement);
  readonly #nextTry = part("next-try", HTMLElement);
  readonly #diagnosis = part("diagnosis", HTMLElement);

  constructor(retry: () => void) {
    this.#retry.addEventListener("click", retry);
    this.#copy.addEventListener("click", () => {
      void this.#copyCommand();
    });
  }

  /** What the button says once the command is copied, or could not be. */
  #afterCopy = { copied: "", byHand: "" };
  /** The command itself: what the page shows of it, a browser may have translated. */
  #commandText: string | null = null;

  /** Draws the state alone, by colour, shape and word; `draw` is to follow before the next frame. */
  drawState({ state, disconnected }: Told, words: Words): void {
    setAttribute(this.#root, "data-state", state);
    this.#root.toggleAttribute("data-disconnected", disconnected);
    setText(this.#word, words.text(`word.${state}`));
    setText(this.#lead, words.text(state === "unknown" ? "lead.unknown" : "lead.known"));
  }

  /** Draws everything; answers for how many milliseconds the drawn times stay right, Infinity if for ever. */
  draw(told: Told, words: Words, times: Times, now: Clocks): number {
    const { row } = told;
    this.drawState(told, words);
    // Says to whoever waits for it that the whole row is there.
    setAttribute(this.#root, "data-row", told.name);
    setText(this.#title, words.text(row.title));
    setText(this.#meaning, words.text(row.meaning));
    show(this.#limit, told.limit === null ? null : words.text(told.limit));
    this.#step.hidden = row.step === undefined;
    setText(this.#stepHeading, words.text("step.heading"));
    show(this.#stepText, row.step === undefined ? null : words.text(row.step));
    this.#drawCommand(told, words);
    show(this.#retry, row.retry === true ? words.text("step.retry") : null);
    this.#retry.classList.toggle("primary", row.command === undefined);
    this.#actions.hidden = row.command === undefined && row.retry !== true;
    const details = [told.code, told.detail].filter((text) => text !== null).join(" · ");
    show(this.#diagnosis, details === "" ? null : words.text("step.support", { details }));
    return this.drawTimes(told, words, times, now);
  }

  #drawCommand({ row: { command }, host, about }: Told, words: Words): void {
    this.#copy.hidden = command === undefined;
    const place = { host, version: about.bridge ?? VERSION, port: location.port };
    const text = command === undefined ? null : commandFor(command, place);
    const another = text !== this.#commandText;
    this.#commandText = text;
    this.#command.hidden = text === null;
    if (another && text !== null) this.#command.replaceChildren(...breakable(text));
    show(this.#how, command !== undefined && host === "classic" ? words.text("step.how") : null);
    this.#afterCopy = { copied: words.text("step.copied"), byHand: words.text("step.copyByHand") };
    // A try to connect that fails draws anew: that must not take the answer away from who has just copied.
    if (!another && this.#copy.getAttribute("lang") === words.locale) return;
    this.#copy.setAttribute("lang", words.locale);
    this.#nameCopy(words.text("step.copy"), words.text("step.copyCommand"));
    setText(this.#copiedSaid, "");
  }

  /** Draws what passes with time; answers as `draw` does. */
  drawTimes(told: Told, words: Words, times: Times, now: Clocks): number {
    const stays = [Infinity];
    const { lasting, past } = told;
    if (lasting !== null) {
      const duration = times.duration(now.monotonic - lasting.startedAt);
      stays.push(duration.staysMs);
      show(this.#lasting, words.text(lasting.atLeast ? "lasting.atLeast" : "lasting.for", { duration: duration.text }));
      const time = lasting.since === null ? null : times.moment(lasting.since, now.wall);
      show(this.#since, time === null ? null : words.text("lasting.since", { time }));
    } else if (past !== null) {
      const ago = times.ago(now.wall - past.at);
      stays.push(ago.staysMs);
      if (told.name === "was-online" || told.name === "was-offline") {
        show(this.#lasting, at(words.text(`was.${past.state}`), past.at, words, times, now));
        show(this.#since, ago.text);
      } else {
        show(this.#lasting, words.text(`past.${past.state}`));
        show(this.#since, words.text("past.at", { ago: ago.text, time: times.moment(past.at, now.wall) }));
      }
    } else {
      show(this.#lasting, null);
      show(this.#since, null);
    }
    this.#drawFacts(told, words, times, now);
    stays.push(this.#drawNextTry(told, words, times, now));
    return Math.max(50, Math.min(...stays));
  }

  /** What was read in Outlook, each with the time of reading. */
  #drawFacts({ facts, factsAt }: Told, words: Words, times: Times, now: Clocks): void {
    this.#facts.hidden = facts.length === 0 || factsAt === null;
    if (factsAt === null) return;
    while (this.#facts.childElementCount > facts.length) this.#facts.lastElementChild?.remove();
    facts.forEach(({ text, count }, index) => {
      const what = words.text(text, count === undefined ? {} : { count });
      const item = this.#facts.children[index] ?? this.#facts.appendChild(document.createElement("li"));
      setText(item, at(what, factsAt, words, times, now));
    });
  }

  /** The countdown to the next try; answers for how long it stays right. */
  #drawNextTry({ row, retryAt }: Told, words: Words, times: Times, now: Clocks): number {
    if (row.retry !== true || retryAt === null) {
      show(this.#nextTry, row.retry === true ? words.text("step.retrying") : null);
      return Infinity;
    }
    const left = retryAt - now.monotonic;
    const seconds = times.duration(Math.ceil(left / 1000) * 1000);
    show(this.#nextTry, words.text("step.nextTry", { duration: seconds.text }));
    return left % 1000 || 1000;
  }

  #nameCopy(text: string, name: string): void {
    setText(this.#copy, text);
    setAttribute(this.#copy, "aria-label", name);
  }

  /** Says on the button, and to screen readers, what came of it. */
  #answerCopy(answer: string): void {
    this.#nameCopy(answer, answer);
    setText(this.#copiedSaid, answer);
  }

  async #copyCommand(): Promise<void> {
    const text = this.#commandText;
    if (text === null) return;
    const copied = await write(text);
    // Another command may have come meanwhile, or none: the answer would be taken for that one's.
    if (text !== this.#commandText) return;
    // Outlook may withhold the clipboard: the command is then selected, ready for Ctrl+C.
    if (!copied) getSelection()?.selectAllChildren(this.#command);
    this.#answerCopy(copied ? this.#afterCopy.copied : this.#afterCopy.byHand);
  }
}

/** Puts a text on the clipboard; false where that is not allowed. */
async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** "Was online at 7:42"; on another day its name stands before the time. */
function at(what: string, moment: number, words: Words, times: Times, { wall }: Clocks): string {
  const time = times.moment(moment, wall);
  return words.text(isSameDay(moment, wall) ? "at.today" : "at.otherDay", { what, time });
}

/** A path may be broken behind each backslash; what is copied is the text alone. */
function breakable(text: string): (string | HTMLElement)[] {
  return text.split(/(?<=\\)/).flatMap((part) => [part, document.createElement("wbr")]);
}

/** Shows a text, or hides its element when there is none. */
function show(element: HTMLElement, text: string | null): void {
  element.hidden = text === null;
  if (text !== null) setText(element, text);
}
