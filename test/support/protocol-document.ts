/** Checks messages against docs/protocol/feed.asyncapi.yaml, the protocol's document. */
import { readFileSync } from "node:fs";
import { Parser, type AsyncAPIDocumentInterface } from "@asyncapi/parser";
import { Ajv2020 } from "ajv/dist/2020.js";

const FILE = new URL("../../docs/protocol/feed.asyncapi.yaml", import.meta.url);

/** Throws with what is wrong when the text is no message of the document. */
export type MessageCheck = (text: string) => void;

/** The document, parsed and validated without a network. Throws when AsyncAPI's rules find an error or a warning in it. */
export async function readProtocolDocument(): Promise<AsyncAPIDocumentInterface> {
  const { document, diagnostics } = await new Parser().parse(readFileSync(FILE, "utf8"));
  const problems = diagnostics.filter(({ severity }) => isGrave(severity));
  if (document === undefined || problems.length > 0) {
    throw new Error(problems.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n"));
  }
  return document;
}

/** 0 is an error and 1 a warning; what is milder is advice. */
function isGrave(severity: number): boolean {
  return severity <= 1;
}

let check: Promise<MessageCheck> | undefined;

/** A check of one text frame, made of the document once. */
export function checkOfMessages(): Promise<MessageCheck> {
  return (check ??= makeCheck());
}

async function makeCheck(): Promise<MessageCheck> {
  const document = await readProtocolDocument();
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  const validators = new Map(
    document
      .messages()
      .all()
      .map((message) => [message.id(), ajv.compile(payloadSchema(message.payload()?.json()))]),
  );
  return (text) => {
    const message: unknown = JSON.parse(text);
    const type = typeof message === "object" && message !== null && "type" in message ? message.type : undefined;
    const validate = typeof type === "string" ? validators.get(type) : undefined;
    if (validate === undefined) throw new Error(`the document has no message of the type ${String(type)}: ${text}`);
    if (!validate(message)) throw new Error(`${ajv.errorsText(validate.errors)}: ${text}`);
  };
}

function payloadSchema(json: unknown): object {
  if (typeof json !== "object" || json === null) throw new Error("a message of the document has no payload");
  return json;
}
