/**
 * `make bench`: speed and memory of the built executable on a Debian 13 server of its own, each beside its yardstick in the same run,
 * as a table. A limit that is missed is said and is no failure. docs/benchmarks.md says what is measured, and how.
 */
import { type Application, makeApplication } from "./applications.ts";
import { measureBackups, measureRestores, type Rounds } from "./backup.ts";
import { type DataSet, LARGE, makeBackedUp, MANY, SMALL } from "./backup_data.ts";
import { measureBackupMemory, measureMemory } from "./memory.ts";
import {
  makeFollowers,
  measureFollowing,
  measureLooking,
  measureNeighboursMemory,
  measureReloads,
} from "./neighbours.ts";
import { type Row, table } from "./report.ts";
import { bootBenchServer } from "./server.ts";
import { measureFirst, measureUnchanged } from "./setup.ts";
import { measureStartup } from "./startup.ts";
import { measureTimers } from "./timers.ts";

const COUNTS = [10, 100, 200, 1000] as const;

/** What is backed up, and how often each kind of backup. */
const BACKUPS: readonly (readonly [DataSet, Rounds])[] = [
  [SMALL, { first: 3, changed: 4, restored: 3 }],
  [LARGE, { first: 1, changed: 2, restored: 1 }],
];

async function main(): Promise<void> {
  await using server = await bootBenchServer();
  const applications = new Map<number, Application>();
  for (const count of COUNTS) {
    say(`setting up ${count} templates`);
    applications.set(count, await makeApplication(server, count));
  }
  const application = (count: typeof COUNTS[number]) => applications.get(count)!;
  const rows: Row[] = [];
  const part = async (title: string, measure: () => Promise<readonly Row[]>) => {
    say(title);
    rows.push(...await measure());
  };
  await application(10).pet.ppm(["start"]);
  await part("start-up", () => measureStartup(server, application(10)));
  await part("setup with nothing to do", () => measureUnchanged(server, applications));
  say("making neighbours");
  const followers = await makeFollowers(server);
  await part("looking at neighbours", () => measureLooking(server, followers));
  await part("following neighbours", () => measureFollowing(server, followers));
  await part("following neighbours that change", () => measureReloads(server, followers));
  await part("neighbours: memory", () => measureNeighboursMemory(server, followers));
  await part("timers of 200 users", () => measureTimers(server));
  await part("memory", () => measureMemory(server, 1000, application(1000)));
  await part("the first setup, and ansible (minutes)", () => measureFirst(server, 100, application(100)));
  for (const [set, rounds] of BACKUPS) {
    say(`${set.what}: making them`);
    const data = { application: await makeBackedUp(server, set), set };
    await part(`${set.what}: backups`, () => measureBackups(server, { ...data, rounds }));
    await part(`${set.what}: bringing data back`, () => measureRestores(server, { ...data, rounds }));
    await part(`${set.what}: memory`, () => measureBackupMemory(server, data));
  }
  say(`${MANY.what}: memory`);
  const many = { application: await makeBackedUp(server, MANY), set: MANY };
  rows.push(...await measureBackupMemory(server, many));
  console.log(table(rows).join("\n"));
}

function say(text: string): void {
  console.error(`bench: ${text}`);
}

if (import.meta.main) await main();
