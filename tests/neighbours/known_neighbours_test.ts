import assert from "node:assert/strict";
import type { FileStat } from "../../src/host/system.ts";
import { formatState } from "../../src/neighbours/state_file.ts";
import { conflictText } from "../../src/neighbours/conflicts.ts";
import { knownNeighbours } from "../../src/neighbours/known_neighbours.ts";
import type { Site } from "../../src/definition/site.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aSite } from "../support/publication.ts";

const STATE = "/var/lib/ppm/state";

/** A server on which ann and ben publish these sites; `claims` are root's. */
class Server extends FakeSystem {
  constructor(sites: Readonly<Record<"ann" | "ben", string>>, claims?: string) {
    super();
    this.program("cat", () => ({ stdout: "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n" })); // of /proc/self/mountinfo
    for (const [at, user] of (["ann", "ben"] as const).entries()) {
      this.users.set(user, 2001 + at);
      this.owners.set(`${STATE}/${user}`, 2001 + at);
      this.owners.set(`${STATE}/${user}/state.yml`, 2001 + at);
      this.addFile(`${STATE}/${user}/state.yml`, stateOf(user, aSite(sites[user])));
    }
    if (claims !== undefined) this.addFile("/etc/ppm/claims.yml", claims);
  }

  override lstat(path: string): FileStat | undefined {
    const stat = super.lstat(path);
    return stat && (path === STATE || path.startsWith("/etc/ppm") ? { ...stat, uid: 0 } : stat);
  }
}

function stateOf(user: string, site: Site): string {
  return formatState(
    {
      version: 1,
      instance: user,
      user,
      host: "server",
      app: { name: "app", description: "", version: "1" },
      definition: { repository: "https://git.example.org/app.git", commit: "0".repeat(40) },
      units: ["app.service"],
      plugins: { website: { sites: [site] } },
      state: {},
      times: {},
    },
    [],
    { line: 1, column: 1 },
  );
}

/** What is known of that server, in short. */
async function known(server: Server): Promise<Record<string, readonly string[]>> {
  const { published, neighbourhood, conflicts } = await knownNeighbours(server, STATE);
  const short = (each: { readonly user: string; readonly sites: readonly Site[] }) =>
    `${each.user}: ${each.sites.map(({ domain, port }) => `${domain}=${port}`).join(" ")}`;
  return {
    published: published.map(short),
    counts: neighbourhood.applications.map(short),
    leftOut: neighbourhood.leftOut.map(({ message }) => message),
    conflicts: conflicts.map(conflictText),
  };
}

Deno.test("knownNeighbours() finds what two want, where root keeps no claims", async () => {
  const both = ["ann: a.org=80", "ben: a.org=81"];
  assert.deepEqual(await known(new Server({ ann: "a.org=80", ben: "a.org=81" })), {
    published: both,
    counts: both,
    leftOut: [],
    conflicts: ["ann and ben both want the domain a.org"],
  });
});

Deno.test("knownNeighbours() finds no conflict with what claims do not give", async () => {
  const server = new Server({ ann: "a.org=80", ben: "a.org=80" }, "ann: { domains: [a.org], ports: [80] }\n");
  assert.deepEqual(await known(server), {
    published: ["ann: a.org=80", "ben: a.org=80"],
    counts: ["ann: a.org=80", "ben: "],
    leftOut: ["ben: the site a.org is not given to it in /etc/ppm/claims.yml"],
    conflicts: [],
  });
});

Deno.test("knownNeighbours() lets two share a domain that claims give to both", async () => {
  const claims = "ann: { domains: [a.org], ports: [80] }\nben: { domains: [a.org], ports: [81] }\n";
  const server = new Server({ ann: "a.org/x=80", ben: "a.org/y=81" }, claims);
  assert.deepEqual((await known(server)).conflicts, []);
  const same = new Server({ ann: "a.org/x=80", ben: "a.org/x=81" }, claims);
  assert.deepEqual((await known(same)).conflicts, ["ann and ben both want the domain a.org/x"]);
});

Deno.test("knownNeighbours() throws for claims that are wrong, whatever is published", async () => {
  const server = new Server({ ann: "a.org=80", ben: "b.org=81" }, "ann: { prots: [80] }\n");
  await assert.rejects(() => knownNeighbours(server, STATE), /claims\.yml:1:8: Unknown key "prots"/);
});
