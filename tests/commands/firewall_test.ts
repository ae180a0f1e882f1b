import assert from "node:assert/strict";
import { firstPortOfUsers } from "../../src/neighbours/firewall/reach.ts";
import { formatState } from "../../src/neighbours/state_file.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { anApplication, aPort, aPublication } from "../support/publication.ts";
import { runPpm } from "../support/run_ppm.ts";

const STATE = "/var/lib/ppm/state";
const ROOT = { name: "root", uid: 0, gid: 0, home: "/root", runtimedirectory: "/run/user/0" };

/** A server, as root sees it, on which these users publish these ports. */
function aServer(
  publications: Readonly<Record<string, readonly Parameters<typeof aPort>[]>>,
  directory = STATE,
  sitesOf: Readonly<Record<string, readonly string[]>> = {},
): FakeSystem {
  const system = new FakeSystem({ user: ROOT });
  system.addFile(`${directory}/.keep`, "");
  system.removeFile(`${directory}/.keep`);
  Object.entries(publications).forEach(([user, asked], at) => {
    const { ports, sites, times, ...rest } = anApplication(
      aPublication(user, { sites: sitesOf[user] ?? [], ports: asked.map((port) => aPort(...port)) }),
    );
    const plugins = { website: { sites }, firewall: { open: ports } };
    const path = `${directory}/${user}/state.yml`;
    system.addFile(path, formatState({ version: 1, ...rest, plugins, times }, [], { line: 1, column: 1 }));
    system.users.set(user, 2000 + at);
    for (const owned of [`${directory}/${user}`, path]) system.owners.set(owned, 2000 + at);
  });
  // Nothing is mounted below the state directory, and users may listen from port 80 on.
  return system.program("cat", (args) => ({ stdout: args.at(-1)?.endsWith("_port_start") ? "80\n" : "" }));
}

/** The lines of a script that are rules of nft. */
function rulesOf(script: string): readonly string[] {
  return [...script.matchAll(/^\t\t(.* (?:drop|accept comment .*))$/gm)].map(([, rule = ""]) => rule);
}

Deno.test("ppm firewall prints a script for nft, with what applications ask for by user", async () => {
  const system = aServer({ web: [["443"]], forgejo: [["2222", ["10.0.0.0/8"]]] });
  const { code, stdout, stderr } = await runPpm("firewall", { system });
  assert.deepEqual([code, stderr], [0, ""]);
  assert.deepEqual(rulesOf(stdout), [
    'ip saddr { 10.0.0.0/8 } tcp dport 2222 accept comment "forgejo (app)"',
    'tcp dport 443 accept comment "web (app)"',
    "tcp dport 443 drop",
    "tcp dport 2222 drop",
  ]);
});

Deno.test("ppm firewall writes for another firewall, and reads another directory, where it is told to", async () => {
  const system = aServer({ web: [["443"]] }, "/srv/state");
  const { code, stdout } = await runPpm("firewall --format ufw --state-directory /srv/state/", { system });
  assert.equal(code, 0);
  assert.match(stdout, /^allow 443\/tcp$/m);
  const wrong = await runPpm("firewall --format iptables", { system });
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /"iptables" for --format: expected nft, firewalld or ufw/);
});

