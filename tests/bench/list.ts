/** How long `ppm list` takes on a server with many applications. */
import { formatState } from "../../src/neighbours/state_file.ts";
import { type Server, sharedDirectory } from "../servers/server.ts";
import type { Application } from "./applications.ts";
import type { Contender, Times } from "./measure.ts";
import { duration, median, type Row } from "./report.ts";
import { emptyProgram, measureTimes, program } from "./server.ts";

const COUNT = 1000;
const LIMIT_MS = 250;
const DIRECTORY = "/srv/list/state";
/** Above what useradd gives. */
const FIRST_UID = 100_000;

/** Measures `ppm list` of 1,000 state files, with users who are in /etc/passwd and do not run anything, as a user and as root. */
export async function measureList(server: Server, application: Application): Promise<readonly Row[]> {
  await makeEntries(server);
  const list = ["ppm", "list", "--state-directory", DIRECTORY];
  const contender = (name: string, argv: readonly string[]): Contender => ({
    name,
    program: program(application, argv),
  });
  const contenders = [contender("empty", await emptyProgram(server)), contender("list", list)];
  const options = { contenders, rounds: 25, warmups: 3 };
  return [
    row("", await measureTimes(server, options, application.pet.user)),
    row(", as root", await measureTimes(server, options)),
  ];
}

function row(who: string, times: Times): Row {
  const ms = median(times.list ?? []);
  const empty = median(times.empty ?? []);
  return {
    what: `ppm list, ${COUNT} state files${who}`,
    ppm: duration(ms),
    yardstick: `${duration(empty)} empty program`,
    ratio: ms / empty,
    limit: { value: ms, limit: LIMIT_MS, unit: "ms" },
  };
}

/** Makes a state directory as root and 1,000 users would have made it, all at once, through the directory that is shared with this machine. */
async function makeEntries(server: Server): Promise<void> {
  const name = crypto.randomUUID();
  const shared = `${sharedDirectory()}/${name}`;
  const users = Array.from({ length: COUNT }, (_, at) => ({ user: `pet${at}`, uid: FIRST_UID + at, at }));
  for (const { user, at } of users) {
    await Deno.mkdir(`${shared}/state/${user}`, { recursive: true });
    await Deno.writeTextFile(`${shared}/state/${user}/state.yml`, stateOf(user, at));
  }
  const passwd = users.map(({ user, uid }) => `${user}:x:${uid}:${uid}::/nonexistent:/usr/sbin/nologin\n`);
  await Deno.writeTextFile(`${shared}/passwd`, passwd.join(""));
  const make =
    `set -e; cat "$1/passwd" >>/etc/passwd; mkdir -p "$2"; cp -r "$1/state/." "$2"; chmod -R u=rwX,go=rX "$2"
    while IFS=: read -r user _ uid _; do chown -R "$uid:$uid" "$2/$user"; done <"$1/passwd"`;
  await server.run(["sh", "-c", make, "sh", `/srv/shared/${name}`, DIRECTORY]);
}

/** A state file of usual size: a site, two ports, and something for neighbours. */
function stateOf(user: string, at: number): string {
  const domain = `${user}.example.org`;
  return formatState(
    {
      version: 1,
      instance: user,
      user,
      host: "bench",
      app: { name: "forgejo", description: "A self-hosted git forge.", version: "11.0" },
      definition: {
        repository: "https://git.example.org/pets/forgejo.git",
        commit: at.toString(16).padStart(40, "0"),
      },
      units: ["forgejo-db.service", "forgejo.service"],
      plugins: {
        website: { sites: [{ domain, path: "/", port: 10_000 + at, websocket: false }] },
        firewall: {
          open: [
            { first: 20_000 + at, last: 20_000 + at, protocol: "tcp", from: ["0.0.0.0/0", "::/0"] },
            { first: 30_000 + at, last: 30_000 + at, protocol: "udp", from: ["10.0.0.0/8", "2001:db8::/32"] },
          ],
        },
      },
      state: { website: { domain, port: 10_000 + at } },
      times: { backup: "2026-11-22T03:00:00.000Z", upgrade: "2026-11-20T03:00:00.000Z" },
    },
    [],
    { line: 1, column: 1 },
  );
}
