/** `ppm upgrade` on real servers: what it shows, moves and does, and what it leaves alone. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { eachRelease, type Release, type Server } from "./server.ts";
import { IDLE, makeVersions, same, together, UNITS, type Versions } from "./versions.ts";

eachRelease("ppm upgrade shows, moves and applies what is new", async (release) => {
  await together(release, [plain, applied, invalid, stopped, units, widened]);
});

/** Only the clone moves, and not even that in a dry run. */
async function plain(server: Server): Promise<void> {
  const app = await makeVersions(server, { user: "plain" });
  const runs = await app.runs();
  const commit = await app.release({ version: "2" });
  const before = await app.pet.listing("^\\./data");
  const dry = await app.done("upgrade", "--dry-run");
  match(dry.stdout, /^notes 1 → 2: 1 commit on the branch main$/m);
  same(await app.pet.listing("^\\./data"), before, "--dry-run has changed something");

  const shown = JSON.parse((await app.done("upgrade", "--dry-run", "--json")).stdout);
  deepStrictEqual(Object.keys(shown), ["outcome", "upgrade", "generation", "snapshot", "started", "message"]);
  strictEqual(shown.outcome, "shown");
  strictEqual(shown.upgrade.to.commit, commit);
  strictEqual(shown.upgrade.commits.length, 1);
  same(await app.pet.listing("^\\./data"), before, "--dry-run --json has changed something");

  const { stdout } = await app.done("upgrade");
  match(stdout, /ppm setup/);
  match(stdout, /ppm restart/);
  const moved = (await app.pet.listing("^\\./data")).split("\n");
  const changed = moved.filter((line) => !before.split("\n").includes(line)).map((line) =>
    line.split(" ")[1]
  );
  deepStrictEqual(
    changed.filter((path) => !/^\.\/\.ppm(\/(definition(\/.*)?|upgrades\.json|lock))?$/.test(path ?? "")),
    [],
  );
  strictEqual(
    (await app.pet.run(["git", "-C", ".ppm/definition", "rev-parse", "HEAD"])).stdout.trim(),
    commit,
  );
  strictEqual(await app.runs(), runs);
  await app.done("setup");
  strictEqual(await app.runs(), runs);
  await app.done("restart");
  strictEqual(await app.writer(), "version 2");
  const [last] = await app.history();
  strictEqual(last.by, "setup");
  strictEqual(last.description.source.commit, commit);
  match((await app.done("upgrade")).stderr, /^Nothing to do: the branch main is at /m);
}

/** `--apply`: done, done already, and done without anybody noticing. */
async function applied(server: Server): Promise<void> {
  const app = await makeVersions(server, { user: "applied" });
  const data = await app.present();
  await app.release({ version: "2" });
  const done = await app.done("upgrade", "--apply");
  match(done.stderr, /notes 2 stands: generation 2\n$/);
  strictEqual(await app.writer(), "version 2");
  strictEqual(await app.present(), data);
  ok(await app.up());
  const [last] = await app.history();
  strictEqual(last.by, "upgrade");
  strictEqual(last.outcome, "done");
  strictEqual(last.previous, 1);
  ok((await app.good()).some(({ id }) => id.startsWith(last.snapshot)));
  strictEqual(await app.show("ppm-recover.timer", "ActiveState"), "inactive");
  strictEqual(
    (await app.pet.run(["sh", "-c", "ls .ppm | grep -E 'switch|hold|spare|move|intent|swap' || true"]))
      .stdout,
    "",
  );

  match((await app.refused(0, /^Nothing to do: /m, "upgrade", "--apply")).stderr, /and that is what stands/);
  match((await app.refused(0, /^Nothing to do: /m, "upgrade", "--apply", "--scheduled")).stderr, /Nothing/);

  const runs = await app.runs();
  await app.pet.commit({ "README.md": "Words\n" });
  const quiet = JSON.parse((await app.done("upgrade", "--apply", "--json")).stdout);
  strictEqual(quiet.outcome, "applied");
  deepStrictEqual(quiet.started, []);
  strictEqual(quiet.snapshot, null);
  strictEqual(await app.runs(), runs);
  strictEqual((await app.history())[0].description.source.commit, await app.head());
  match((await app.done("setup")).stderr, /Nothing to do/);
}

/** What cannot be used changes nothing. */
async function invalid(server: Server, release: Release): Promise<void> {
  const app = await makeVersions(server, { user: "invalid" });
  await app.release({
    version: "2",
    appinfo: "variables:\n  domain: { type: hostname, description: Where }\n",
  });
  await app.refused(4, /domain/, "upgrade", "--apply");
  await app.refused(4, /domain/, "upgrade");
  await app.release({
    version: "2",
    files: { "templates/.config/notes/broken.eta": "<%= it.nothing.there %>\n" },
  });
  await app.refused(4, /broken\.eta:1:\d+/, "upgrade", "--apply");
  await app.pet.commit({
    "templates/.config/notes/broken.eta": null,
    [`${UNITS}/notes.service`]: "[Service]\nExecStrat=/bin/true\n",
  });
  await app.refused(4, /notes\.service/, "upgrade", "--apply");
  const broken = "[Container]\nImage=localhost/busybox\nVolum=x:/y\n[Install]\nWantedBy=notes.target\n";
  await app.release({
    version: "2",
    files: { "templates/.config/containers/systemd/box.container": broken },
  });
  if (release === "trixie") await app.refused(4, /box\.container/, "upgrade", "--apply");
  await app.pet.commit({
    "templates/.config/containers/systemd/box.container": null,
    "appinfo.yml": "name: [\n",
  });
  await app.refused(4, /appinfo\.yml/, "upgrade", "--apply", "--scheduled");
  await app.release({ version: "2" });
  await app.done("upgrade", "--apply");
  strictEqual(await app.writer(), "version 2");
}

