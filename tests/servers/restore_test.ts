/** Data comes back, on real servers with the real restic: each row of the table of `ppm setup`, `ppm restore`, `ppm drill`, `ppm clean`, and RECOVER.md by hand. */
import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { makeNotes, Notes, PASSWORD } from "./backup_support.ts";
import { Pet } from "./pet.ts";
import { bootServer, eachRelease, eitherRelease, makeImage, type Ran, type Server } from "./server.ts";

/** Changes the snapshots as restic can, behind ppm's back. */
async function retag(notes: Notes, ...args: readonly string[]): Promise<void> {
  await notes.restic("tag", ...args);
}

function refused({ code, stderr }: Ran, message: RegExp, hint: RegExp): void {
  strictEqual(code, 8, stderr);
  match(stderr, message);
  match(stderr, hint);
}

eachRelease("ppm setup follows the table where data/ is missing or empty", async (release) => {
  await using server = await bootServer({ release });
  const notes = await makeNotes(server, { backedUp: false });
  const home = (script: string) => notes.pet.run(["sh", "-c", `cd && ${script}`]);
  const gone = async () => strictEqual(await notes.exists("data"), false);

  refused(await notes.ppm("setup"), /no snapshot of "app"; it is empty/, /--fresh/);
  await gone();
  await notes.restic("backup", "-q", "--host", "wiki", "/etc/hostname");
  await server.run(["chown", "-R", "app:", notes.path]);
  refused(await notes.ppm("setup"), /it holds "wiki"/, /--fresh/);
  await gone();
  strictEqual(await notes.exists(".ppm/secrets.yml"), false);
  strictEqual((await notes.ppm("setup", "--dry-run", "--fresh")).code, 0);
  await gone();
  await notes.begin();
  const data = await notes.present();
  match((await notes.done("setup")).stderr, /Nothing to do/);
  await notes.done("setup", "--fresh");
  strictEqual(await notes.present(), data);

  await notes.pet.run(["systemctl", "--user", "stop", "notes.target"]);
  for (
    const [make, message] of [
      ["ln -s away data", /symbolic link/],
      ["touch data", /not a directory/],
      ["mkdir data", /it is empty/],
    ] as const
  ) {
    await home(`mv data away && ${make}`);
    refused(await notes.ppm("setup"), message, /./);
    refused(await notes.ppm("setup", "--from", "0123"), message, /./);
    await home("rm -d data && mv away data");
  }
  await home("mv data away && mkdir data");
  refused(await notes.ppm("setup", "--fresh"), /holds good snapshots of "app"/, /ppm setup/);
  await home("rmdir data && mv away data");
  await server.run(["mount", "--bind", "/home/app/data", "/home/app/data"]);
  refused(await notes.ppm("setup"), /mount point/, /home directory/);
  await server.run(["umount", "/home/app/data"]);
  await server.run(["chown", "nobody", "/home/app/data"]);
  refused(await notes.ppm("setup"), /belongs to uid/, /chown app/);
  await server.run(["chown", "app", "/home/app/data"]);

  await notes.lose();
  refused(await notes.ppm("setup", "--fresh"), /holds good snapshots/, /ppm setup/);
  const [good] = await notes.good();
  ok(good !== undefined);
  await retag(notes, "--remove", "ppm-good", "--add", "ppm-suspect", good.id);
  await server.run(["chown", "-R", "app:", notes.path]);
  const ask = await notes.ppm("setup");
  refused(ask, /none that counts as good/, /ppm setup --from/);
  refused(await notes.ppm("setup", "--fresh"), /none that counts as good/, /--from/);
  await gone();
  const named = /--from (\w+)/.exec(ask.stderr)?.[1] ?? "";
  match((await notes.done("setup", "--from", named)).stderr, /does not count as good: it is suspect/);
  strictEqual(await notes.present(), data);

  await notes.lose();
  await notes.pet.run(["sed", "-i", "s/^name: notes/name: other/", "definition/appinfo.yml"]);
  await notes.pet.commit({});
  refused(await notes.ppm("setup"), /as "other": it is of the application "notes"/, /another instance/);
  refused(await notes.ppm("setup", "--fresh"), /of the application "notes"/, /another instance/);
  await gone();
});

