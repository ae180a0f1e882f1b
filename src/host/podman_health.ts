/** What the health check of a container said last. */
import type { Invocation } from "./system.ts";

/** Returns the invocation that asks for the record of a container's health check; read its output with {@linkcode parseHealthOutput}. */
export function podmanInspectHealth(container: string): Invocation {
  return {
    program: "podman",
    args: ["container", "inspect", "--format={{json .State.Health}}", "--", container],
    changes: false,
    timeoutMs: 15_000,
  };
}

/** Reads that record (podman 4.3 to 5.x): the last line that the last check printed, or undefined where there is none. */
export function parseHealthOutput(stdout: string): string | undefined {
  const output = lastOutput(stdout).trim();
  return output === "" ? undefined : output.split("\n").at(-1)?.trim();
}

function lastOutput(stdout: string): string {
  try {
    const { Log } = Object(JSON.parse(stdout));
    const { Output } = Object(Array.isArray(Log) ? Log.at(-1) : undefined);
    return typeof Output === "string" ? Output : "";
  } catch {
    return ""; // a courtesy: that it is unhealthy is known without it
  }
}
