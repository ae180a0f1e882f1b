/** How long the quick verbs take, beside a Deno that does nothing. */
import type { Server } from "../servers/server.ts";
import type { Application } from "./applications.ts";
import type { Contender } from "./measure.ts";
import { duration, median, type Row } from "./report.ts";
import { emptyProgram, measureTimes, program } from "./server.ts";

/** Measures `ppm version`, `ppm --help` and `ppm status` of an application that runs. */
export async function measureStartup(server: Server, application: Application): Promise<readonly Row[]> {
  const { pet } = application;
  const contender = (name: string, argv: readonly string[]): Contender => ({
    name,
    program: program(application, argv),
  });
  const contenders = [
    contender("empty", await emptyProgram(server)),
    contender("version", ["ppm", "version"]),
    contender("help", ["ppm", "--help"]),
    contender("status", ["ppm", "status"]),
    contender("show", await systemctlOf(application)),
  ];
  const times = await measureTimes(server, { contenders, rounds: 50, warmups: 5 }, pet.user);
  const ms = (name: string) => median(times[name] ?? []);
  const against = (name: string, what: string, limit: number): Row => ({
    what,
    ppm: duration(ms(name)),
    yardstick: `${duration(ms("empty"))} empty program`,
    ratio: ms(name) / ms("empty"),
    limit: { value: ms(name) / ms("empty"), limit, unit: "×" },
  });
  const yardstick = ms("empty") + ms("show");
  return [
    against("version", "ppm version", 1.2),
    against("help", "ppm --help", 1.5),
    {
      what: "ppm status",
      ppm: duration(ms("status")),
      yardstick: `${duration(yardstick)} and systemctl --user show`,
      ratio: ms("status") / yardstick,
      limit: { value: ms("status"), limit: yardstick + 40, unit: "ms" },
    },
  ];
}

/** Returns the very command that `ppm status` runs, as it says itself. */
async function systemctlOf({ pet }: Application): Promise<readonly string[]> {
  const { stderr } = await pet.ppm(["status", "-v"]);
  const line = stderr.split("\n").find((line) => line.startsWith("+ systemctl --user show "));
  if (line === undefined || /['"\\]/.test(line)) throw new Error(`ppm status -v says:\n${stderr}`);
  return line.slice(2).split(" ");
}