eitherRelease(
  "ppm restore puts a snapshot in place, beside, or nowhere; ppm clean removes what was kept",
  async (release) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server, { container: true });
    const old = await notes.present();
    await notes.change();
    const changed = await notes.present();
    notStrictEqual(changed, old);
    const listing = () => notes.pet.listing("/journal$|/lock$|^\\./data/journal");

    const before = await listing();
    match(
      (await notes.done("restore", "--dry-run")).stdout,
      /stop notes\.service\n.*data\.before-TIME.*\nstart notes\.service/,
    );
    strictEqual(await listing(), before);

    await notes.done("restore", "--to", "/home/app/.local/look");
    strictEqual(await notes.digest(".local/look/data/files"), old);
    strictEqual(await notes.present(), changed);
    refused(await notes.ppm("restore", "--to", "/home/app/.local/look"), /it is not empty/, /empty/);
    await notes.inside(["rm", "-r", "/home/app/.local/look"]);

    const process = await notes.process();
    const done = JSON.parse((await notes.done("restore", "--json")).stdout);
    strictEqual(await notes.present(), old);
    ok(await notes.up(5));
    notStrictEqual(await notes.process(), process);
    ok(done.downMs > 0);
    strictEqual(await notes.digest(`${done.before}/files`), changed);
    deepStrictEqual(await notes.aside(), [done.before]);

    match(
      (await notes.done("clean")).stdout,
      new RegExp(`^${done.before} +data that a restore replaced +\\d`, "m"),
    );
    strictEqual((await notes.ppm("clean", "../data", "--remove")).code, 2);
    strictEqual((await notes.ppm("clean", "data", "--remove")).code, 2);
    await notes.done("clean", done.before, "--remove", "--dry-run");
    deepStrictEqual(await notes.aside(), [done.before]);
    await notes.done("clean", done.before, "--remove");
    deepStrictEqual(await notes.aside(), []);
    strictEqual(await notes.present(), old);

    await notes.pet.run(["systemctl", "--user", "stop", "notes.service"]);
    await notes.done("restore");
    strictEqual(await notes.up(), false);

    await notes.pet.run(["sed", "-i", "s/^token: .*/token: rotated-by-hand/", ".ppm/secrets.yml"]);
    await notes.done("setup");
    await notes.done("start");
    match((await notes.done("restore")).stderr, /left stopped\. Next: ppm setup && ppm start/);
    strictEqual(await notes.up(), false);
    match((await notes.done("clean")).stdout, /\.ppm\/overwritten\/secrets\.yml\.1/);
    await notes.done("setup");
    await notes.done("start");
    deepStrictEqual(await notes.leaks(), []);
  },
);

eitherRelease(
  "ppm drill proves the backup, and says so in status and state file; it finds what restic does not",
  async (release) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server, { container: true });
    const { outcome, entries, durationMs } = JSON.parse((await notes.done("drill", "--json")).stdout);
    strictEqual(outcome, "done");
    ok(entries > 300 && durationMs > 0);
    deepStrictEqual(await notes.aside(), []);
    match((await notes.done("status")).stdout, /drill +(just now|\d+ seconds? ago), took/);
    match(await server.readFile("/var/lib/ppm/state/app/state.yml"), /drill: '?20/);
    match((await notes.done("setup")).stderr, /Nothing to do/);

    // A range that does not reach the owners in the snapshot.
    const id = (await notes.pet.run(["id", "-un"])).stdout.trim();
    await server.run([
      "sh",
      "-c",
      `sed -i 's/^${id}:\\([0-9]*\\):.*/${id}:\\1:500/' /etc/subuid /etc/subgid`,
    ]);
    await notes.pet.run(["systemctl", "--user", "stop", "notes.service"]);
    await notes.pet.run(["podman", "system", "migrate"]);
    refused(await notes.ppm("drill"), /has the uid 999, .*reach up to 500/, /range of at least 999/);
    await server.run(["sed", "-i", `/^${id}:/d`, "/etc/subuid", "/etc/subgid"]);
    refused(await notes.ppm("drill"), /users of containers, and app has no subordinate ids/, /usermod/);
    deepStrictEqual(await notes.aside(), []);
  },
);

/** Returns the commands of a page, each with who types them. */
function commandsOf(page: string): readonly { readonly user: string; readonly script: string }[] {
  return [...page.matchAll(/^```sh\n# as (\w+)\n(.*?)^```$/gms)].map(([, user = "", script = ""]) => ({
    user,
    script,
  }));
}

async function type(
  server: Server,
  { user, script }: { readonly user: string; readonly script: string },
): Promise<void> {
  await server.run(["su", "-", user, "-c", script]);
}

eachRelease(
  "RECOVER.md, typed as it stands, brings the application back on a server without ppm",
  async (release) => {
    await using old = await bootServer({ release });
    const notes = await makeNotes(old, { container: true });
    await notes.pet.run(["systemctl", "--user", "stop", "notes.service"]);
    const data = await notes.present();
    const token = await old.readFile("/home/app/.config/notes/token");
    const page = await notes.restic("dump", "--no-lock", "latest", "/.ppm/RECOVER.md", "--tag", "ppm-good");
    await old.powerCut();

    await using empty = await bootServer({ release });
    await empty.user("somebody");
    const [root, ...rest] = commandsOf(page.stdout);
    ok(root !== undefined && root.user === "root" && rest.length === 3, page.stdout);
    await type(empty, root);
    await empty.writeFile("/home/app/.restic-password", PASSWORD);
    await empty.run(["chown", "-R", "app:", "/home/app/.restic-password", notes.path]);
    await empty.run(["chmod", "600", "/home/app/.restic-password"]);
    await empty.run(["sh", "-c", "until [ -S /run/user/$(id -u app)/systemd/private ]; do sleep .1; done"]);
    await makeImage(empty, "app");
    for (const block of rest.slice(0, 1)) await type(empty, block);
    const restored = await notesOn(empty, notes).present();
    strictEqual(restored, data);
    for (const block of rest.slice(1)) await type(empty, block);
    ok(await notesOn(empty, notes).up(10));
    strictEqual(await empty.readFile("/home/app/.config/notes/token"), token);
    strictEqual((await empty.run(["stat", "-c", "%a", "/home/app/.config/notes/token"])).stdout, "600\n");
    strictEqual(
      (await empty.run(["sh", "-c", "ls /home/app/.config/systemd/user/ppm-* 2>/dev/null || true"])).stdout,
      "",
    );
  },
);

/** The application as it stands on another server. */
function notesOn(server: Server, { path, container }: Notes): Notes {
  return new Notes(new Pet(server, "app"), path, container);
}
