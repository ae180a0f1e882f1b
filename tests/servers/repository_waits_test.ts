/**
 * A repository that does not answer, or lets nobody write: ppm waits within bounds while the application runs on, then says what is wrong.
 * Servers of both releases wait at the same time.
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { civil, makeNotes, type Notes } from "./backup_support.ts";
import { backsUp, brings, CHECK, type Fault, HELD } from "./repository_states.ts";
import { bootServer, RELEASES } from "./server.ts";

/** Serves /srv/repository on port 8000. */
const SERVE = `systemctl reset-failed rest 2>/dev/null
systemd-run -q --unit=rest --uid=app rclone serve restic --addr 127.0.0.1:8000 /srv/repository
until curl -s http://127.0.0.1:8000/config -o /dev/null; do sleep .1; done`;

/** Scripts for root; $0 is the repository. restic tries to write its lock for as long as it is let. */
const READ_ONLY: Fault = {
  name: "read only",
  make: "mount --bind $0 $0; mount -o remount,bind,ro $0",
  undo: "umount $0",
  backup: 6,
  setup: [6, "works"],
  message: /read-only|repository/i,
};

/** Packets are dropped, or somebody listens who never says anything, or nobody listens. */
const SILENCES = [
  {
    make:
      "nft add table inet fault; nft 'add chain inet fault out { type filter hook output priority 0; }'; nft add rule inet fault out tcp dport 8000 drop",
    undo: "nft delete table inet fault",
  },
  { make: "systemctl kill --signal=STOP rest", undo: "systemctl kill --signal=CONT rest" },
  { make: "systemctl stop rest", undo: ":" },
];

// Two servers wait at the same time for what takes a minute each time.
Deno.test("a repository that does not answer is given up within a minute, and the application never stops", async () => {
  await Promise.all(RELEASES.map(async (release) => {
    await using server = await bootServer({ release });
    const location = "rest:http://127.0.0.1:8000/";
    const notes = await makeNotes(server, { location, backedUp: false, path: "/srv/repository" });
    await server.run(["sh", "-c", SERVE]);
    await notes.begin();
    const before = await notes.standing();
    const process = await notes.process();
    for (const [at, { make, undo }] of SILENCES.entries()) {
      await server.run(["sh", "-c", make]);
      const started = performance.now();
      const ran = await notes.ppm("backup");
      const seconds = (performance.now() - started) / 1000;
      civil(ran);
      strictEqual(ran.code, 6, ran.stderr);
      match(ran.stderr, /repository/i);
      ok(seconds < 75, `${release} ${at}: given up after ${seconds} s`);
      strictEqual(await notes.process(), process, "the application was stopped");
      await notes.idle();
      await server.run(["sh", "-c", undo]);
    }
    await notes.lose();
    const ran = await notes.ppm("setup");
    strictEqual(ran.code, 6, ran.stderr);
    ok(!await notes.exists("data"), "setup made a data/");
    await server.run(["sh", "-c", SERVE]);
    await notes.done("setup");
    strictEqual(await notes.digest(), before.data[0]);
    deepStrictEqual(await notes.broken(before), []);
  }));
});

Deno.test("a repository that is read only, or that somebody else has locked, is waited for while the application runs", async () => {
  await Promise.all(RELEASES.map(async (release) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server);
    await readOnly(notes);
    await locked(notes);
  }));
});

async function readOnly(notes: Notes): Promise<void> {
  const root = (script: string) => notes.server.run(["sh", "-c", script, notes.path]);
  await root(READ_ONLY.make);
  try {
    await backsUp(notes, READ_ONLY);
    await brings(notes, READ_ONLY);
  } finally {
    await root(READ_ONLY.undo);
  }
}

/** The holder dies while it is waited for. */
async function locked(notes: Notes): Promise<void> {
  const { server } = notes;
  await notes.change();
  const before = await notes.standing();
  const process = await notes.process();
  await server.run(["sh", "-c", `${CHECK} ${HELD}; pkill -STOP -x restic; ls $0/locks/*`, notes.path]);
  const holder = (await server.run(["pgrep", "-o", "-x", "restic"])).stdout.trim();
  const running = notes.ppm("backup");
  await server.run(["sleep", "20"]);
  strictEqual(await notes.process(), process, "the application was stopped");
  match(await notes.journal("ppm-backup.service"), /lock/i);
  deepStrictEqual((await notes.good()).length, before.good.length);
  await server.run(["kill", "-KILL", holder]);
  const ran = await running;
  strictEqual(ran.code, 0, ran.stderr);
  await notes.idle();
  deepStrictEqual(await notes.broken(before), []);
}
