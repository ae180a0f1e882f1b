/**
 * A repository that does not answer: ppm waits within bounds while the application runs on, then says what is wrong.
 * Servers of both releases wait at the same time.
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { civil, makeNotes } from "./backup_support.ts";
import { bootServer, RELEASES } from "./server.ts";

/** Serves /srv/repository on port 8000. */
const SERVE = `systemctl reset-failed rest 2>/dev/null
systemd-run -q --unit=rest --uid=app rclone serve restic --addr 127.0.0.1:8000 /srv/repository
until curl -s http://127.0.0.1:8000/config -o /dev/null; do sleep .1; done`;

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
