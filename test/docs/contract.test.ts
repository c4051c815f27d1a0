// The contract and its documents list the same values: whichever lacks one fails. For the C++ enums see bridge/native/contract.test.ts.
import { readFileSync } from "node:fs";
import type * as v from "valibot";
import { describe, expect, it } from "vitest";
import {
  CloseCode,
  DEFAULT_PORT,
  FEED_PATH,
  feedMessageSchema,
  healthSchema,
  SUBPROTOCOL,
} from "../../shared/src/contract.js";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { readProtocolDocument } from "../support/protocol-document.js";

/** What both kinds of schemas say about a value: names, required fields and lists of values, but no ranges. */
type Shape =
  | { readonly values: readonly unknown[] }
  | { readonly oneOf: readonly Shape[] }
  | { readonly fields: Readonly<Record<string, Shape>>; readonly required: readonly string[] }
  | { readonly type: string };

const sorted = <T>(list: readonly T[]): T[] =>
  [...list].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));

type Schema = v.BaseSchema<unknown, unknown, v.BaseIssue<unknown>>;
interface SchemaParts {
  readonly literal?: unknown;
  readonly options?: readonly unknown[];
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly wrapped?: Schema;
}

/** The shape of a valibot schema. */
function shapeOfSchema(schema: Schema): Shape {
  const { literal, options = [], entries = {}, wrapped }: Schema & SchemaParts = schema;
  switch (schema.type) {
    case "literal":
      return { values: [literal] };
    case "picklist":
      return { values: sorted(options) };
    case "variant":
      return { oneOf: sorted(options.map((option) => shapeOfSchema(option as Schema))) };
    case "object": {
      const fields = Object.entries(entries).map(([name, field]): [string, Shape] => [name, shapeOfSchema(field)]);
      const required = Object.keys(entries).filter((name) => entries[name]?.type !== "optional");
      return { fields: Object.fromEntries(sorted(fields)), required: sorted(required) };
    }
    case "optional":
    case "nullable": {
      if (wrapped === undefined) throw new Error(`${schema.type} without a schema`);
      const shape = shapeOfSchema(wrapped);
      return schema.type === "nullable" && "type" in shape ? { type: `${shape.type}, null` } : shape;
    }
    default:
      return { type: schema.type };
  }
}

interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** The shape of a JSON schema. `schemas`: what it may refer to, by the last part of the reference. */
function shapeOfJsonSchema(schema: JsonSchema, schemas: Readonly<Record<string, JsonSchema>>): Shape {
  if (schema.$ref !== undefined) {
    const target = schemas[schema.$ref.split("/").at(-1) ?? ""];
    if (target === undefined) throw new Error(`${schema.$ref} does not exist`);
    return shapeOfJsonSchema(target, schemas);
  }
  if (schema.const !== undefined) return { values: [schema.const] };
  if (schema.enum !== undefined) return { values: sorted(schema.enum) };
  if (schema.oneOf !== undefined) return { oneOf: sorted(schema.oneOf.map((one) => shapeOfJsonSchema(one, schemas))) };
  if (schema.properties !== undefined) {
    const fields = Object.entries(schema.properties).map(([name, field]): [string, Shape] => [
      name,
      shapeOfJsonSchema(field, schemas),
    ]);
    return { fields: Object.fromEntries(sorted(fields)), required: sorted(schema.required ?? []) };
  }
  return { type: [schema.type].flat().join(", ").replace("integer", "number") };
}

const jsonSchemas = async (): Promise<Readonly<Record<string, JsonSchema>>> => {
  const document = await readProtocolDocument();
  const schemas = document.components().schemas().all();
  return Object.fromEntries(schemas.map((schema) => [schema.id(), schema.json<JsonSchema>()]));
};

const read = (file: string): string => readFileSync(fromRoot(file), "utf8");

describe("the contract", () => {
  it("has the messages, fields and values of feed.asyncapi.yaml", async () => {
    const schemas = await jsonSchemas();
    const messages = ["snapshot", "change", "heartbeat"].map((name) =>
      shapeOfJsonSchema({ $ref: `#/components/schemas/${name}` }, schemas),
    );
    expect({ oneOf: sorted(messages) }).toEqual(shapeOfSchema(feedMessageSchema));
  });

  it("has the fields and values of healthz.schema.json", async () => {
    const schema = JSON.parse(read("docs/protocol/healthz.schema.json")) as JsonSchema;
    expect(shapeOfJsonSchema(schema, await jsonSchemas())).toEqual(shapeOfSchema(healthSchema));
  });

  it("has the addresses of feed.asyncapi.yaml", () => {
    const text = read("docs/protocol/feed.asyncapi.yaml");
    expect(/^ {4}address: (.+)$/m.exec(text)?.[1]).toBe(FEED_PATH);
    expect(/Sec-WebSocket-Protocol:\s+const: (.+)$/m.exec(text)?.[1]).toBe(SUBPROTOCOL);
    expect(/port:\s+default: "(\d+)"$/m.exec(text)?.[1]).toBe(String(DEFAULT_PORT));
  });

  it("has the close codes that feed.asyncapi.yaml lists for the bridge, besides those of ws", () => {
    const table = read("docs/protocol/feed.asyncapi.yaml").matchAll(/^ +\| (\d{4}) \| the bridge \|/gm);
    // ws itself closes a connection that violates the WebSocket protocol, is not UTF-8, or is too long.
    const ofWs = [1002, 1007, 1009];
    const documented = [...table].map(([, code]) => Number(code));
    expect(sorted(documented)).toEqual(sorted([...Object.values(CloseCode), ...ofWs]));
  });
});
