/** One line of answer, as the simulated Outlook and the control socket give it: `ok <text>` or `error <text>`. */
export interface Answer {
  readonly ok: boolean;
  readonly text: string;
}

export function parseAnswer(line: string): Answer {
  const [, word, text = ""] = /^(ok|error)(?: (.*))?$/.exec(line) ?? [];
  return word === undefined ? failed(`it answered: ${line.slice(0, 200)}`) : { ok: word === "ok", text };
}

export function formatAnswer({ ok, text }: Answer): string {
  return `${ok ? "ok" : "error"} ${text.replaceAll(/[\r\n]+/g, " ")}`.trimEnd();
}

export function failed(text: string): Answer {
  return { ok: false, text };
}
