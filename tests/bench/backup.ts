/** How long backups take, and how long the application is down for them, beside restic alone and borgmatic on the same data. */
import type { Server } from "../servers/server.ts";
import type { Application } from "./applications.ts";
import {
  BORGMATIC_CREATE,
  type DataSet,
  DOWN_TIME,
  forgetBackups,
  REPOSITORIES,
  restic,
  RESTIC_BACKUP,
  script,
  SETTLE,
  stoppedBackup,
} from "./backup_data.ts";
import type { Contender } from "./measure.ts";
import { duration, median, type Row } from "./report.ts";
import { measureTimes, program } from "./server.ts";

/** What `ppm backup` may take more than restic does for both passes. */
const LIMIT_MORE_MS = 300;
/** What the application may be down more than restic's second pass takes. */
const LIMIT_DOWN_MS = 1000;

/** How often each is measured. */
export interface Rounds {
  readonly first: number;
  readonly changed: number;
  readonly restored: number;
}

/** Measures the first backup of a data set, and those after a small change. */
export async function measureBackups(
  server: Server,
  { application, set, rounds }: {
    readonly application: Application;
    readonly set: DataSet;
    readonly rounds: Rounds;
  },
): Promise<readonly Row[]> {
  const { pet } = application;
  const contenders = (before: Readonly<Record<"restic" | "ppm" | "borg", string>>) => ({
    restic: [
      contender("opening", restic("restic", "cat config --no-lock >/dev/null"), before.restic),
      contender("pass", restic("restic", RESTIC_BACKUP)),
      contender("second pass", restic("restic", RESTIC_BACKUP)),
    ],
    ppm: { ...contender("ppm", "ppm backup", before.ppm), reading: down("down") },
    borgmatic: contender("borgmatic", BORGMATIC_CREATE, before.borg),
  });
  const first = contenders({
    restic: `${SETTLE}; ${forgetBackups("restic")}`,
    ppm: `${SETTLE}; ${forgetBackups("ppm")}`,
    borg: `${SETTLE}; ${forgetBackups("borg")}`,
  });
  const firstTimes = await measureTimes(server, {
    contenders: [...first.restic, first.ppm, first.borgmatic],
    rounds: rounds.first,
    warmups: 0,
  }, pet.user);

  await pet.run(["cp", "-al", `${REPOSITORIES}/restic`, `${REPOSITORIES}/stopped`]); // restic never writes into a file again
  const changed = contenders({
    restic: `${SETTLE}; cd data; ${set.change}`,
    ppm: SETTLE,
    borg: SETTLE,
  });
  const stopped = {
    ...contender("stopped", stoppedBackup("stopped"), SETTLE),
    reading: down("stopped down"),
  };
  const changedTimes = await measureTimes(server, {
    contenders: [...changed.restic, stopped, changed.ppm, changed.borgmatic],
    rounds: rounds.changed,
    warmups: 1,
  }, pet.user);
  return [
    ...compare(`the first ppm backup, ${set.what}`, firstTimes),
    ...compare(`ppm backup after a change, ${set.what}`, changedTimes),
    ...compareWithStopped(changedTimes),
  ];

  function contender(name: string, text: string, before?: string): Contender {
    return {
      name,
      program: script(application, text),
      ...(before === undefined ? {} : { before: script(application, before) }),
    };
  }

  function down(name: string) {
    return { name, program: script(application, DOWN_TIME) };
  }
}

type Times = Awaited<ReturnType<typeof measureTimes>>;

function compare(what: string, times: Times): readonly Row[] {
  const ms = (name: string) => median(times[name] ?? []);
  const passes = ms("pass") + ms("second pass");
  return [
    {
      what,
      ppm: duration(ms("ppm")),
      yardstick: `${duration(passes)} restic backup, twice`,
      ratio: ms("ppm") / passes,
      limit: { value: ms("ppm"), limit: passes + LIMIT_MORE_MS, unit: "ms" },
    },
    {
      what: "… what it takes more than restic",
      ppm: duration(ms("ppm") - passes),
      yardstick: `${duration(ms("opening"))} restic opens the repository`,
      ratio: (ms("ppm") - passes) / ms("opening"),
      limit: undefined,
    },
    {
      what: "… beside another program",
      ppm: duration(ms("ppm")),
      yardstick: `${duration(ms("borgmatic"))} borgmatic create, once`,
      ratio: ms("ppm") / ms("borgmatic"),
      limit: undefined,
    },
    {
      what: "… the application is down",
      ppm: duration(ms("down")),
      yardstick: `${duration(ms("second pass"))} restic's second pass`,
      ratio: ms("down") / ms("second pass"),
      limit: { value: ms("down"), limit: ms("second pass") + LIMIT_DOWN_MS, unit: "ms" },
    },
  ];
}

function compareWithStopped(times: Times): readonly Row[] {
  const [ppm, stopped] = [median(times["down"] ?? []), median(times["stopped down"] ?? [])];
  return [{
    what: "… the application is down",
    ppm: duration(ppm),
    yardstick: `${duration(stopped)} stop, restic backup, start`,
    ratio: ppm / stopped,
    limit: undefined,
  }];
}

/** Measures how long `ppm setup` takes to bring back a lost `data/`, beside restic alone; throws where they do not bring back the same. */
export async function measureRestores(
  server: Server,
  { application, set, rounds }: {
    readonly application: Application;
    readonly set: DataSet;
    readonly rounds: Rounds;
  },
): Promise<readonly Row[]> {
  const { pet } = application;
  const destination = "by-restic";
  const restore = restic("ppm", `restore latest --tag ppm-good --target ${destination} --verify`);
  const contenders: readonly Contender[] = [
    {
      name: "restic",
      program: script(application, restore),
      before: script(application, `${SETTLE}; rm -rf ${destination}; sync`),
    },
    {
      name: "ppm",
      program: program(application, ["ppm", "setup"]),
      before: script(application, `${SETTLE}; systemctl --user stop bench.target; rm -rf data; sync`),
    },
  ];
  const times = await measureTimes(server, { contenders, rounds: rounds.restored, warmups: 0 }, pet.user);
  await pet.run(["diff", "-r", "data", `${destination}/data`]);
  const [ppm, alone] = [median(times.ppm ?? []), median(times.restic ?? [])];
  return [{
    what: `ppm setup, data/ lost, ${set.what}`,
    ppm: duration(ppm),
    yardstick: `${duration(alone)} restic restore --verify`,
    ratio: ppm / alone,
    limit: undefined,
  }];
}
