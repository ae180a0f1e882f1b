/**
 * The fire drill: a server with four applications is destroyed without warning; a bare one of the other Debian release, with another name and other
 * users, takes its place, and the playbook brings all of them back, with their data byte for byte.
 *
 *     deno run -A tests/servers/fire_drill.ts     both ways, with what is done and how long it took
 */
import { equal } from "node:assert/strict";
import { play, type Played } from "./ansible_support.ts";
import {
  answers,
  answersNow,
  type Application,
  APPLICATIONS,
  type Belongings,
  belongings,
  compareAll,
  firewallHolds,
  type Numbers,
  numbersOf,
  SITES,
  use,
} from "./fire_drill_data.ts";
import { bootBare, house, type Housed, imageAt, openOffice, writeInventory } from "./office.ts";
import { type Release, RELEASES, type Server } from "./server.ts";

/** From what to what, and who hears of it. */
export interface FireDrill {
  readonly from: Release;
  readonly to: Release;
  /** @default nobody */
  readonly tell?: (line: string) => void;
}

/** How long it took, in seconds. */
export interface Times {
  /** From the start of the playbook until each application answered through the proxy. */
  readonly answered: ReadonlyMap<Application, number>;
  /** The whole playbook. */
  readonly all: number;
}

const DEBIAN: Record<Release, string> = { bookworm: "Debian 12", trixie: "Debian 13" };

/** Runs it; throws where anything is not as it was. */
export async function fireDrill({ from, to, tell = () => {} }: FireDrill): Promise<Times> {
  tell(`An office: Ansible, git over ssh, backups over sftp, a registry (${DEBIAN[from]})`);
  await using office = await openOffice(from);
  for (const application of APPLICATIONS) await house(office, application, SITES[application].example);
  await using home = await bootBare(office, { release: from, name: "home" });
  tell(`${home.name}: a bare server with ${DEBIAN[from]}. The playbook begins four applications on it`);
  const applications = await inventoryOf(office);
  await writeInventory(office, { hosts: { home }, applications });
  well(await play(office, ["-e", `ppm_begin=${APPLICATIONS.join(",")}`], 1800));

  tell("People use them, and backups are made");
  await use(office, home);
  await firewallHolds(office, home);
  const had = new Map<Application, Belongings & Numbers>();
  for (const application of APPLICATIONS) {
    had.set(application, { ...await belongings(home, application), ...await numbersOf(home, application) });
  }

  tell(`${home.name} is destroyed, disk and all`);
  await home.destroy();

  await using newHome = await bootBare(office, {
    release: to,
    name: "newhome",
    before: ["somebody", "another"],
  });
  tell(
    `${newHome.name}: a bare server with ${
      DEBIAN[to]
    }, on which others have the numbers of before. The playbook, once`,
  );
  await writeInventory(office, { hosts: { home: newHome }, applications });
  const times = await recover(office, newHome);

  for (const application of APPLICATIONS) await answersNow(office, newHome, application);
  await compareAll(had, newHome);
  await firewallHolds(office, newHome);
  tell(
    "All four answer, by certificates of the authority that people trust; data, owners, modes, secrets and firewall are what they were",
  );

  await isWhole(office, newHome);
  tell("A second run of the playbook changes nothing, and the next backups are made");
  for (const line of timetable(times)) tell(line);
  return times;
}

/** The applications as the inventory has them: every backup plugin is among them. */
async function inventoryOf(office: Server): Promise<Record<Application, Housed>> {
  const image = imageAt(office);
  const networks = [`${await office.address()}/32`];
  const at = (name: Application, backup: boolean, variables: Record<string, unknown>): Housed => ({
    example: SITES[name].example,
    host: "home",
    backup,
    variables: name === "web" ? variables : { domain: SITES[name].domain, ...variables },
  });
  return {
    web: at("web", true, { tls: "internal", networks }),
    guestbook: at("guestbook", true, { port: 8001, image }),
    shopping: at("shopping", true, { port: 8002, image, dumps: "yearly" }),
    "static-site": at("static-site", false, { port: 8003 }),
  };
}

/** Runs the playbook on a bare server, and asks for each application all the while. */
async function recover(office: Server, server: Server): Promise<Times> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  let over = false;
  const playing = play(office, [], 1800).finally(() => over = true);
  const answered = new Map<Application, number>();
  const asking = APPLICATIONS.map(async (application) => {
    while (!over || !answered.has(application)) {
      if (await answers(office, server, application)) return answered.set(application, seconds());
      if (over && seconds() > 1800) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  });
  const played = await playing;
  const all = seconds();
  well(played);
  await Promise.race([Promise.all(asking), new Promise((resolve) => setTimeout(resolve, 60_000))]);
  return { answered, all };
}

/** Throws unless nothing is left to do, everything is as it should be, and the next backup of each can be made. */
async function isWhole(office: Server, server: Server): Promise<void> {
  const again = await play(office, [], 900);
  well(again);
  equal(again.recap.home?.changed, 0, again.stdout);
  for (const user of APPLICATIONS) {
    await server.run(["ppm", "status"], { user });
    if (user !== "static-site") await server.run(["ppm", "backup"], { user, seconds: 300 });
  }
}

/** Throws with all that Ansible said where a run did not end well. */
function well(played: Played): void {
  equal(played.code, 0, played.stdout + played.stderr);
}

/** Given the times, returns the lines of a table. */
function timetable({ answered, all }: Times): readonly string[] {
  const row = (name: string, seconds: number | undefined) =>
    `   ${name.padEnd(14)}${seconds === undefined ? "never" : `${seconds.toFixed(0).padStart(5)} s`}`;
  return [
    "   answered through the proxy, after the playbook was started:",
    ...APPLICATIONS.map((application) => row(application, answered.get(application))),
    row("the playbook", all),
  ];
}

async function main(): Promise<void> {
  for (const from of RELEASES) {
    const to = from === "bookworm" ? "trixie" : "bookworm";
    console.log(`\n── The fire drill: ${DEBIAN[from]} burns, ${DEBIAN[to]} takes its place ──`);
    await fireDrill({ from, to, tell: (line) => console.log(line) });
  }
}

if (import.meta.main) await main();
