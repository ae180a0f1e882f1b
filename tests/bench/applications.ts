/** The applications that are measured: definitions of as many templates as asked for, and the same files for ansible. */
import { makePet, type Pet } from "../servers/pet.ts";
import { type Server, sharedDirectory } from "../servers/server.ts";

/** An application that is set up. */
export interface Application {
  readonly pet: Pet;
  readonly uid: number;
}

/** Where the rendered files go below the home directory. */
export const RENDERED = ".config/bench";

const DOMAIN = "bench.example.org";
const PEERS = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/** An application that reads what its neighbours publish, and follows them. */
export interface Follower {
  readonly user: string;
  readonly statedirectory: string;
}

/** A line in it for each reload, in the runtime directory of a {@linkcode Follower}. */
export const RELOADS = "bench-reloads";

/**
 * Makes a user `bench<count>` and sets up an application of `count` templates: one unit, and configuration files of ten lines. For a follower, one of
 * them has a line for each site of its neighbours.
 */
export async function makeApplication(
  server: Server,
  count: number,
  follower?: Follower,
): Promise<Application> {
  const sites = { [`templates/${RENDERED}/sites.eta`]: SITES };
  const config = `variables:\n  domain: ${DOMAIN}\n  peers: [${PEERS.join(", ")}]\n`;
  const pet = await makePet(server, {
    definition: {
      "appinfo.yml": follower === undefined ? APPINFO : `${APPINFO}  neighbours_watch: {}\n`,
      "templates/.config/systemd/user/bench.service.eta": UNIT,
      ...(follower === undefined ? {} : sites),
    },
    config: follower === undefined ? config : `statedirectory: ${follower.statedirectory}\n${config}`,
  }, follower?.user ?? `bench${count}`);
  if (follower !== undefined) {
    const { user, statedirectory } = follower;
    await server.run(["install", "-d", "-o", user, "-g", user, `${statedirectory}/${user}`]);
  }
  await addFiles(
    pet,
    `${pet.repository}/templates/${RENDERED}`,
    numbered(count - (follower === undefined ? 1 : 2), ".conf.eta", etaTemplate),
  );
  await pet.run(["sh", "-c", 'cd "$1" && git add -A && git commit -qm templates', "sh", pet.repository]);
  await pet.ppm(["setup"]);
  return { pet, uid: Number((await pet.run(["id", "-u"])).stdout) };
}

/** Writes an ansible playbook that renders the same files with the module `template`; returns its path. */
export async function makePlaybook(pet: Pet, count: number, destination: string): Promise<string> {
  const directory = `/home/${pet.user}/playbook`;
  await addFiles(pet, directory, numbered(count - 1, ".conf.j2", jinjaTemplate));
  const playbook = [{
    hosts: "localhost",
    connection: "local",
    gather_facts: false,
    vars: { user: pet.user, domain: DOMAIN, port: 3000, peers: PEERS, files: count - 1 },
    tasks: [
      { file: { path: destination, state: "directory" } },
      {
        template: { src: `${directory}/{{ item }}.conf.j2`, dest: `${destination}/{{ item }}.conf` },
        loop: "{{ range(1, files + 1) | list }}",
      },
    ],
  }];
  const path = `${directory}/playbook.yml`;
  await pet.server.writeFile(path, JSON.stringify(playbook), { user: pet.user }); // YAML takes JSON as it is
  return path;
}

/** Returns the text of the files 1 to `count` by their names. */
function numbered(
  count: number,
  suffix: string,
  text: (at: number) => string,
): readonly (readonly [name: string, text: string])[] {
  return Array.from({ length: count }, (_, at) => [`${at + 1}${suffix}`, text(at + 1)] as const);
}

/** Writes files into a directory of the server, all at once, through the one that it shares with this machine. */
async function addFiles(pet: Pet, directory: string, files: ReturnType<typeof numbered>): Promise<void> {
  const name = crypto.randomUUID();
  await Deno.mkdir(`${sharedDirectory()}/${name}`);
  for (const [path, text] of files) await Deno.writeTextFile(`${sharedDirectory()}/${name}/${path}`, text);
  await pet.run(["sh", "-c", 'mkdir -p "$2" && cp "$1"/* "$2"', "sh", `/srv/shared/${name}`, directory]);
}

const APPINFO = `name: bench
description: Something to measure
version: "1"
mainunit: bench
enableunits: [bench.service]
variables:
  domain: { type: hostname, description: Where people reach it }
  port: { type: port, default: 3000, description: Where it listens }
  peers: { type: list, of: cidr, default: [], description: Who may }
secrets:
  password: { length: 32 }
plugins:
  backups_none: { reason: Nothing is stored }
`;

const UNIT = `[Unit]
Description=<%= it.app.description %>
[Service]
ExecStart=/bin/busybox sleep infinity
ExecReload=/bin/sh -c 'echo reload >>%t/${RELOADS}'
[Install]
WantedBy=bench.target
`;

const SITES =
  `<% for (const { user, sites } of it.neighbours) { for (const { domain, path, port } of sites) { -%>
<%= domain %><%= path %> is at 127.0.0.1:<%= port %> # <%= user %>
<% } } -%>
`;

function etaTemplate(at: number): string {
  return `# file ${at} for <%= it.user.name %>
[server]
domain = <%= it.variables.domain %>
listen = 127.0.0.1:<%= it.variables.port %>
url = http://<%= it.variables.domain %>:<%= it.variables.port %>/${at}
[peers]
<% for (const peer of it.variables.peers) { -%>
allow = <%= peer %>
<% } -%>
deny = all
`;
}

/** {@linkcode etaTemplate} in ansible's language. */
function jinjaTemplate(at: number): string {
  return `# file ${at} for {{ user }}
[server]
domain = {{ domain }}
listen = 127.0.0.1:{{ port }}
url = http://{{ domain }}:{{ port }}/${at}
[peers]
{% for peer in peers %}
allow = {{ peer }}
{% endfor %}
deny = all
`;
}
