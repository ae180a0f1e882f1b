/** The options that the backup plugins share, and how they become a policy. */
import * as z from "zod/mini";
import { line } from "../config/schema.ts";
import type { Keep } from "../definition/backup_policy.ts";

/** What is kept unless the definition says otherwise: half a year, thinning out. */
const DEFAULT_KEEP: Keep = { hourly: 0, daily: 7, weekly: 4, monthly: 6, yearly: 0 };

const DEFAULT_CHECK_DAYS = 7;

const counts = z.strictObject({
  hourly: count("hour"),
  daily: count("day"),
  weekly: count("week"),
  monthly: count("month"),
  yearly: count("year"),
})
  .check(z.check((context) => {
    if (Object.values(context.value).some((kept) => kept !== undefined && kept > 0)) return;
    context.issues.push({
      code: "custom",
      message: "must keep something: at least one count above 0, or the word all",
      input: context.value,
    });
  }));

/** The options of every plugin that makes backups. */
export const SHARED_OPTIONS = {
  keep: z.optional(
    z.union([z.literal("all"), counts]).check(
      z.describe(
        "how many good backups to keep: hourly, daily, weekly, monthly, yearly, or all; default: daily 7, weekly 4, monthly 6",
      ),
    ),
  ),
  exclude: z.optional(
    z.array(line(patternFault)).check(z.describe("patterns below data/ of what is not saved")),
  ),
  check: z.optional(
    z.int().check(
      z.minimum(1),
      z.maximum(365),
      z.describe("within how many days everything in the repository is read once; default: 7"),
    ),
  ),
};

const schema = z.strictObject(SHARED_OPTIONS);

function count(span: string) {
  return z.optional(
    z.int().check(
      z.minimum(0),
      z.maximum(10_000),
      z.describe(`for how many ${span}s to keep the newest of the ${span}; default: 0`),
    ),
  );
}

/** Returns what the shared options mean, with their defaults. */
export function sharedPolicy({ keep = DEFAULT_KEEP, exclude = [], check }: z.output<typeof schema>) {
  return { keep: keepOf(keep), exclude, checkDays: check ?? DEFAULT_CHECK_DAYS };
}

/** Who says what to keep has said it all: a count that is left out is none. */
function keepOf(keep: "all" | { readonly [K in keyof Keep]?: number | undefined }): "all" | Keep {
  if (keep === "all") return keep;
  const { hourly = 0, daily = 0, weekly = 0, monthly = 0, yearly = 0 } = keep;
  return { hourly, daily, weekly, monthly, yearly };
}

/** Go's filepath.Match, which restic uses, knows `*`, `?`, `[a-z]` and `\\`; one that it cannot read would fail every backup. */
function patternFault(pattern: string): string | undefined {
  if (/^(?:\*\*\/)*\*{1,2}$/.test(pattern)) return "must leave something of data/ to back up";
  const readable = /^(?:\\.|\[\^?(?:\\.|[^\]\\])+\]|[^[\\])*$/.test(pattern);
  return readable
    ? belowDataFault(pattern)
    : "must be a pattern: a [ wants its ], a backslash something behind it";
}

/** Returns what keeps `path` from being one below `data/`: `must …`, or undefined. */
export function belowDataFault(path: string): string | undefined {
  if (path.startsWith("/")) return "must be relative to data/, without a leading slash";
  const names = path.split("/");
  if (names.includes("..")) return "must not leave data/ with ..";
  return names.some((name) => name === "" || name === ".")
    ? "must be written without empty parts and ."
    : undefined;
}
