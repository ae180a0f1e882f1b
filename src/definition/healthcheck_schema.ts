/** The schema of `healthcheck` in appinfo.yml, and what it means as data. */
import * as z from "zod/mini";
import { line } from "../config/schema.ts";
import { parseTimeSpan } from "../config/span.ts";
import type { Healthcheck, Probe } from "./healthcheck.ts";
import { enabledUnitFault } from "./unit_names.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** What an author who names nothing but the question gets. */
const DEFAULTS = {
  host: "127.0.0.1",
  path: "/",
  status: 200,
  intervalMs: 2 * SECOND_MS,
  timeoutMs: 5 * SECOND_MS,
  startPeriodMs: MINUTE_MS,
  retries: 3,
};

const PORT = z.int().check(z.minimum(1), z.maximum(65_535), z.describe("where the application listens"));
const HOST = z.optional(line(hostFault).check(z.describe("127.0.0.1 or ::1; default: 127.0.0.1")));

/** The three ways to ask, of which exactly one is taken. */
const PROBES = {
  http: z.optional(
    z.strictObject({
      port: PORT,
      host: HOST,
      path: z.optional(line(pathFault).check(z.describe("what to get; default: /"))),
      status: z.optional(
        z.int().check(z.minimum(200), z.maximum(599), z.describe("the status that says well; default: 200")),
      ),
      text: z.optional(line().check(z.describe("what the first 64 KiB of the answer must contain"))),
    }).check(z.describe("asks over HTTP, on this machine")),
  ),
  tcp: z.optional(
    z.strictObject({ port: PORT, host: HOST }).check(z.describe("connects to a port of this machine")),
  ),
  unit: z.optional(
    line(unitFault).check(z.describe("starts a oneshot service of the definition, which must succeed")),
  ),
};

export const HEALTHCHECK_SCHEMA = z.strictObject({
  ...PROBES,
  interval: span("from one question to the next; default: 2s", SECOND_MS, 10 * MINUTE_MS),
  timeout: span("how long an answer may take; default: 5s", SECOND_MS, 5 * MINUTE_MS),
  startperiod: span("for how long after the start failures do not count; default: 60s", 0, DAY_MS),
  retries: z.optional(
    z.int().check(
      z.minimum(1),
      z.maximum(100),
      z.describe("how many failures in a row mean that it is not well; default: 3"),
    ),
  ),
}).check(
  z.check((context) => {
    const { http, tcp, unit } = context.value;
    if ([http, tcp, unit].filter((probe) => probe !== undefined).length === 1) return;
    context.issues.push({
      code: "custom",
      message: "must have exactly one of http, tcp and unit",
      input: context.value,
    });
  }),
  z.meta({ oneOf: Object.keys(PROBES).map((probe) => ({ required: [probe] })) }),
);

/** Returns what a healthcheck that passed the schema means, with its defaults. */
export function toHealthcheck(checked: z.output<typeof HEALTHCHECK_SCHEMA>): Healthcheck {
  const { interval, timeout, startperiod, retries = DEFAULTS.retries } = checked;
  return {
    probe: toProbe(checked),
    intervalMs: milliseconds(interval) ?? DEFAULTS.intervalMs,
    timeoutMs: milliseconds(timeout) ?? DEFAULTS.timeoutMs,
    startPeriodMs: milliseconds(startperiod) ?? DEFAULTS.startPeriodMs,
    retries,
  };
}

function toProbe({ http, tcp, unit }: z.output<typeof HEALTHCHECK_SCHEMA>): Probe {
  if (http !== undefined) {
    const { port, host = DEFAULTS.host, path = DEFAULTS.path, status = DEFAULTS.status, text = null } = http;
    return { kind: "http", host, port, path, status, text };
  }
  if (tcp !== undefined) return { kind: "tcp", host: tcp.host ?? DEFAULTS.host, port: tcp.port };
  if (unit !== undefined) return { kind: "unit", unit };
  throw new Error("a healthcheck without a question passed its schema");
}

function span(description: string, leastMs: number, mostMs: number) {
  const fault = (text: string) => {
    const ms = parseTimeSpan(text);
    if (ms === undefined) return "must be a span of time, for instance 5s or 2min";
    if (ms < leastMs) return `must be at least ${leastMs / SECOND_MS} s`;
    return ms > mostMs ? `must be at most ${mostMs / MINUTE_MS} min` : undefined;
  };
  return z.optional(line(fault).check(z.describe(description)));
}

function milliseconds(span: string | undefined): number | undefined {
  return span === undefined ? undefined : parseTimeSpan(span);
}

function hostFault(host: string): string | undefined {
  if (host === "127.0.0.1" || host === "::1") return undefined;
  return "must be 127.0.0.1 or ::1: an application is asked on its own machine alone";
}

/** A path and query as they stand in a request (RFC 3986). */
function pathFault(path: string): string | undefined {
  if (!path.startsWith("/")) return "must begin with a slash";
  if (path.length > 1000) return "must have at most 1000 characters";
  return /^[!$&-;=?-Z_a-z~[\]]+$/.test(path.replaceAll(/%[0-9A-Fa-f]{2}/g, ""))
    ? undefined
    : "must be as it stands in a URL: %20 for a space, and no #";
}

function unitFault(unit: string): string | undefined {
  return unit.endsWith(".service") ? enabledUnitFault(unit) : "must be a service, with its suffix .service";
}