/** What somebody has stopped stays so. */
async function stopped(server: Server): Promise<void> {
  const extra = {
    enableunits: ["notes.service", "idle.service"],
    files: { [`${UNITS}/idle.service`]: IDLE },
  };
  const app = await makeVersions(server, { user: "stopped", ...extra });
  const data = await app.present();
  await app.pet.run(["systemctl", "--user", "stop", "idle.service"]);
  await app.release({ version: "2", ...extra });
  await app.done("upgrade", "--apply");
  strictEqual(await app.writer(), "version 2");
  strictEqual(await app.show("idle.service", "ActiveState"), "inactive");

  await app.done("stop");
  await app.release({ version: "3", ...extra, files: { [`${UNITS}/idle.service`]: `${IDLE}# another\n` } });
  match((await app.done("upgrade", "--apply")).stderr, /The application was stopped, and stays so/);
  for (const unit of ["notes.target", "notes.service", "idle.service"]) {
    strictEqual(await app.show(unit, "ActiveState"), "inactive", unit);
  }
  strictEqual(await app.writer(), "version 2");
  strictEqual(await app.present(), data);
  const [last] = await app.history();
  strictEqual(last.generation, 3);
  ok((await app.good()).some(({ id }) => id.startsWith(last.snapshot)));
  await app.done("start");
  strictEqual(await app.writer(), "version 3");
  strictEqual(await app.show("idle.service", "ActiveState"), "active");
}

/** Units come, go and are renamed, the target among them; and all of it back again. */
async function units(server: Server): Promise<void> {
  const old = { enableunits: ["notes.service", "old.service"], files: { [`${UNITS}/old.service`]: IDLE } };
  const app = await makeVersions(server, { user: "units", ...old });
  const next = {
    mainunit: "book",
    enableunits: ["notes.service", "new.service"],
    files: {
      [`${UNITS}/old.service`]: null,
      [`${UNITS}/new.service`]: IDLE.replace("notes.target", "book.target"),
    },
  };
  const before = await app.stands();
  await app.release({ version: "2", ...next, does: "rm data/files/plain; echo ruined >data/left; exit 1" });
  await app.ends(7, "upgrade", "--apply");
  same(await app.stands(), before, "not everything is back");
  await states(app, {
    up: ["notes.target", "notes.service", "old.service"],
    gone: ["book.target", "new.service"],
  });

  await app.release({
    version: "3",
    ...next,
    files: { [`${UNITS}/new.service`]: next.files[`${UNITS}/new.service`] ?? null },
  });
  await app.done("upgrade", "--apply");
  await states(app, {
    up: ["book.target", "notes.service", "new.service"],
    gone: ["notes.target", "old.service"],
  });
  match((await app.done("status")).stdout, /version +3|notes 3/);

  await app.done("rollback");
  await states(app, {
    up: ["notes.target", "notes.service", "old.service"],
    gone: ["book.target", "new.service"],
  });
  strictEqual(await app.writer(), "version 1");
}

async function states(
  app: Versions,
  { up, gone }: { readonly up: readonly string[]; readonly gone: readonly string[] },
): Promise<void> {
  for (const unit of up) strictEqual(await app.show(unit, "ActiveState"), "active", unit);
  for (const unit of gone) {
    strictEqual(await app.show(unit, "ActiveState"), "inactive", unit);
    strictEqual(await app.show(unit, "LoadState"), "not-found", unit);
  }
  const wanted = await app.pet.run(["ls", ".config/systemd/user/default.target.wants"]);
  for (const unit of up.filter((each) => each.endsWith(".target"))) {
    ok(wanted.stdout.includes(unit), wanted.stdout);
  }
  for (const unit of gone) ok(!wanted.stdout.includes(unit), wanted.stdout);
}

/** What opens more than before is for somebody to see, unless the version that runs says otherwise. */
async function widened(server: Server): Promise<void> {
  const asks = (widen: boolean, ...ports: readonly number[]) => ({
    backedUp: false,
    plugins: `  upgrade_scheduled: { widen: ${widen} }\n  firewall: { open: [${ports.join(", ")}] }\n`,
  });
  const app = await makeVersions(server, { user: "widened", ...asks(false, 443) });
  const scheduled = ["upgrade", "--apply", "--scheduled"];
  const commit = await app.release({ version: "2", ...asks(true, 443, 444) });
  const ran = await app.refused(9, /444\/tcp/, ...scheduled);
  match(ran.stderr, new RegExp(`Cannot upgrade to ${commit.slice(0, 12)} unattended: it asks for more`));
  ok(!ran.stderr.includes("443/tcp"), ran.stderr);
  match(ran.stderr, /ppm upgrade --apply/);
  match((await app.done("upgrade", "--apply", "--dry-run")).stdout, /444\/tcp/);
  await app.done("upgrade", "--apply");
  await app.release({ version: "3", ...asks(false, 443, 444, 445) });
  await app.done(...scheduled); // the version that ran let it
  strictEqual(await app.writer(), "version 3");

  const idle = { enableunits: ["notes.service", "idle.service"], files: { [`${UNITS}/idle.service`]: IDLE } };
  await app.release({ version: "4", ...asks(true, 443), ...idle });
  await app.refused(9, /program \/bin\/sleep/, ...scheduled);
  await app.release({ version: "5", ...asks(true, 443), files: { [`${UNITS}/idle.service`]: null } });
  await app.done(...scheduled); // it asks for less
  strictEqual(await app.writer(), "version 5");
}