Deno.test("ppm firewall leaves out ports at which no user may listen, unless claims give them", async () => {
  const system = aServer({ web: [["80"], ["79"]], evil: [["22", ["10.0.0.1/32"]], ["1-100/udp"]] });
  const { code, stdout, stderr } = await runPpm("firewall", { system });
  assert.equal(code, 0);
  assert.deepEqual(rulesOf(stdout), ['tcp dport 80 accept comment "web (app)"', "tcp dport 80 drop"]);
  assert.match(stderr, /^warning: evil asks for 1-100\/udp, 22\/tcp, which is left out: .*from port 80 on/m);
  assert.match(stdout, /^# Left out: web asks for 79\/tcp, .* no \/etc\/ppm\/claims\.yml gives it$/m);
  system.addFile("/etc/ppm/claims.yml", "evil: { ports: [22] }\n");
  for (const path of ["/etc", "/etc/ppm", "/etc/ppm/claims.yml"]) system.owners.set(path, 0);
  assert.deepEqual(rulesOf((await runPpm("firewall", { system })).stdout), [
    'ip saddr { 10.0.0.1 } tcp dport 22 accept comment "evil (app)"',
    "tcp dport 22 drop",
  ]);
});

Deno.test("firstPortOfUsers() takes the kernel's word, and 1024 where it has none", async () => {
  const system = new FakeSystem();
  for (const [said, first] of [["443\n", 443], ["0\n", 0], ["", 1024], ["x\n", 1024]] as const) {
    system.program("cat", () => ({ stdout: said }));
    assert.equal(await firstPortOfUsers(system), first);
  }
});

Deno.test("ppm firewall prints nothing where there is no application, unless it is told to", async () => {
  const refused = await runPpm("firewall", { system: aServer({}) });
  assert.deepEqual([refused.code, refused.stdout], [1, ""]);
  assert.match(
    refused.stderr,
    /there is no application in \/var\/lib\/ppm\/state\n.*ppm firewall --allow-empty/,
  );
  const allowed = await runPpm("firewall --allow-empty", { system: aServer({}) });
  assert.equal(allowed.code, 0);
  assert.deepEqual(rulesOf(allowed.stdout), []);
  const silent = await runPpm("firewall", { system: aServer({ web: [] }) });
  assert.deepEqual([silent.code, rulesOf(silent.stdout)], [0, []]);
});

Deno.test("ppm firewall prints nothing where two applications ask for one port, or claims.yml is wrong", async () => {
  const both = await runPpm("firewall", { system: aServer({ web: [["443"]], evil: [["400-500"]] }) });
  assert.deepEqual([both.code, both.stdout], [1, ""]);
  assert.match(both.stderr, /443\/tcp.*evil and web/);
  const wrong = aServer({ web: [["443"]] });
  wrong.addFile("/etc/ppm/claims.yml", "web: { port: [443] }\n");
  for (const path of ["/etc", "/etc/ppm", "/etc/ppm/claims.yml"]) wrong.owners.set(path, 0);
  const { code, stdout } = await runPpm("firewall", { system: wrong });
  assert.deepEqual([code, stdout], [4, ""]);
});

Deno.test("ppm firewall makes rules where two applications want one domain: nobody is to keep ports open by it", async () => {
  const sites = { forgejo: ["git.example.org=3000"], evil: ["git.example.org=3001"] };
  const system = aServer({ forgejo: [["2222", ["10.0.0.0/8"]]], evil: [] }, STATE, sites);
  const { code, stdout } = await runPpm("firewall", { system });
  assert.equal(code, 0);
  assert.deepEqual(rulesOf(stdout).at(-1), "tcp dport 2222 drop");
});

Deno.test("ppm firewall warns of what does not count, says so in the script, and makes the other rules", async () => {
  const system = aServer({ web: [["443"]], evil: [["22"]] });
  system.owners.set(`${STATE}/evil/state.yml`, 2000);
  system.refusals.set(`${STATE}/evil/state.yml`, "belongs to somebody else");
  const { code, stdout, stderr } = await runPpm("firewall", { system });
  assert.equal(code, 0);
  assert.match(stderr, /^warning: .*evil.*belongs to somebody else/);
  assert.match(stdout, /^# Left out: .*evil.*belongs to somebody else$/m);
  assert.equal(rulesOf(stdout).length, 2);
});

Deno.test("ppm firewall closes a port that claims give for other networks, and lets one be that they do not give", async () => {
  const system = aServer({ web: [["443"], ["22"], ["80", ["10.1.0.0/16", "192.0.2.0/24"]]] });
  system.addFile("/etc/ppm/claims.yml", "web: { ports: [80, 443], networks: [10.0.0.0/8] }\n");
  for (const path of ["/etc", "/etc/ppm", "/etc/ppm/claims.yml"]) system.owners.set(path, 0);
  const { code, stdout } = await runPpm("firewall", { system });
  assert.equal(code, 0);
  assert.deepEqual(rulesOf(stdout), [
    'ip saddr { 10.1.0.0/16 } tcp dport 80 accept comment "web (app)"',
    "tcp dport 80 drop",
    "tcp dport 443 drop",
  ]);
});
