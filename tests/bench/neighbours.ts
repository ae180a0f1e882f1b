/** What many applications on one server cost those who look at them: `ppm list`, `ppm firewall`, and an application that follows its neighbours. */
import type { Server } from "../servers/server.ts";
import { type Application, makeApplication, RELOADS } from "./applications.ts";
import type { Contender, Program } from "./measure.ts";
import {
  makeStreets,
  NOBODY,
  republish,
  type Street,
  THOUSAND,
  THOUSAND_FULL,
  TWO_HUNDRED,
} from "./neighbours_data.ts";
import { duration, median, type Row } from "./report.ts";
import { emptyProgram, measureMemories, measureTimes, program } from "./server.ts";
import { memoryRows } from "./memory.ts";

const LIMIT_LIST_MS = 250;
const LIMIT_SETUP_MS = 250;
const TEMPLATES = 200;
/** The units that start a run, stopped while runs are measured by themselves. */
const WATCH = "ppm-neighbours-changed.path ppm-neighbours.path ppm-neighbours.timer";

/** Applications of 200 templates that follow their neighbours, each on a street of its own. */
export type Followers = ReadonlyMap<Street, Application>;

/** Makes the streets, and someone on each of them who follows the others, and whose application runs. */
export async function makeFollowers(server: Server): Promise<Followers> {
  const streets = [NOBODY, TWO_HUNDRED, THOUSAND, THOUSAND_FULL];
  await makeStreets(server, streets);
  const followers = new Map<Street, Application>();
  for (const street of streets) {
    const follower = {
      user: `among${street.count}${street.full ? "full" : ""}`,
      statedirectory: street.directory,
    };
    const application = await makeApplication(server, TEMPLATES, follower);
    await application.pet.run(["sh", "-c", `ppm start && systemctl --user stop ${WATCH}`]);
    followers.set(street, application);
  }
  return followers;
}

/** Measures `ppm list` and `ppm firewall`, as root also whether each application runs, of users who do not run any. */
export async function measureLooking(server: Server, followers: Followers): Promise<readonly Row[]> {
  const application = followers.get(NOBODY)!;
  const streets = [TWO_HUNDRED, THOUSAND];
  const verb = (name: string, { directory, what }: Street, who: { readonly uid?: number }): Contender => ({
    name: `ppm ${name}, ${what}${who.uid === undefined ? ", as root" : ""}`,
    program: { ...program(application, ["ppm", name, "--state-directory", directory]), ...who },
  });
  const user = { uid: application.uid };
  const contenders = [
    { name: "empty", program: { ...program(application, await emptyProgram(server)), ...user } },
    ...streets.map((street) => verb("list", street, user)),
    ...streets.map((street) => verb("list", street, {})),
    ...streets.map((street) => verb("firewall", street, user)),
  ];
  const { empty = [], ...times } = await measureTimes(server, { contenders, rounds: 25, warmups: 3 });
  return Object.entries(times).map(([what, each]) => ({
    what,
    ppm: duration(median(each)),
    yardstick: `${duration(median(empty))} empty program`,
    ratio: median(each) / median(empty),
    limit: { value: median(each), limit: LIMIT_LIST_MS, unit: "ms" },
  }));
}

/** Measures `ppm setup` and `ppm setup --neighbours` with nothing to do, beside the same without neighbours. */
export async function measureFollowing(server: Server, followers: Followers): Promise<readonly Row[]> {
  const streets = [NOBODY, TWO_HUNDRED, THOUSAND];
  const rows: Row[] = [];
  for (const argv of [["ppm", "setup"], ["ppm", "setup", "--neighbours"]]) {
    const contenders = streets.map((street) => ({
      name: street.what,
      program: as(followers.get(street)!, argv),
    }));
    const times = await measureTimes(server, { contenders, rounds: 25, warmups: 3 });
    const alone = median(times[NOBODY.what] ?? []);
    for (const { what } of streets) {
      const ms = median(times[what] ?? []);
      rows.push({
        what: `${argv.join(" ")}, nothing to do, ${TEMPLATES} templates, ${what}`,
        ppm: duration(ms),
        yardstick: `${duration(alone)} without neighbours`,
        ratio: ms / alone,
        limit: { value: ms, limit: LIMIT_SETUP_MS, unit: "ms" },
      });
    }
  }
  return rows;
}

/** Measures how long it takes from what a neighbour publishes to the reload of who follows it: by the watch, and by `ppm setup --neighbours` alone. */
export async function measureReloads(server: Server, followers: Followers): Promise<readonly Row[]> {
  const streets = [TWO_HUNDRED, THOUSAND];
  const rows: Row[] = [];
  const reloaded = (application: Application) => `/run/user/${application.uid}/${RELOADS}`;
  const byHand = streets.map((street): Contender => {
    const application = followers.get(street)!;
    return {
      name: street.what,
      program: as(application, ["ppm", "setup", "--neighbours"]),
      before: asRoot(republish(street)),
    };
  });
  const hand = await measureTimes(server, { contenders: byHand, rounds: 3, warmups: 1 });
  for (const street of streets) await watch(followers.get(street)!, "start");
  const watched = streets.map((street): Contender => {
    const file = reloaded(followers.get(street)!);
    // Whoever waits for the reload costs little; the run before has ended, and its pause with it.
    const wait = `size=$(stat -c %s ${file}); ${republish(street)}
      while [ "$(stat -c %s ${file})" = "$size" ]; do sleep .02; done`;
    return { name: street.what, program: asRoot(wait), before: asRoot("sleep 12") };
  });
  const seconds = await measureTimes(server, { contenders: watched, rounds: 5, warmups: 1 });
  for (const street of streets) await watch(followers.get(street)!, "stop");
  for (const { what } of streets) {
    rows.push(
      plain(`ppm setup --neighbours, one of ${what} has changed`, hand[what] ?? []),
      plain(`from publication to reload, ${what}`, seconds[what] ?? []),
    );
  }
  return rows;
}

/** Measures the memory of all who look at many neighbours. */
export async function measureNeighboursMemory(server: Server, followers: Followers): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const street of [TWO_HUNDRED, THOUSAND, THOUSAND_FULL]) {
    const application = followers.get(street)!;
    const verb = (argv: readonly string[], before?: Program): Contender => ({
      name: `${argv.join(" ")}, ${street.what}`,
      program: as(application, argv),
      ...(before === undefined ? {} : { before }),
    });
    const contenders = [
      { name: "empty", program: as(application, await emptyProgram(server)) },
      verb(["ppm", "list"]),
      verb(["ppm", "firewall", "--state-directory", street.directory]),
      verb(["ppm", "setup"]),
      verb(["ppm", "setup", "--neighbours"], asRoot(republish(street))),
    ];
    rows.push(...memoryRows(await measureMemories(server, { contenders })));
  }
  return rows;
}

function plain(what: string, times: readonly number[]): Row {
  return { what, ppm: duration(median(times)), yardstick: "", ratio: undefined, limit: undefined };
}

async function watch({ pet }: Application, verb: "start" | "stop"): Promise<void> {
  await pet.run(["sh", "-c", `systemctl --user ${verb} ${WATCH}`]);
}

function as(application: Application, argv: readonly string[]): Program {
  return { ...program(application, argv), uid: application.uid };
}

function asRoot(script: string): Program {
  return { argv: ["sh", "-ec", script], environment: { PATH: "/usr/bin:/bin" }, directory: "/" };
}
