/**
 * The schema of what appinfo.yml declares, for the JSON Schema of editors. ppm itself reads declarations by hand (`variable_declarations.ts`): what
 * one may say depends on its type, and a schema of alternatives could not tell which of them was meant.
 */
import * as z from "zod/mini";
import { SECRET_SCHEMA } from "./appinfo_schema.ts";
import { constraints, DECLARATION_SHAPE, VARIABLE_NAME } from "./variable_declarations.ts";
import type { ScalarType } from "./variable_types.ts";

/** What a value of a type is, in words, and as far as a schema can say it. */
interface TypeOfValue {
  readonly meaning: string;
  readonly value: z.ZodMiniType;
}

const text = z.string();

const TYPES = {
  string: { meaning: "one line of text; may be empty", value: text },
  integer: { meaning: "a whole number", value: z.int() },
  number: { meaning: "a number", value: z.number() },
  boolean: { meaning: "true or false", value: z.boolean() },
  port: {
    meaning: "a whole number from 1 to 65535",
    value: z.int().check(z.minimum(1), z.maximum(65535)),
  },
  hostname: { meaning: "a host name by RFC 1123", value: text },
  email: { meaning: "an email address", value: text },
  url: { meaning: "a URL with a host, http:// or https://", value: text },
  path: { meaning: "a path without ..", value: text },
  address: { meaning: "an IPv4 or IPv6 address", value: text },
  cidr: { meaning: "a network, v4 or v6, or a single address", value: text },
  choice: { meaning: "one of the declared choices", value: text },
  secret: { meaning: "at least 8 characters, given by config.yml and never shown", value: text },
} satisfies Record<ScalarType, TypeOfValue>;

const SCALARS = Object.keys(TYPES).filter((name): name is ScalarType => Object.hasOwn(TYPES, name));

const name = z.string().check(z.regex(VARIABLE_NAME));

const item = z.union([
  z.enum(SCALARS),
  ...SCALARS.map((type) =>
    z.strictObject({ type: z.literal(type).check(z.describe(TYPES[type].meaning)), ...constraints(type) })
  ),
]);

const list = z.strictObject({
  ...DECLARATION_SHAPE,
  type: z.literal("list").check(z.describe("a list of values of one type")),
  of: item.check(z.describe("what it is a list of")),
  default: givenOr(z.array(z.unknown())),
});

/** `variables` of appinfo.yml. */
export const VARIABLES_SCHEMA = z.record(name, z.union([...SCALARS.map(declaration), list]));

/** `secrets` of appinfo.yml; `name:` with nothing behind it is one with all defaults. */
export const SECRETS_SCHEMA = z.record(name, z.nullable(SECRET_SCHEMA));

/** A secret has no default: whoever reads the definition would know it. */
function declaration(type: ScalarType): z.ZodMiniType {
  const { meaning, value } = TYPES[type];
  return z.strictObject({
    description: DECLARATION_SHAPE.description,
    type: z.literal(type).check(z.describe(meaning)),
    ...(type === "secret" ? {} : { default: givenOr(value) }),
    ...constraints(type),
  });
}

/** A default may be a template over the variables before it. */
function givenOr(value: z.ZodMiniType) {
  const template = z.string().check(z.regex(/<%/));
  return z.optional(
    z.union([value, template]).check(
      z.describe("its value where config.yml gives none; a template may name the variables before it"),
    ),
  );
}
