/** That `ansible/` makes a server with applications of a bare one, changes nothing where nothing is to be done, and keeps what it is trusted with. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { copyPlaybook, encrypt, play, PLAYBOOK, type Played, withAnsible } from "./ansible_support.ts";
import { makeNotes } from "./backup_support.ts";
import { definitionFrom, makePet, notesDefinition } from "./pet.ts";
import { bootServer, eitherRelease, PPM, type Server } from "./server.ts";

const PASSWORD = "canary-of-the-vault";

/** A bare server "home", managed from itself; on it a user "keeper", with definitions and repositories: what is elsewhere in life. */
async function makeHome(server: Server): Promise<void> {
  await copyPlaybook(server);
  await server.copy(PPM, "/root/ppm");
  await server.run([
    "sh",
    "-ec",
    `useradd -m -s /bin/bash keeper; echo '127.0.0.1 keeper.test' >>/etc/hosts; systemctl start ssh
    ssh-keygen -q -t ed25519 -N '' -C '' -f /root/key
    install -d -m 700 -o keeper -g keeper /home/keeper/.ssh
    install -m 600 -o keeper -g keeper /root/key.pub /home/keeper/.ssh/authorized_keys`,
  ]);
  const definitions = { notes: notesDefinition(), "static-site": definitionFrom("examples/static-site") };
  for (const [name, definition] of Object.entries(definitions)) {
    for (const [path, content] of Object.entries(definition)) {
      const mode = path.endsWith("!") ? 0o755 : 0o644;
      await server.writeFile(`${name}/${path.replace(/!$/, "")}`, content, { user: "keeper", mode });
    }
    const commit = `cd "$1"; git init -q -b main; git add -A
      git -c user.name=A -c user.email=a@example.org commit -qm Definition`;
    await server.run(["sh", "-ec", commit, "sh", name], { user: "keeper" });
  }
}

/** The server manages itself. */
const HOSTS = `servers:
  hosts:
    home:
      ansible_connection: local
      ansible_python_interpreter: /usr/bin/python3
      ansible_become_method: su
`;

/** Leaves out what is needed once per server, which is most of a run. */
const APPLICATIONS_ALONE = ["--start-at-task", "The inventory is one that can be meant"];

async function writeFiles(server: Server, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await server.writeFile(`${PLAYBOOK}/inventory/${name}`, content);
  }
}

/** How an inventory differs. */
interface Inventory {
  readonly broken?: boolean;
  readonly port?: number;
}

async function writeInventory(server: Server, inventory: Inventory = {}): Promise<void> {
  const { broken = false, port = 8081 } = inventory;
  const key = (await server.readFile("/root/key")).trimEnd();
  const hostKey = (await server.readFile("/etc/ssh/ssh_host_ed25519_key.pub")).trim();
  const access = `    ssh_key: "{{ vault_key }}"\n    ssh_known_hosts: ["keeper.test ${hostKey}"]\n`;
  const definition = (name: string) =>
    `definition: { repository: "ssh://keeper@keeper.test/home/keeper/${name}" }`;
  const nowhere = `  nowhere:
    host: home
    config: { ${definition("nowhere")} }
${access}`;
  const applications = `  notes:
    host: home
    config:
      ${definition("notes")}
      backup: { repository: "sftp:keeper@keeper.test:repositories/notes" }
    restic_password: "{{ vault_password }}"
${access}  static-site:
    host: home
    config:
      ${definition("static-site")}
      variables: { port: ${port} }
${access}`;
  const files = {
    "group_vars/servers/main.yml": `ppm_binary: /root/ppm
ppm_low_ports_from: 80
ppm_journal_on_disk: true
ppm_firewall: true
ppm_claims:
  notes: {}
  static-site: { domains: ["*.localhost"], ports: [8081, 8082] }
`,
    "group_vars/servers/applications.yml": `ppm_applications:\n${broken ? nowhere : ""}${applications}`,
    "group_vars/servers/vault.yml": `vault_password: ${PASSWORD}\nvault_key: |\n${
      key.replaceAll(/^/gm, "  ")
    }\n`,
  };
  await writeFiles(server, { "hosts.yml": HOSTS, ...files });
  await encrypt(server, "inventory/group_vars/servers/vault.yml");
}

/** What an administrator would call the state of the server: files, their owners, modes and content. */
async function listing(server: Server): Promise<string> {
  const script =
    `find /etc /usr/local /home /var/lib /root -xdev -not -path '/var/lib/*/linger*' -not -path '/root/.ansible*' \\
      -not -path '/var/lib/systemd/*' -not -name '*.journal' -not -path '*/.local/share/containers/*' \\
      -not -path '/home/*/data/*' -not -path '/home/*/.cache/*' -not -path '*/.ppm/lock' \\
      \\( -type f -exec sha256sum {} + -o -true \\) -printf '%M %u:%g %p\\n' | sort`;
  return (await server.run(["sh", "-c", script])).stdout;
}

/** What the site says to who asks on the server itself. */
async function page(server: Server, port: number): Promise<string> {
  return (await server.run(["curl", "-sS", `http://127.0.0.1:${port}/`])).stdout;
}

/** Throws with all that Ansible said where a run did not end well. */
function well(played: Played): void {
  equal(played.code, 0, played.stdout + played.stderr);
}

