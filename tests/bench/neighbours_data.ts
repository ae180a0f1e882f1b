/** A server's neighbours: users who are in /etc/passwd, and what ppm would have published for each of them. */
import { formatState, type PublishedState } from "../../src/neighbours/state_file.ts";
import { type Server, sharedDirectory } from "../servers/server.ts";

/** A state directory and how many users, besides those who look at it, have published something in it. */
export interface Street {
  readonly directory: string;
  readonly count: number;
  /** Whether each state file is as large as it may be. */
  readonly full: boolean;
  /** In the words of the table. */
  readonly what: string;
}

export const NOBODY = street(0);
export const TWO_HUNDRED = street(200);
export const THOUSAND = street(1000);
export const THOUSAND_FULL = street(1000, true);

/** How many users there are. */
const USERS = 1000;
/** Above what useradd gives. */
const FIRST_UID = 100_000;
const ROOT = "/srv/neighbours";
const PORTS = { site: 10_000, first: 20_000, second: 30_000 };

function street(count: number, full = false): Street {
  return {
    directory: `/srv/neighbours/${count}${full ? "-full" : ""}`,
    count,
    full,
    what: `${count.toLocaleString("en")} neighbours${full ? " of 64 KiB each" : ""}`,
  };
}

/** Makes the users, and the state directories as root and these users would have made them, all at once, through the directory that is shared with this machine. */
export async function makeStreets(server: Server, streets: readonly Street[]): Promise<void> {
  const name = crypto.randomUUID();
  const shared = `${sharedDirectory()}/${name}`;
  for (const { directory, count, full } of streets) {
    await Deno.mkdir(`${shared}${directory}`, { recursive: true });
    for (let at = 0; at < count; at++) {
      await Deno.mkdir(`${shared}${directory}/${neighbour(at)}`);
      await Deno.writeTextFile(`${shared}${directory}/${neighbour(at)}/state.yml`, stateOf(at, full));
    }
  }
  const passwd = Array.from({ length: USERS }, (_, at) => {
    const uid = FIRST_UID + at;
    return `${neighbour(at)}:*:${uid}:${uid}::/home/${neighbour(at)}:/usr/sbin/nologin\n`;
  });
  await Deno.writeTextFile(`${shared}/passwd`, passwd.join(""));
  const make =
    `set -e; cat "$1/passwd" >>/etc/passwd; mkdir "$2"; cp -r "$1$2/." "$2"; chmod -R u=rwX,go=rX "$2"
    for street in "$2"/*; do cd "$street"
      for user in *; do [ "$user" = '*' ] || { uid=$((${FIRST_UID} + \${user#pet})); chown -R $uid:$uid "$user"; }; done
    done`;
  await server.run(["sh", "-c", make, "sh", `/srv/shared/${name}`, ROOT], { seconds: 600 });
}

/** The name of a neighbour, from 0. */
export function neighbour(at: number): string {
  return `pet${at}`;
}

/** What a shell does to publish the first neighbour's state once more, with another port each time, as ppm does: a whole file, then a touch. */
export function republish({ directory }: Street): string {
  return `cd ${directory}/${neighbour(0)}
    port=9999; if grep -q "port: 9999$" state.yml; then port=${PORTS.site}; fi
    sed "s/^\\( *port: \\).*/\\1$port/" state.yml >.new
    chown --reference=state.yml .new; mv .new state.yml; touch .`;
}

/** What ppm publishes of an application of usual size: a site, two ports, and something for neighbours; or of one that says as much as it may. */
function stateOf(at: number, full: boolean): string {
  const state = usualState(at);
  return format(full ? { ...state, state: { feeds } } : state);
}

/** Something for neighbours that fills a state file. */
const feeds = Array.from({ length: 1000 }, (_, at) => ({
  name: `feed ${1000 + at}`,
  url: `/feeds/${1000 + at}`,
  public: true,
}));

function format(state: PublishedState): string {
  return formatState(state, [], { line: 1, column: 1 });
}

function usualState(at: number): PublishedState {
  const user = neighbour(at);
  const domain = `${user}.example.org`;
  const opening = (first: number, protocol: "tcp" | "udp", from: readonly string[]) => ({
    first: first + at,
    last: first + at,
    protocol,
    from,
  });
  return {
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
      website: { sites: [{ domain, path: "/", port: PORTS.site + at, websocket: false }] },
      firewall: {
        open: [
          opening(PORTS.first, "tcp", ["0.0.0.0/0", "::/0"]),
          opening(PORTS.second, "udp", ["10.0.0.0/8", "2001:db8::/32"]),
        ],
      },
    },
    state: { website: { domain, port: PORTS.site + at } },
    times: { backup: "2026-11-22T03:00:00.000Z", upgrade: "2026-11-20T03:00:00.000Z" },
  };
}
