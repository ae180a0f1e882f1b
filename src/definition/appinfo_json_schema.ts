/** The JSON Schema of appinfo.yml, for editors: the schemas that ppm checks with, those of the plugins among them, and room for templates everywhere. */
import * as z from "zod/mini";
import type { Plugin } from "../plugins/plugin.ts";
import { APPINFO_SCHEMA } from "./appinfo_schema.ts";
import { SECRETS_SCHEMA, VARIABLES_SCHEMA } from "./declarations_schema.ts";

type JsonSchema = z.core.JSONSchema.BaseSchema;
type JsonSchemas = NonNullable<JsonSchema["properties"]>;

/** What is read before anything is rendered. */
const NO_TEMPLATES: ReadonlySet<string> = new Set(["variables", "secrets"]);

/** A template where a value that is no text is expected; `!yaml` before it makes it that, which no schema can say. */
const TEMPLATE: JsonSchema = { type: "string", pattern: "<%" };

/** Returns the JSON Schema (draft 2020-12) of an appinfo.yml that can load `plugins`. */
export function appInfoJsonSchema(plugins: readonly Plugin[]): JsonSchema {
  const { variables, secrets, plugins: loaded } = APPINFO_SCHEMA.shape;
  const whole = z.extend(APPINFO_SCHEMA, {
    variables: z.optional(VARIABLES_SCHEMA.check(z.describe(describe(variables)))),
    secrets: z.optional(SECRETS_SCHEMA.check(z.describe(describe(secrets)))),
    plugins: pluginsSchema(plugins).check(z.describe(describe(loaded))),
  }).check(z.meta({ title: "appinfo.yml", description: "What an application is: its definition" }));
  const { properties = {}, ...rest } = z.toJSONSchema(whole, { io: "input" });
  return {
    ...rest,
    properties: mapValues(
      properties,
      (schema, key) => NO_TEMPLATES.has(key) ? schema : withTemplates(schema),
    ),
  };
}

/** Options by the name of the plugin, of which exactly one makes backups, or says that there are none. */
function pluginsSchema(plugins: readonly Plugin[]) {
  const options = plugins.map((plugin) => {
    const optional = z.safeParse(plugin.schema, {}).success; // then `website:` with nothing behind it will do
    const schema = optional ? z.nullable(plugin.schema) : plugin.schema;
    return [plugin.name, z.optional(schema.check(z.describe(plugin.summary)))] as const;
  });
  const backups = plugins.filter(({ role }) => role === "backup");
  return z.strictObject(Object.fromEntries(options)).check(
    z.meta({ oneOf: backups.map(({ name }) => ({ required: [name] })) }),
  );
}

function describe(schema: z.core.$ZodType): string {
  const inner = schema instanceof z.ZodMiniOptional ? schema.def.innerType : schema;
  return z.globalRegistry.get(inner)?.description ?? "";
}

/** Lets a template stand wherever `schema` asks for something else than any text. */
function withTemplates(schema: JsonSchema | boolean): JsonSchema | boolean {
  if (typeof schema === "boolean") return schema;
  const inner = withTemplatesInside(schema);
  if (takesAnyText(schema)) return inner;
  const { description, anyOf, ...rest } = inner;
  const alternatives = anyOf !== undefined && Object.keys(rest).length === 0
    ? anyOf
    : [{ ...rest, ...(anyOf && { anyOf }) }];
  return { ...(description === undefined ? {} : { description }), anyOf: [...alternatives, TEMPLATE] };
}

function withTemplatesInside(schema: JsonSchema): JsonSchema {
  const { properties, items, additionalProperties, anyOf } = schema;
  return {
    ...schema,
    ...(properties && { properties: mapValues(properties, withTemplates) }),
    ...(items !== undefined && !Array.isArray(items) && { items: withTemplates(items) }),
    ...(additionalProperties !== undefined && { additionalProperties: withTemplates(additionalProperties) }),
    ...(anyOf && { anyOf: anyOf.map(withTemplatesInside) }),
  };
}

function takesAnyText({ type, anyOf, pattern, enum: words, const: word }: JsonSchema): boolean {
  if (pattern !== undefined || words !== undefined || word !== undefined) return false;
  if (anyOf !== undefined) return anyOf.some(takesAnyText);
  return type === undefined || type === "string" || (Array.isArray(type) && type.includes("string"));
}

function mapValues(
  schemas: JsonSchemas,
  change: (schema: JsonSchema | boolean, key: string) => JsonSchema | boolean,
): JsonSchemas {
  return Object.fromEntries(Object.entries(schemas).map(([key, schema]) => [key, change(schema, key)]));
}
