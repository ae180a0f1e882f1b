/** Runs ppm on a machine in memory. */
import { run } from "../../src/cli.ts";
import type { Clock } from "../../src/host/clock.ts";
import type { System } from "../../src/host/system.ts";
import { FakeSystem } from "./fake_system.ts";
import { FakeClock, MemorySink } from "./terminal.ts";

export interface RunOptions {
  readonly system?: System & Pick<FakeSystem, "onRun">;
  /** @default {a clock that goes on whenever somebody sleeps} */
  readonly clock?: Clock;
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether standard output is a terminal. @default {false} */
  readonly terminal?: boolean;
}

/** How a run ended, and what it printed. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `ppm` with arguments as they would be typed, without quotes. */
export async function runPpm(line: string, options: RunOptions = {}): Promise<Outcome> {
  const { system = new FakeSystem(), clock = new FakeClock(), environment = {}, terminal = false } = options;
  const stdout = new MemorySink({ terminal });
  const stderr = new MemorySink();
  const code = await run(line.split(" ").filter((word) => word !== ""), {
    stdout,
    stderr,
    clock,
    environment: (name) => environment[name],
    system: (onRun) => {
      system.onRun = onRun;
      return Promise.resolve(system);
    },
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}
