/** What a value of each type of variable must look like. Nothing here repeats a value: it may be a secret. */
import * as z from "zod/mini";
import { mismatch } from "../config/kinds.ts";
import { didYouMean } from "../config/nearest.ts";
import { lineFault } from "../config/schema.ts";
import { hostnameFault } from "./hostname.ts";

/** A value that passed, perhaps normalised; or why it did not: `must …`. */
export type Verdict<T> = { readonly value: T } | { readonly fault: string };

/** What a declaration says about the values that are allowed, as far as its type has it. */
export interface Constraints {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly choices?: readonly string[] | undefined;
}

/** Judges a value from config.yml, or a default. */
export type Judge = (value: unknown, constraints: Constraints) => Verdict<string | number | boolean>;

/** Fewer characters are guessed; the application that gets them is reachable by others. */
const SECRET_LENGTH = 8;

/** The types of single values, by the name that a definition uses. A list of them is the type `list`. */
export const SCALAR_TYPES = {
  string: (value) =>
    typeof value === "string" && value === "" ? { value } : text("text", value, () => undefined),
  integer: (value, constraints) =>
    Number.isSafeInteger(value) ? within(value, constraints) : { fault: mismatch("a whole number", value) },
  number: (value, constraints) =>
    typeof value === "number" ? within(value, constraints) : { fault: mismatch("a number", value) },
  boolean: (value) => typeof value === "boolean" ? { value } : { fault: mismatch("true or false", value) },
  port: (value) => isPort(value) ? { value } : { fault: portFault(value) },
  hostname: (value) => text("a host name", value, hostnameFault),
  email: (value) => passing("an email address", value, z.email()),
  url: (value) => text("a URL", value, urlFault),
  path: (value) => text("a path", value, pathFault),
  address: (value) => passing("an IPv4 or IPv6 address", value, ADDRESS),
  cidr: (value) => asNetwork(passing("an IPv4 or IPv6 network, like 10.0.0.0/8", value, NETWORK)),
  choice: (value, { choices = [] }) => text("text", value, (choice) => choiceFault(choice, choices)),
  secret: (value) =>
    text(
      "text",
      value,
      (secret) =>
        secret.length < SECRET_LENGTH ? `must have at least ${SECRET_LENGTH} characters` : undefined,
    ),
} satisfies Record<string, Judge>;

/** The name of a type of single values. */
export type ScalarType = keyof typeof SCALAR_TYPES;

const ADDRESS = z.union([z.ipv4(), z.ipv6()]);
const NETWORK = z.union([z.cidrv4(), z.cidrv6(), ADDRESS]);

function text(
  expected: string,
  value: unknown,
  fault: (text: string) => string | undefined,
): Verdict<string> {
  if (typeof value !== "string") return { fault: mismatch(expected, value) };
  const found = lineFault(value) ?? fault(value);
  return found === undefined ? { value } : { fault: found };
}

function within(value: unknown, { min, max }: Constraints): Verdict<number> {
  const number = Number(value);
  if (min !== undefined && number < min) return { fault: `must be at least ${min}` };
  return max !== undefined && number > max ? { fault: `must be at most ${max}` } : { value: number };
}

function isPort(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65535;
}

function portFault(value: unknown): string {
  const expected = "a port, a whole number from 1 to 65535";
  return typeof value === "number" ? `must be ${expected}` : mismatch(expected, value);
}

function passing(expected: string, value: unknown, schema: z.ZodMiniType): Verdict<string> {
  return text(
    expected,
    value,
    (text) => z.safeParse(schema, text).success ? undefined : `must be ${expected}`,
  );
}

function urlFault(url: string): string | undefined {
  const good = /^https?:\/\/[^\s/?#\\"<>^`{|}]+(?:[/?#][^\s\\"<>^`{|}]*)?$/i.test(url) && URL.canParse(url);
  return good ? undefined : "must be a URL with a host, beginning with http:// or https://";
}

function pathFault(path: string): string | undefined {
  return path.split("/").includes("..") ? "must be a path without .." : undefined;
}

function choiceFault(choice: string, choices: readonly string[]): string | undefined {
  return choices.includes(choice)
    ? undefined
    : `must be one of ${choices.join(", ")}${didYouMean(choice, choices)}`;
}

/** An address stands for the network that holds nothing else, so that templates always see a network. */
function asNetwork(verdict: Verdict<string>): Verdict<string> {
  if ("fault" in verdict || verdict.value.includes("/")) return verdict;
  return { value: `${verdict.value}/${verdict.value.includes(":") ? 128 : 32}` };
}
