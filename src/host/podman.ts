/** Rootless podman: which containers there are. */
import { UserError } from "../errors.ts";
import type { Invocation } from "./system.ts";

/** One container of the user, running or not. */
export interface Container {
  readonly name: string;
  readonly image: string;
  /** `running`, `exited`, `created` … */
  readonly state: string;
  /** What its health check says, or null where it has none. */
  readonly health: string | null;
  /** The unit that it belongs to, as far as podman knows. */
  readonly unit: string | null;
}

/** Returns the invocation that lists all containers of the user; read its output with {@linkcode parseContainers}. */
export function podmanPs(): Invocation {
  return { program: "podman", args: ["ps", "--all", "--format=json"], changes: false, timeoutMs: 15_000 };
}

/** Reads `podman ps --format=json` (podman 4.3 to 5.x). What is missing in an entry becomes empty. Throws {@linkcode UserError} for no JSON. */
export function parseContainers(stdout: string): readonly Container[] {
  const entries = parseJson(stdout.trim() || "[]");
  return Array.isArray(entries) ? entries.map(toContainer).sort((a, b) => a.name < b.name ? -1 : 1) : [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError("Cannot understand podman: what it printed is no JSON", { cause });
  }
}

function toContainer(entry: unknown): Container {
  const fields = isRecord(entry) ? entry : {};
  const names = Array.isArray(fields.Names) ? fields.Names : [];
  const labels = isRecord(fields.Labels) ? fields.Labels : {};
  const unit = text(labels.PODMAN_SYSTEMD_UNIT);
  return {
    name: text(names[0]),
    image: text(fields.Image),
    state: text(fields.State),
    // "Up 3 minutes (healthy)": the only place that every version of podman says it in.
    health: /\((healthy|unhealthy|starting)\)/.exec(text(fields.Status))?.[1] ?? null,
    unit: unit === "" ? null : unit,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
