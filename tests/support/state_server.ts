/** A server on which two applications publish a site each. */
import type { Site } from "../../src/definition/site.ts";
import type { FileStat } from "../../src/host/system.ts";
import { formatState } from "../../src/neighbours/state_file.ts";
import { FakeSystem } from "./fake_system.ts";
import { aSite } from "./publication.ts";

/** Its state directory. */
export const STATE = "/var/lib/ppm/state";

/** A server on which ann and ben publish these sites; `claims` are root's. */
export class StateServer extends FakeSystem {
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
