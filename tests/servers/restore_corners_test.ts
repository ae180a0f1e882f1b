/** Bringing data back in places where it is hard: names that are no text, beside what runs, on a disk that is too small. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { civil, makeNotes } from "./backup_support.ts";
import { interpose, interrupt, trace } from "./interruptions.ts";
import { bootServer, eitherRelease } from "./server.ts";

eitherRelease(
  "ppm setup brings back names that are no text, and an application starts with them",
  async (release) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server);
    const odd =
      `cd ~/data/files && mkdir -p "$(printf 'latin\\351')" && echo z >"$(printf 'cut\\342\\202')" && echo x >"$(printf 'latin\\351/\\377\\376')" && echo y >"$(printf 'tab\\there\\r\\033[31m')"`;
    await notes.pet.run(["sh", "-ec", odd]);
    await notes.done("backup");
    await notes.idle();
    const saved = await notes.present();
    await notes.lose();
    await notes.done("setup");
    strictEqual(await notes.digest(), saved);
    await notes.done("start");
    await notes.done("backup");
    await notes.done("drill");
  },
);

eitherRelease("ppm restore --to and ppm drill leave data/ alone, and nothing behind", async (release) => {
  await using server = await bootServer({ release });
  const notes = await makeNotes(server, { dear: true });
  await interpose(notes);
  const saved = await notes.present();
  await notes.change();
  const now = await notes.present();
  const process = await notes.process();
  await notes.done("restore", "--to", "copy");
  const copies = await Promise.all(["copy/files", "copy/data/files"].map((path) => notes.digest(path)));
  ok(copies.includes(saved), "the copy is not what was saved");
  await notes.pet.run(["rm", "-rf", "copy"]);
  const { calls } = await trace(notes, ["drill"]);
  deepStrictEqual(await notes.aside(), []);
  const call = calls.findIndex((each) => / restore /.test(`${each} `)) + 1;
  ok(call > 0, `a drill restored nothing: ${calls.join("; ")}`);
  const drill = await interrupt(notes, ["drill"], {
    moment: { call, when: "during 0.5", what: "restore" },
    fault: "kill ppm",
  });
  ok(drill.code !== 0);
  await notes.done("drill");
  strictEqual(await notes.digest(), now);
  strictEqual(await notes.process(), process, "the application was stopped");
  const cleaned = await notes.done("clean");
  for (const name of await notes.aside()) ok(cleaned.stdout.includes(name), `${name} is left and not named`);
});

eitherRelease(
  "ppm setup on a disk that is too small for the data says so and leaves nothing that is taken for data/",
  async (release) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server);
    const saved = await notes.present();
    await notes.lose();
    const full = "df --output=avail /home/app | tail -n 1";
    await server.run(["ppm", "version"]); // unpacks ppm for everybody, not into the small home directory
    // The home directory moves to a small file system; what is in it besides goes along.
    await server.run([
      "sh",
      "-ec",
      "rm -rf /home/app/.cache; mkdir /srv/home; cp -a /home/app/. /srv/home/; mount -t tmpfs -o size=30m tmpfs /home/app; cp -a /srv/home/. /home/app/; chown app: /home/app",
    ]);
    await notes.ppm("setup", "--dry-run"); // Deno's cache of compiled code takes its room, whenever it is written
    await server.run(["sh", "-c", `head -c $((($(${full}) - 3000) * 1024)) /dev/zero >/home/app/.filler`]);
    const ran = await notes.ppm("setup");
    civil(ran);
    strictEqual(ran.code, 6, ran.stderr);
    match(ran.stderr, /space|room|free/i);
    ok(!await notes.exists("data"));
    await server.run(["sh", "-c", "rm /home/app/.filler; mount -o remount,size=200m /home/app"]);
    await notes.done("setup");
    strictEqual(await notes.digest(), saved);
  },
);
