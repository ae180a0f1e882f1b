/** How much memory each verb takes at its peak, of the largest application. */
import type { Server } from "../servers/server.ts";
import type { Application } from "./applications.ts";
import { type DataSet, script, SETTLE } from "./backup_data.ts";
import type { Contender, Memories } from "./measure.ts";
import { mebibytes, type Row } from "./report.ts";
import { emptyProgram, measureMemories, program } from "./server.ts";
import { forget } from "./setup.ts";

const LIMIT_MIB = 120;
/** In an order in which each finds what it needs. */
const VERBS = ["version", "--help", "setup", "diff", "start", "status", "logs", "restart", "stop"];

/** Measures every verb, and the first setup, for an application of `count` templates. */
export async function measureMemory(
  server: Server,
  count: number,
  application: Application,
): Promise<readonly Row[]> {
  const first = `the first ppm setup, ${count} templates`;
  const contenders: readonly Contender[] = [
    { name: "empty", program: program(application, await emptyProgram(server)) },
    { name: first, program: program(application, ["ppm", "setup"]), before: forget(application) },
    ...VERBS.map((verb) => ({ name: `ppm ${verb}`, program: program(application, ["ppm", verb]) })),
  ];
  return memoryRows(await measureMemories(server, { contenders }, application.pet.user));
}

/** Measures the verbs that move data, of ppm alone: what restic takes is restic's. */
export async function measureBackupMemory(
  server: Server,
  { application, set }: { readonly application: Application; readonly set: DataSet },
): Promise<readonly Row[]> {
  const { pet, uid } = application;
  const cgroup = `user.slice/user-${uid}.slice/user@${uid}.service/app.slice/ppm-backup.service`;
  const contender = (verb: string): Contender => ({
    name: `ppm ${verb}, ${set.what}`,
    program: program(application, ["ppm", verb]),
    before: script(application, SETTLE),
    except: ["restic"],
    cgroup,
  });
  const empty = { name: "empty", program: program(application, await emptyProgram(server)) };
  const contenders = [empty, contender("backup"), contender("drill")];
  return memoryRows(await measureMemories(server, { contenders }, pet.user));
}

/** Says the peaks beside an empty program's, `empty`. */
export function memoryRows({ empty, ...memories }: Memories): readonly Row[] {
  const yardstick = empty?.together ?? NaN;
  return Object.entries(memories).map(([what, { together, largest }]) => ({
    what: `memory of ${what}`,
    ppm: `${mebibytes(together)} (largest process ${mebibytes(largest)})`,
    yardstick: `${mebibytes(yardstick)} empty program`,
    ratio: together / yardstick,
    limit: { value: together / 2 ** 20, limit: LIMIT_MIB, unit: "MiB" },
  }));
}
