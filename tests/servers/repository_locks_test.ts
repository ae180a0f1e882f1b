/**
 * A repository that lets nobody write, for it is read only or somebody else has locked it: the application runs on. Servers of both releases
 * wait at the same time.
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { makeNotes, type Notes } from "./backup_support.ts";
import { backsUp, brings, CHECK, type Fault, HELD } from "./repository_states.ts";
import { bootServer, RELEASES } from "./server.ts";

/** Scripts for root; $0 is the repository. restic 0.18 tries to write its lock for a quarter of an hour, so this is seen with 0.14 alone. */
const READ_ONLY: Fault = {
  name: "read only",
  make: "mount --bind $0 $0; mount -o remount,bind,ro $0",
  undo: "umount $0",
  backup: 6,
  setup: [6, "works"],
  message: /read-only|repository/i,
};

Deno.test("a repository that is read only costs neither data nor uptime [bookworm]", async () => {
  await using server = await bootServer({ release: "bookworm" });
  await readOnly(await makeNotes(server));
});

Deno.test("a repository that somebody else has locked is waited for while the application runs", async () => {
  await Promise.all(RELEASES.map(async (release) => {
    await using server = await bootServer({ release });
    await locked(await makeNotes(server));
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
  const holder = (await server.run(["pgrep", "-f", "^/usr/bin/restic .* check"])).stdout.trim();
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
