/** Checks messages against docs/protocol/feed.asyncapi.yaml, the protocol's document. */
import { readFileSync } from "node:fs";
import { Parser, type AsyncAPIDocumentInterface } from "@asyncapi/parser";
import { Ajv2020 } from "ajv/dist/2020.js";

const FILE = new URL("../../docs/protocol/feed.asyncapi.yaml", import.meta.url);

/** Throws with what is wrong when the text is no message of the document. */
export type MessageCheck = (text: string) => void;

let parsed: Promise<AsyncAPIDocumentInterface> | undefined;

/**
 * The document, parsed and validated without a network, once. Rejects when AsyncAPI's rules find an error or a warning in it.
 */
export function readProtocolDocument(): Promise<AsyncAPIDocumentInterface> {
  return (parsed ??= parseDocument());
}

async function parseDocument(): Promise<AsyncAPIDocumentInterface> {
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

/** The two JSON Schemas beside the document. */
export type SchemaFile = "healthz.schema.json" | "bridge.schema.json";

/** A check of one JSON text against a schema of docs/protocol; it throws with what is wrong. */
export async function checkOfSchema(file: SchemaFile): Promise<MessageCheck> {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  ajv.addSchema(payloadSchema((await readProtocolDocument()).json()), "feed.asyncapi.yaml");
  const schema: unknown = JSON.parse(readFileSync(new URL(file, FILE), "utf8"));
  const validate = ajv.compile(payloadSchema(schema));
  return (text) => {
    if (!validate(JSON.parse(text))) throw new Error(`${ajv.errorsText(validate.errors)}: ${text}`);
  };
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
  if (typeof json !== "object" || json === null) throw new Error("there is no schema where one was expected");
  return json;
}
