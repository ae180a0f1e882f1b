/** Everything that root sees to on a server, and for each user with an application, whose home directory is not looked into. */
import { UserError } from "../errors.ts";
import { quote } from "../host/command_line.ts";
import type { ReadSystem } from "../host/system.ts";
import { isUserName } from "../host/user_ids.ts";
import { listUserManagers, parseUserManagers } from "../host/user_managers.ts";
import { type Claims, CLAIMS_FILE, readClaims } from "../neighbours/claims.ts";
import { allow } from "../neighbours/allow.ts";
import { findConflicts } from "../neighbours/conflicts.ts";
import type { Neighbourhood } from "../neighbours/neighbour.ts";
import { readNeighbourhood } from "../neighbours/read_neighbourhood.ts";
import { examineSync } from "./clock.ts";
import { faultIn, type Finding, findingsOf, guarded, isAmiss } from "./finding.ts";
import { examinePorts } from "./ports.ts";
import { examineRequirements, requirements } from "./programs.ts";
import { examineConflicts } from "./published.ts";
import { lookAtServerUnits } from "./server_units.ts";
import { lingeringStep, managerStep } from "./session.ts";
import { examineFileSystems } from "./space.ts";
import { examineDirectory, examineEntry } from "./state_directory.ts";
import { examineSubordinateIds } from "./subordinate_ids.ts";

/** Where the data of a server usually lies; what is on one file system is looked at once. */
const PLACES = ["/", "/home", "/var"].map((path) => ({ path }));

interface AppUser {
  readonly name: string;
  readonly uid: number;
}

/** Looks at the server for root. Whose applications there are, `statedirectory` and claims.yml tell. */
export async function examineServer(
  system: ReadSystem,
  statedirectory: string,
): Promise<readonly Finding[]> {
  const server = lookAtServerUnits(system);
  server.catch(() => {}); // whoever needs it says what came of it
  const { claims, finding: claimed } = await examineClaims(system);
  const directory = examineDirectory(system, statedirectory);
  const stands = !isAmiss(directory);
  const users = stands ? await appUsers(system, statedirectory, claims) : [];
  const looks = await Promise.all([
    guarded("programs", () =>
      // What applications need besides is known to each of them.
      examineRequirements(
        system,
        requirements({ backups: true, containers: undefined, quadlet: false }),
      )),
    guarded("space", () => examineFileSystems(system, PLACES)),
    guarded("clock", () => examineSync(server)),
    examineJournal(system),
    [directory],
    claimed,
    guarded(
      "state-directory",
      async () => stands ? await examinePublished(system, statedirectory, { users, claims }) : [],
    ),
    guarded("users", async () => await examineUsers(system, statedirectory, users)),
  ]);
  return looks.flat();
}

async function examineClaims(
  system: ReadSystem,
): Promise<{ readonly claims: Claims | undefined; readonly finding: readonly Finding[] }> {
  const { good, wrong } = findingsOf("claims");
  try {
    const claims = await readClaims(system);
    return { claims, finding: claims === undefined ? [] : [good(`${CLAIMS_FILE} can be used`)] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { what, all } = faultIn(CLAIMS_FILE, error);
    const command = /^As root: (ch(?:own|mod) .*)$/.exec(error.hint ?? "")?.[1];
    const finding = wrong(what, {
      why: "Until it can be used, nothing is set up that publishes anything, and no firewall rules are made.",
      advice: all || (command === undefined ? error.hint ?? `Correct it in ${CLAIMS_FILE}` : ""),
      rootSteps: command === undefined ? [] : [{
        command,
        reason: "whoever else can write there gives out this server's ports and domains",
        undo: "nothing needs it as it was",
      }],
    });
    return { claims: undefined, finding: [finding] };
  }
}

/** Users with a place in the state directory, or with claims; who is no user of this machine is named elsewhere. */
async function appUsers(
  system: ReadSystem,
  statedirectory: string,
  claims: Claims | undefined,
): Promise<readonly AppUser[]> {
  const entries = system.readDirectory(statedirectory) ?? [];
  const names = [...new Set([...entries, ...claims?.keys() ?? []])].filter(isUserName).toSorted();
  const uids = await system.userIds(names);
  return names.flatMap((name) => {
    const uid = uids.get(name);
    return uid === undefined || uid === 0 ? [] : [{ name, uid }];
  });
}

/** What is published, and may or may not count; whose place is not as it should be, {@linkcode examineUsers} says. */
async function examinePublished(
  system: ReadSystem,
  statedirectory: string,
  { users, claims }: { readonly users: readonly AppUser[]; readonly claims: Claims | undefined },
): Promise<readonly Finding[]> {
  const { wrong } = findingsOf("published");
  const neighbourhood = allow(await readNeighbourhood(system, statedirectory), claims);
  const placed = new Set(
    users.filter((user) => isAmiss(examineEntry(system, statedirectory, user))).map(({ name }) => name),
  );
  return [
    ...neighbourhood.leftOut.filter(({ user }) => !placed.has(user)).map(({ message }) =>
      wrong(message, {
        why: "What is left out is not proxied, not in the firewall, and not in ppm list.",
        advice:
          "What belongs to nobody can be removed; what an application published, its next ppm setup publishes anew; what it may not have, claims.yml can give it",
      })
    ),
    ...examineConflicts(findConflicts(neighbourhood.applications, claims), statedirectory),
    ...await examinePorts(system, publishedPorts(neighbourhood)),
  ];
}

function publishedPorts({ applications }: Neighbourhood): readonly number[] {
  return applications.flatMap(({ ports, sites }) => [
    ...ports.map(({ first }) => first),
    ...sites.map(({ port }) => port),
  ]);
}

async function examineUsers(
  system: ReadSystem,
  statedirectory: string,
  users: readonly AppUser[],
): Promise<readonly Finding[]> {
  if (users.length === 0) return [findingsOf("users").note("no user has an application here yet")];
  const managers = parseUserManagers((await system.run(listUserManagers())).stdout);
  return users.flatMap((user) => [
    examineUser(system, user, managers),
    examineEntry(system, statedirectory, user),
    ...examineSubordinateIds(system, user, undefined),
  ]);
}

function examineUser(system: ReadSystem, { name, uid }: AppUser, managers: ReadonlySet<number>): Finding {
  if (system.lstat(`/var/lib/systemd/linger/${name}`) === undefined) {
    return findingsOf("lingering").wrong(`${name} does not linger`, {
      why: "Its application stops when its last session ends, and does not start at boot.",
      rootSteps: [lingeringStep(quote(name))],
    });
  }
  const { good, wrong } = findingsOf("manager");
  if (managers.has(uid)) return good(`the systemd of ${name} runs without anybody logged in`);
  return wrong(`the systemd of ${name} does not run`, {
    why: "It runs the application and its timers; systemd does not start it again before the next boot.",
    rootSteps: [managerStep(uid, quote(name))],
  });
}

/** journald keeps its journal where this directory stands, unless it was told otherwise (journald.conf(5), Storage=auto). */
function examineJournal(system: ReadSystem): readonly Finding[] {
  const { good, note } = findingsOf("journal");
  const directory = "/var/log/journal";
  if (system.lstat(directory)?.kind === "directory") return [good("the journal is kept on disk")];
  return [note("the journal is kept in memory alone", {
    why: "It ends with the next boot, and users cannot read what their own applications say.",
    rootSteps: [{
      command: `mkdir -p ${directory} && systemctl restart systemd-journald`,
      reason: "keeps the journal on disk",
      undo: `rm -r ${directory}, which removes the journal as well`,
    }],
  })];
}
