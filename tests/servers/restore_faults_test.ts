/**
 * `ppm setup` that brings lost data back, and `ppm restore` over data that stands, struck at any moment: `data/` is absent, the old or the whole
 * new one; the plain next run ends where an undisturbed one ends; and what is left over, `ppm clean` names.
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { civil, type MakeNotes, makeNotes, type Notes, type Standing } from "./backup_support.ts";
import { sample, SOAK } from "./sampling.ts";
import {
  describeMoment,
  type Fault,
  interpose,
  interrupt,
  type Moment,
  momentsOf,
  trace,
} from "./interruptions.ts";
import { bootServer, eachRelease, type Release } from "./server.ts";

const FAULTS: readonly Fault[] = ["kill ppm", "kill restic", "power cut"];

/** A way to bring data back. */
interface Way {
  readonly args: readonly string[];
  /** Makes the state in which it is called; returns what may stand at `data/` afterwards, the snapshot's content last. */
  prepare(notes: Notes): Promise<Standing>;
  /** What must hold once it has succeeded, besides the data. */
  settled(notes: Notes, before: Standing): Promise<void>;
}

/** Returns the two ways, for a repository whose newest good snapshot holds `saved`, and the secret `token`. */
async function ways(notes: Notes): Promise<{ readonly setup: Way; readonly restore: Way }> {
  const saved = await notes.present();
  const token = await notes.pet.read(".config/notes/token");
  const good = (await notes.good()).map(({ id }) => id);
  const setup: Way = {
    args: ["setup"],
    async prepare() {
      await notes.lose();
      return { data: [saved], good };
    },
    async settled() {
      strictEqual(await notes.pet.read(".config/notes/token"), token, "the secret is another one");
    },
  };
  const restore: Way = {
    args: ["restore"],
    async prepare() {
      await notes.inside(["sh", "-c", "cd && rm -rf data.*"]);
      await notes.change();
      return { data: [await notes.present(), saved], good };
    },
    async settled(_, before) {
      ok(await notes.up(60), "the application is down");
      const kept = await Promise.all((await notes.aside()).map((name) => notes.digest(`${name}/files`)));
      ok(kept.includes(before.data[0]), "what stood before the restore is nowhere");
    },
  };
  return { setup, restore };
}

/** What must hold whatever has happened, and that the plain next run ends as an undisturbed one. */
async function converges(notes: Notes, way: Way, before: Standing): Promise<void> {
  await notes.idle();
  deepStrictEqual(await notes.broken(before), []);
  const digest = await notes.digest();
  if (way.args[0] === "restore") {
    ok(await notes.up(60), "the application is down a minute later");
    ok(await notes.digest() !== undefined, "the application runs without its data");
  } else if (digest === undefined) ok(!await notes.exists("data"), "data/ stands, but not whole");
  await notes.done(...way.args);
  strictEqual(await notes.digest(), before.data.at(-1));
  await way.settled(notes, before);
  deepStrictEqual(await notes.broken(before), []);
}

/** Strikes at a call or a time; returns whether the moment came before the end. */
async function strikeOnce(
  notes: Notes,
  way: Way,
  { moment, fault }: { moment: Moment; fault: Fault },
): Promise<boolean> {
  const before = await way.prepare(notes);
  const { struck, code, stdout, stderr } = await interrupt(notes, way.args, { moment, fault });
  ok(!/bug in ppm|\n +at /.test(stdout + stderr), stderr);
  if (code === 0) {
    strictEqual(await notes.digest(), before.data.at(-1), "success is said of a restore that is not there");
  }
  await converges(notes, way, before);
  return struck;
}

async function strikeRestores(
  release: Release,
  t: Deno.TestContext,
  { verb, count, ...options }: MakeNotes & { readonly verb: "setup" | "restore"; readonly count: number },
): Promise<void> {
  await using server = await bootServer({ release });
  const notes = await makeNotes(server, options);
  const way = (await ways(notes))[verb];
  await interpose(notes);
  await way.prepare(notes);
  const moments = momentsOf(await trace(notes, way.args));
  ok(moments.length >= 30, `only ${moments.length} moments`);
  let struck = 0;
  const chosen = sample(moments, count, `${release} ${verb} ${options.container}`);
  for (const [at, moment] of chosen.entries()) {
    const fault = FAULTS[at % FAULTS.length] ?? "kill ppm";
    await t.step(`${fault} ${describeMoment(moment)}`, async () => {
      if (await strikeOnce(notes, way, { moment, fault })) struck++;
    });
  }
  ok(struck >= chosen.length / 4, `only ${struck} of ${chosen.length} were struck`); // later ones may come too late
}

eachRelease(
  "ppm setup that is killed at any moment while it restores leaves no half data/, and is finished by the next one",
  (release, t) => strikeRestores(release, t, { verb: "setup", count: 4 }),
);

eachRelease(
  "ppm restore that is killed at any moment leaves the old data/ or the new one, and is finished by the next one",
  (release, t) => strikeRestores(release, t, { verb: "restore", count: 4 }),
);

eachRelease(
  "ppm setup that is killed while it restores a container's data gives everything back to its owner in the end",
  (release, t) => strikeRestores(release, t, { verb: "setup", count: 1, container: true }),
);

/** How often a call is tried at most before the run must have come to its end. */
const CALLS = 400;

const POINTS = [
  { syscall: "rename", fault: "signal=KILL" },
  { syscall: "fsync", fault: "signal=KILL" },
  { syscall: "mkdir", fault: "signal=KILL" },
  { syscall: "rename", fault: "error=EIO" },
  { syscall: "fsync", fault: "error=ENOSPC" },
];

/** The n-th calls that are disturbed: all of them in a soak, else a few over the length that a run has. */
function counts(salt: string): readonly number[] {
  const all = Array.from({ length: CALLS }, (_, at) => at + 1);
  return SOAK ? all : sample(all.slice(0, 8), 1, salt);
}

eachRelease(
  "ppm setup and ppm restore that are killed, or refused by the disk, at any write are finished by the next one",
  async (release, t) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server);
    for (const way of Object.values(await ways(notes))) {
      for (const { syscall, fault } of POINTS) {
        await t.step(`ppm ${way.args[0]}: ${fault} at each ${syscall}`, async () => {
          for (const count of counts(`${release} ${way.args[0]} ${syscall} ${fault}`)) {
            const before = await way.prepare(notes);
            const strace = ["strace", "-f", "-qqq", "-o", "/dev/null", "-e", `trace=${syscall}`];
            const inject = ["-e", `inject=${syscall}:${fault}:when=${count}`];
            const { code, stderr } = await notes.pet.run([...strace, ...inject, "ppm", ...way.args], {
              check: false,
            });
            ok(!stderr.includes("bug in ppm"), `${count}: ${stderr}`);
            if (code === 0) strictEqual(await notes.digest(), before.data.at(-1), `${count}`);
            await converges(notes, way, before);
            if (code === 0 && fault.startsWith("signal")) break; // no such call is left
          }
        });
      }
    }
  },
);

eachRelease(
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

eachRelease("ppm restore --to and ppm drill leave data/ alone, and nothing behind", async (release) => {
  await using server = await bootServer({ release });
  const notes = await makeNotes(server);
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

eachRelease(
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