eitherRelease(
  "ansible/ makes of a bare server one with applications, and changes nothing then",
  async (release) => {
    await using server = await bootServer({ release: withAnsible(release), name: "ansible" });
    await makeHome(server);
    await writeInventory(server);
    const said: Played[] = [];
    const run = async (...args: string[]) => {
      const played = await play(server, [...args, "-v", "--diff"]);
      said.push(played);
      return played;
    };

    const bare = await listing(server);
    const checked = await run("--check", "-e", "ppm_begin=notes");
    well(checked);
    ok((checked.recap.home?.changed ?? 0) > 5, checked.stdout);
    equal(await listing(server), bare);

    // One that has no repository and is not said to begin, and one that has no definition: the third comes up all the same.
    await writeInventory(server, { broken: true });
    const failing = await run();
    ok(failing.code !== 0 && /Failed: nowhere, notes\. /.test(failing.stdout), failing.stdout);
    equal((await server.run(["ls", "/home/keeper"])).stdout, "notes\nstatic-site\n");
    match(await page(server, 8081), /<title>/);

    // What a run leaves that is interrupted between ppm setup and ppm restart.
    const interrupted = "sed -i 's/port: 8081/port: 8082/' config.yml && ppm setup";
    await server.run(["sh", "-c", interrupted], { user: "static-site" });
    await writeInventory(server, { port: 8082 });
    well(await run("-e", "ppm_begin=notes", ...APPLICATIONS_ALONE));
    match(await page(server, 8082), /<title>/);
    for (const user of ["notes", "static-site"]) {
      const status = await server.run(["ppm", "status"], { user, check: false });
      equal(status.code, 0, status.stdout + status.stderr);
      equal((await server.run(["stat", "-c", "%a", "config.yml"], { user })).stdout, "600\n");
      equal((await server.run(["ls", "-A"], { user })).stdout.includes(".ansible"), false);
    }

    const stands = await listing(server);
    for (const args of [[], ["--check"]]) {
      const again = await run(...args);
      well(again);
      equal(again.recap.home?.changed, 0, `${args}: ${again.stdout}`);
      equal(await listing(server), stands);
    }

    const words = said.map(({ stdout, stderr }) => stdout + stderr).join("") +
      (await server.run(["journalctl", "--no-pager", "-o", "cat"])).stdout;
    const secrets = [PASSWORD, ...(await server.readFile("/root/key")).split("\n").slice(1, -2)];
    deepEqual(secrets.filter((secret) => words.includes(secret)), []);
  },
);

eitherRelease("ansible/ takes applications away, and their data where that is said", async (release) => {
  await using server = await bootServer({ release: withAnsible(release), name: "ansible" });
  await copyPlaybook(server);
  const notes = await makeNotes(server);
  const site = await makePet(server, { definition: definitionFrom("examples/static-site") }, "site");
  await site.ppm(["setup"]);
  await site.ppm(["start"]);
  await server.user("stray"); // ppm has never set it up, and no backup has its data
  await server.run(["mkdir", "data"], { user: "stray" });
  const toGo = `ppm_applications_removed:
  - { name: stray, host: home, data: true }
  - { name: ${notes.pet.user}, host: home, data: true }
  - { name: site, host: home }
`;
  // The package has made a user of this name.
  const caddy =
    `ppm_applications:\n  caddy: { host: home, config: { definition: { repository: /srv/caddy } } }\n`;
  await writeFiles(server, { "hosts.yml": HOSTS, "group_vars/servers/applications.yml": caddy + toGo });

  const refused = await play(server, APPLICATIONS_ALONE);
  ok(refused.code !== 0 && /Failed: caddy, stray\. /.test(refused.stdout), refused.stdout);
  match(
    refused.stdout,
    /Cannot run \\?"caddy\\?" as a user that the system has for something else \(uid \d+\)/,
  );
  equal(
    (await server.run(["ls", "/home", "/var/lib/ppm/state"])).stdout,
    "/home:\nsite\nstray\n\n/var/lib/ppm/state:\n",
  );
  equal((await server.run(["ls", "-A", "/home/site/config.yml", "/home/site/.ppm"])).code, 0);
  ok(JSON.parse((await notes.restic("snapshots", "--json")).stdout).length > 1, "a last backup");

  await writeFiles(server, { "group_vars/servers/applications.yml": toGo });
  await server.run(["rmdir", "/home/stray/data"]);
  well(await play(server, APPLICATIONS_ALONE));
  equal(
    (await server.run(["ls", "/home", "/var/lib/systemd/linger"])).stdout,
    "/home:\nsite\n\n/var/lib/systemd/linger:\n",
  );
  const gone = await play(server, APPLICATIONS_ALONE);
  well(gone);
  equal(gone.recap.home?.changed, 0, gone.stdout);
});

eitherRelease("ansible/ is clean by ansible-lint and yamllint", async (release) => {
  await using server = await bootServer({ release: withAnsible(release), name: "lint" });
  await copyPlaybook(server);
  const env = { HOME: "/root", LANG: "C.UTF-8" };
  for (const program of ["yamllint --strict .", "ansible-lint --offline --nocolor"]) {
    const script = `cd ${PLAYBOOK} && { test -e .git || git init -q .; } && git add -A && exec ${program}`;
    const { code, stdout, stderr } = await server.run(["sh", "-c", script], {
      env,
      seconds: 300,
      check: false,
    });
    equal(code, 0, `${program}:\n${stdout}${stderr}`);
  }
});
