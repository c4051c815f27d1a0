// Validates messages with the documents in docs/protocol.
import { readFileSync } from "node:fs";
import { Parser, type AsyncAPIDocumentInterface } from "@asyncapi/parser";
import { Ajv2020 } from "ajv/dist/2020.js";

const FILE = new URL("../../docs/protocol/feed.asyncapi.yaml", import.meta.url);

/** Throws if the text violates the schema. */
export type MessageCheck = (text: string) => void;

let parsed: Promise<AsyncAPIDocumentInterface> | undefined;

/** Parses and validates feed.asyncapi.yaml once, without a network. Rejects if it has errors or warnings. */
export function readProtocolDocument(): Promise<AsyncAPIDocumentInterface> {
  return (parsed ??= parseDocument());
}

async function parseDocument(): Promise<AsyncAPIDocumentInterface> {
  const { document, diagnostics } = await new Parser().parse(readFileSync(FILE, "utf8"));
  const problems = diagnostics.filter(({ severity }) => isProblem(severity));
  if (document === undefined || problems.length > 0) {
    throw new Error(problems.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n"));
  }
  return document;
}

/** 0 is an error, 1 a warning; higher numbers are hints. */
function isProblem(severity: number): boolean {
  return severity <= 1;
}

/** The JSON Schemas in docs/protocol. */
export type SchemaFile = "healthz.schema.json" | "bridge.schema.json";

/** Returns a check of JSON texts with a schema. */
export async function schemaCheck(file: SchemaFile): Promise<MessageCheck> {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  ajv.addSchema(payloadSchema((await readProtocolDocument()).json()), "feed.asyncapi.yaml");
  const schema: unknown = JSON.parse(readFileSync(new URL(file, FILE), "utf8"));
  const validate = ajv.compile(payloadSchema(schema));
  return (text) => {
    if (!validate(JSON.parse(text))) throw new Error(`${ajv.errorsText(validate.errors)}: ${text}`);
  };
}

let check: Promise<MessageCheck> | undefined;

/** Returns the check of feed messages, which is created once. */
export function feedMessageCheck(): Promise<MessageCheck> {
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
    if (validate === undefined) throw new Error(`unknown message type ${String(type)}: ${text}`);
    if (!validate(message)) throw new Error(`${ajv.errorsText(validate.errors)}: ${text}`);
  };
}

function payloadSchema(json: unknown): object {
  if (typeof json !== "object" || json === null) throw new Error("a schema is missing");
  return json;
}
