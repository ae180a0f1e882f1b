import assert from "node:assert/strict";
import { load } from "js-yaml";
import * as z from "zod/mini";
import { MANAGERS, nameOf, type Package } from "../../src/doctor/packages.ts";
import { examineNetwork } from "../../src/doctor/programs.ts";
import { FakeSystem } from "../support/fake_system.ts";

/** What every server needs, in the order of the role. */
const NEEDED: readonly Package[] = ["git", "restic", "podman", "uidmap", "passt"];

/** What apt's role has besides: what comes with systemd elsewhere. */
const BESIDES_OF_APT = ["dbus-user-session", "libpam-systemd", "slirp4netns"];

const Variables = z.looseObject({
  server_packages: z.union([z.array(z.string()), z.string()]),
  server_packages_of_all: z.optional(z.array(z.string())),
});

/** Returns all packages that the role may install with a package manager, where a condition decides too. */
async function packagesOfRole(manager: string): Promise<readonly string[]> {
  const file = new URL(`../../ansible/roles/server/vars/${manager}.yml`, import.meta.url);
  const { server_packages, server_packages_of_all = [] } = Variables.parse(
    load(await Deno.readTextFile(file)),
  );
  if (typeof server_packages !== "string") return server_packages;
  const conditional = Array.from(server_packages.matchAll(/\['([^']+)'\]/g), ([, name = ""]) => name);
  return [...server_packages_of_all, ...conditional];
}

Deno.test("nameOf() knows the packages that the playbook installs, by the same names", async () => {
  for (const manager of MANAGERS) {
    const role = await packagesOfRole(manager.program.replace("apt-get", "apt"));
    const names = NEEDED.map((wanted) => nameOf(manager, wanted));
    for (const name of names) assert.ok(role.includes(name), `${manager.program}: the role lacks ${name}`);
    const besides = role.filter((name) => !names.includes(name)).toSorted();
    const allowed = manager.program === "apt-get" ? BESIDES_OF_APT : ["slirp4netns"];
    assert.deepEqual(
      besides.filter((name) => !allowed.includes(name)),
      [],
      `${manager.program}: more than doctor knows`,
    );
  }
  const apt = await packagesOfRole("apt");
  assert.deepEqual(BESIDES_OF_APT.filter((name) => !apt.includes(name)), []);
});

Deno.test("there is one of MANAGERS for each file of the role's vars", () => {
  const files = Array.from(
    Deno.readDirSync(new URL("../../ansible/roles/server/vars", import.meta.url)),
    ({ name }) => name.replace(".yml", ""),
  );
  const known = MANAGERS.map(({ program }) => program.replace("apt-get", "apt"));
  assert.deepEqual(files.filter((name) => name !== "main").toSorted(), known.toSorted());
});

Deno.test("examineNetwork() asks for what the podman that is there connects containers with", async () => {
  for (const [version, name] of [["4.3.1", "slirp4netns"], ["4.9", "slirp4netns"], ["5.4.2", "passt"]]) {
    const system = new FakeSystem().program("apt-get", () => ({}))
      .program("podman", () => ({ stdout: `podman version ${version}\n` }));
    const [finding] = await examineNetwork(system, { session: true });
    assert.equal(finding?.what, "neither pasta nor slirp4netns is there");
    assert.deepEqual(finding.rootSteps.map(({ command }) => command), [`apt-get install -y ${name}`]);
  }
  const dumb = new FakeSystem().program("apt-get", () => ({}));
  const [finding] = await examineNetwork(dumb, { session: false });
  assert.equal(finding?.rootSteps[0]?.command, "apt-get install -y passt");
  assert.deepEqual(dumb.invocations, [], "without a session podman says nothing");
  for (const program of ["pasta", "slirp4netns"]) {
    const [there] = await examineNetwork(new FakeSystem().program(program, () => ({})), { session: true });
    assert.equal(there?.state, "good");
  }
});
