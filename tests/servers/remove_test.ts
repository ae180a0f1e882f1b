/** `ppm remove` on real servers: what goes, what stays, what it is refused for, and how the application comes back. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { makeNotes, type Notes } from "./backup_support.ts";
import { makePet, plainDefinition } from "./pet.ts";
import { isRemoved, isWhole } from "./remove_support.ts";
import { bootServer, eitherRelease, makeImage, type Ran } from "./server.ts";

/** A website and an open port, for proxy and firewall to know of. */
const PUBLISHES = "  website: { domain: notes.example.org, port: 8100 }\n  firewall: { open: [8100/tcp] }\n";

async function publish({ pet }: Notes): Promise<void> {
  await pet.commit({ "appinfo.yml": `${await pet.read("definition/appinfo.yml")}${PUBLISHES}` });
  await pet.moveClone();
  await pet.ppm(["setup"]);
}

eitherRelease(
  "ppm remove takes away what ppm wrote and nothing else, and ppm setup brings the application back",
  async (release) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server);
    await publish(notes);
    match((await server.run(["ppm", "firewall"])).stdout, /8100/);
    const token = await notes.pet.read(".config/notes/token");
    await server.run(["sh", "-c", "echo mine >>/home/app/.config/systemd/user/notes.service"]);
    await server.run(["install", "-o", "app", "-m", "600", "/dev/null", "/home/app/.config/notes/foreign"]);
    await notes.change();
    await notes.pet.run(["systemctl", "--user", "stop", "notes.target"]);
    const data = await notes.present();
    await notes.start();

    const before = await notes.pet.listing("journal|lock$");
    const shown = await notes.done("remove", "--dry-run");
    match(
      shown.stdout,
      /^stop the application, save data\/, and prove[^]*remove .*notes.service[^]*state\.yml/,
    );
    strictEqual(await notes.pet.listing("journal|lock$"), before, "--dry-run changes nothing");

    const entry = "/var/lib/ppm/state/app";
    const touched = (await server.run(["stat", "-c", "%y", entry])).stdout;
    const removed = await notes.done("remove");
    match(
      removed.stderr,
      /Proven: it came back whole[^]*The snapshot [0-9a-f]{8} holds the data[^]*ppm setup brings/,
    );
    await isRemoved(notes, { data: true, aside: true });
    ok(await notes.exists(".config/notes/foreign"), "a file of somebody else's");
    match(
      (await notes.pet.run(["sh", "-c", "cat .ppm/overwritten/.config/systemd/user/notes*"])).stdout,
      /mine/,
    );
    strictEqual(await notes.digest(), data, "the data");
    ok((await server.run(["stat", "-c", "%y", entry])).stdout !== touched, "the neighbours hear of it");
    const rules = (await server.run(["ppm", "firewall", "--allow-empty"])).stdout;
    ok(!rules.includes("8100"), "the firewall forgets it");

    const again = await notes.done("remove");
    match(again.stderr, /Nothing to do: no application is set up here/);
    deepStrictEqual(JSON.parse((await notes.done("remove", "--json")).stdout), {
      changed: false,
      snapshot: null,
      actions: [],
    });
    await isRemoved(notes, { data: true, aside: true });

    await notes.done("setup");
    await notes.done("start");
    strictEqual(await notes.digest(), data);
    strictEqual(await notes.pet.read(".config/notes/token"), token, "the secret is another one");
    await notes.done("backup");
  },
);

eitherRelease(
  "ppm remove --data takes a container's data and the secrets too, leaves what was kept aside, and ppm setup restores",
  async (release) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server, { container: true });
    await notes.done("restore");
    await notes.change();
    const data = await notes.present();
    const token = await notes.pet.read(".config/notes/token");
    const [aside = ""] = await notes.aside();
    ok(aside.startsWith("data.before-"));
    const removed = await notes.done("remove", "--data", "--json");
    const { changed, snapshot } = JSON.parse(removed.stdout);
    strictEqual(changed, true);
    ok((await notes.good()).some(({ id }) => id.startsWith(snapshot)), "the snapshot that is named is good");
    match(removed.stderr, new RegExp(`${aside} stays: it was kept aside`));
    deepStrictEqual(await notes.aside(), [aside]);
    await isRemoved(notes, { data: false });
    ok(
      await notes.exists("config.yml") && await notes.exists(".restic-password"),
      "what is the administrator's",
    );
    match((await notes.done("remove", "--data")).stderr, /Nothing to do/);
    await isRemoved(notes, { data: false });
    await makeImage(server, "app");
    await notes.done("setup");
    await notes.done("start");
    strictEqual(await notes.digest(), data);
    strictEqual(await notes.pet.read(".config/notes/token"), token, "the secret is another one");
  },
);

