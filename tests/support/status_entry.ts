/** `ppm`, with a home directory and a runtime directory that a test has made: HOME and XDG_RUNTIME_DIR, which ppm itself never asks. */
import { run } from "../../src/cli.ts";
import { REAL_CLOCK } from "../../src/host/clock.ts";
import type { User } from "../../src/host/system.ts";
import { StreamSink } from "../../src/ui/sink.ts";

Deno.exitCode = await run(Deno.args, {
  stdout: new StreamSink(Deno.stdout),
  stderr: new StreamSink(Deno.stderr),
  clock: REAL_CLOCK,
  environment: (name) => Deno.env.get(name),
  system: async (onRun) => {
    const { RealSystem } = await import("../../src/host/real_system.ts");
    class SystemAtHome extends RealSystem {
      override readonly user: User = {
        name: "app",
        uid: 1000,
        gid: 1000,
        home: Deno.env.get("HOME") ?? "",
        runtimedirectory: Deno.env.get("XDG_RUNTIME_DIR") ?? "",
      };
    }
    return new SystemAtHome({ onRun });
  },
});
