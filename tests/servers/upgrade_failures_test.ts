/** Upgrades that go wrong, on real servers: everything is as it was, and what was wrong is told. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { eitherRelease, type Ran, type Server } from "./server.ts";
import {
  makeVersions,
  same,
  service,
  together,
  UNITS,
  type VersionOptions,
  type Versions,
} from "./versions.ts";

eitherRelease(
  "ppm upgrade --apply takes back what does not become healthy, and begins nothing without a good backup",
  async (release) => {
    await together(release, [crash, crashLoop, oneshot, unhealthy, container, noBackup]);
  },
);

/** What a bad version does to the data before it fails. */
const RUIN =
  "rm data/files/plain; echo ruined >data/files/run; echo left >data/files/left; echo 'I give up' >&2;";

/** Releases a version that fails; sees that it is taken back wholly, and that its data is kept aside. */
async function fails(
  app: Versions,
  options: VersionOptions,
  says: RegExp,
  ...flags: readonly string[]
): Promise<Ran> {
  const before = await app.stands();
  const [standing] = (await app.history()).filter((each) => each.stands);
  const aside = await app.aside();
  const commit = await app.release(options);
  const ran = await app.ends(7, "upgrade", "--apply", ...flags);
  match(ran.stderr, says);
  match(
    ran.stderr,
    new RegExp(`Cannot upgrade to ${commit.slice(0, 12)}: generation ${standing.generation} is back`),
  );
  same(await app.stands(), before, "not everything is as it was");
  ok(await app.up());
  const [failed] = await app.history();
  deepStrictEqual([failed.outcome, failed.stands, failed.description.source.commit], [
    "failed",
    false,
    commit,
  ]);
  const [kept, ...more] = (await app.aside()).filter((name) => !aside.includes(name));
  deepStrictEqual([kept, more], [failed.failedData, []]);
  match(kept ?? "", /^data\.failed-/);
  ok(ran.stderr.includes(kept ?? "?"), ran.stderr);
  strictEqual((await app.inside(["cat", `${kept}/files/left`])).stdout, "left\n");
  strictEqual((await app.inside(["cat", `${kept}/files/run`])).stdout, "ruined\n");
  strictEqual(
    (await app.inside(["grep", "-c", options.version ?? "", "data/journal"]).catch(() => ({ stdout: "0" })))
      .stdout.trim(),
    "0",
  );
  strictEqual(await app.show("ppm-recover.timer", "ActiveState"), "inactive");
  strictEqual(
    (await app.pet.run(["sh", "-c", "ls .ppm | grep -E 'switch|hold|spare|move|intent|swap' || true"]))
      .stdout,
    "",
  );
  match((await app.done("setup")).stderr, /Nothing to do/);
  return ran;
}

/** A version that ends at once; and how long its commit is left alone. */
async function crash(server: Server): Promise<void> {
  const app = await makeVersions(server, { user: "crash" });
  const ran = await fails(app, { version: "bad", does: `${RUIN} exit 3` }, /notes\.service/);
  match(ran.stderr, /notes\.service: failed \(exit code 3\)\n(?: {4}.*\n)*? {4}I give up/);
  const bad = await app.head();

  const byHand = await app.refused(1, /left alone since .*: it failed/, "upgrade", "--apply");
  match(byHand.stderr, new RegExp(`ppm upgrade --apply --retry ${bad.slice(0, 12)}`));
  await app.refused(0, /left alone/, "upgrade", "--apply", "--scheduled");
  await app.refused(2, /Cannot try "1234567" again/, "upgrade", "--apply", "--retry", "1234567");
  match((await app.done("status")).stdout, new RegExp(bad.slice(0, 7)));
  await app.ends(7, "upgrade", "--apply", "--retry", bad.slice(0, 8));
  await app.refused(0, /left alone/, "upgrade", "--apply", "--scheduled");
  await app.release({ version: "good" });
  await app.done("upgrade", "--apply", "--scheduled");
  strictEqual(await app.writer(), "version good");
  const [last] = await app.history();
  deepStrictEqual([last.by, last.outcome, last.generation], ["timer", "done", 4]);
}

/** Two seconds of health are none. */
async function crashLoop(server: Server): Promise<void> {
  const app = await makeVersions(server, { user: "loop" });
  const unit = service("/bin/bash %h/.config/notes/run", { lines: "Restart=always\nRestartSec=100ms\n" });
  const does = `${RUIN} sleep 2; exit 1`;
  await fails(app, { version: "bad", does, files: { [`${UNITS}/notes.service`]: unit } }, /notes\.service/);
}

/** A oneshot that fails beside a service that is well. */
async function oneshot(server: Server): Promise<void> {
  const app = await makeVersions(server, { user: "oneshot" });
  const unit = service("/bin/sh -c 'echo no such table >&2; exit 5'", {
    lines: "Type=oneshot\nRemainAfterExit=yes\n",
  });
  const ran = await fails(app, {
    version: "bad",
    does: RUIN,
    enableunits: ["notes.service", "migrate.service"],
    files: { [`${UNITS}/migrate.service`]: unit },
  }, /migrate\.service/);
  match(ran.stderr, /no such table/);
}

/** A service that runs, and is not well. */
async function unhealthy(server: Server): Promise<void> {
  const app = await makeVersions(server, { user: "unhealthy" });
  const check = "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo the pages are blank; exit 1'\n";
  await fails(app, {
    version: "bad",
    does: RUIN,
    appinfo: "healthcheck: { unit: check.service, interval: 1s, startperiod: 2s, retries: 2 }\n",
    files: { [`${UNITS}/check.service`]: check },
  }, /the pages are blank/);
  await app.pet.commit({ [`${UNITS}/check.service`]: null });
  await fails(app, {
    version: "bad",
    does: RUIN,
    appinfo: "healthcheck: { http: { port: 8777 }, interval: 1s, startperiod: 2s, retries: 2 }\n",
  }, /8777.* refuses connections/);
}

/** Data of a container goes back owner for owner. */
async function container(server: Server): Promise<void> {
  const app = await makeVersions(server, { user: "container", container: true });
  const does = `cd /data/files; chown -R 77:77 database; cd /; ${RUIN.replaceAll("data/", "/data/")} exit 1`;
  await fails(app, { version: "bad", container: true, does }, /notes\.service/);
  match(await app.present(), /999:999/);
}

/** Nothing is begun that could not be undone. */
async function noBackup(server: Server): Promise<void> {
  const app = await makeVersions(server, { user: "nobackup" });
  await app.release({ version: "2" });
  const password = { user: app.pet.user, mode: 0o600 };
  await server.writeFile(".restic-password", "another", password);
  await app.refused(6, /password/, "upgrade", "--apply");
  await server.writeFile(".restic-password", "canary-of-the-repository", password);

  await server.run(["mv", app.path, `${app.path}.gone`]);
  await app.refused(6, /repository/, "upgrade", "--apply", "--scheduled");
  await server.run(["mv", `${app.path}.gone`, app.path]);

  await app.done("backup");
  await app.idle();
  await app.pet.run(["sh", "-c", "mkdir kept && mv data/files/* kept/"]);
  const ran = await app.ends(6, "upgrade", "--apply");
  match(ran.stderr, /Cannot upgrade without a good snapshot/);
  match(ran.stderr, /--accept/);
  ok(await app.up());
  strictEqual(await app.writer(), "version 1");
  await app.pet.run(["sh", "-c", "mv kept/* data/files/ && rmdir kept"]);
  await app.done("upgrade", "--apply");
  strictEqual(await app.writer(), "version 2");
}