/** Sees that a removal was refused, and that nothing of it was done. */
async function refused(notes: Notes, ran: Ran, message: RegExp): Promise<void> {
  strictEqual(ran.code, 8, ran.stdout + ran.stderr);
  match(ran.stderr, message);
  match(ran.stderr, /ppm remove (--data )?--without-backup/);
  await isWhole(notes);
}

eitherRelease(
  "ppm remove is refused, with everything running as before, where nothing proves that the data is safe",
  async (release, t) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server);
    const good = (await notes.good()).length;
    const step = (name: string, body: () => Promise<void>) => t.step({ name, fn: body });
    await step("a snapshot that cannot be restored", async () => {
      const failing = '#!/bin/sh\ncase " $* " in *" restore "*) exit 1 ;; esac\nexec /usr/bin/restic "$@"\n';
      await server.writeFile("/usr/local/bin/restic", failing, { mode: 0o755 });
      await refused(notes, await notes.ppm("remove"), /Cannot remove "notes" without a proven backup\./);
      await refused(notes, await notes.ppm("remove", "--data"), /without a proven backup/);
      await server.run(["rm", "/usr/local/bin/restic"]);
      strictEqual((await notes.good()).length, good + 2, "they were saved, and not proven");
    });
    await step("a repository that is not there", async () => {
      await server.run(["mv", notes.path, `${notes.path}.away`]);
      await refused(notes, await notes.ppm("remove"), /without a proven backup/);
      await server.run(["mv", `${notes.path}.away`, notes.path]);
    });
    await step("a config.yml that does not say where the backups go", async () => {
      const config = await notes.pet.read("config.yml");
      await notes.pet.configure();
      const ran = await notes.ppm("remove");
      strictEqual(ran.code, 8, ran.stderr);
      match(ran.stderr, /Missing key "backup"/);
      await server.writeFile("config.yml", config, { user: "app", mode: 0o600 });
      await isWhole(notes);
    });
    await step("data that has shrunk", async () => {
      const digest = await notes.present();
      await notes.inside(["sh", "-c", "cd; mv data/files kept"]);
      await refused(notes, await notes.ppm("remove", "--data"), /without a good snapshot.*Saved as suspect/);
      await notes.inside(["sh", "-c", "cd; mv kept data/files"]);
      strictEqual(await notes.digest(), digest);
    });
    await step("from within a unit that would be stopped", async () => {
      await notes.pet.run(["sh", "-c", "mkdir -p ~/.config/systemd/user/notes.service.d"]);
      const run = "[Service]\nExecStartPost=/bin/sh -c 'ppm remove >~/inside 2>&1; echo $$? >>~/inside'\n";
      await server.writeFile(".config/systemd/user/notes.service.d/inside.conf", run, { user: "app" });
      await notes.pet.run(["systemctl", "--user", "daemon-reload"]);
      await notes.pet.run(["systemctl", "--user", "restart", "notes.service"]);
      match(
        await notes.pet.read("inside"),
        /Cannot remove the application from within notes\.service[^]*\n2\n$/,
      );
      await notes.pet.run(["rm", "-r", "inside", ".config/systemd/user/notes.service.d/inside.conf"]);
      await notes.pet.run(["systemctl", "--user", "daemon-reload"]);
      await isWhole(notes);
    });
    await step("and --without-backup removes it all the same", async () => {
      await server.run(["mv", notes.path, `${notes.path}.away`]);
      match((await notes.done("remove", "--without-backup")).stderr, /No backup is made: --without-backup/);
      await isRemoved(notes, { data: true });
    });
    await step("data without an application", async () => {
      const ran = await notes.ppm("remove", "--data");
      strictEqual(ran.code, 8, ran.stderr);
      match(ran.stderr, /Cannot remove data\/: nothing is set up, so nobody can back it up/);
      await isRemoved(notes, { data: true });
      await notes.done("remove", "--data", "--without-backup");
      await isRemoved(notes, { data: false });
    });
  },
);

eitherRelease(
  "ppm remove of an application without backups asks for no repository, and for a word before it takes data",
  async (release) => {
    await using server = await bootServer({ release });
    const pet = await makePet(server, { definition: plainDefinition() });
    await server.copyPpm();
    await pet.ppm(["setup"]);
    await pet.ppm(["start"]);
    await pet.run(["sh", "-c", "mkdir data && echo x >data/x"]);
    const refused = await pet.ppm(["remove", "--data"], { check: false });
    strictEqual(refused.code, 8, refused.stderr);
    match(refused.stderr, /backups_none\), so no snapshot holds it/);
    strictEqual((await pet.ppm(["status"], { check: false })).code, 0, "it runs as before");
    match((await pet.ppm(["remove"])).stderr, /No backup is made: the definition says/);
    strictEqual(await pet.read("data/x"), "x\n");
    await pet.ppm(["setup"]);
    await pet.ppm(["start"]);
    await pet.ppm(["remove", "--data", "--without-backup"]);
    strictEqual((await pet.run(["sh", "-c", "ls -d data .ppm"], { check: false })).stdout, "");
  },
);
