/**
 * A repository that is not as it should be: ppm says what is wrong, with the exit code for it; the application runs on, `data/` is as it was,
 * and setup makes none out of a doubt.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { civil, makeNotes } from "./backup_support.ts";
import { backsUp, brings, CHECK, type Fault, HELD } from "./repository_states.ts";
import { bootServer, eitherRelease } from "./server.ts";

const FAULTS: readonly Fault[] = [
  {
    name: "missing",
    make: "mv $0 $0.away",
    undo: "mv $0.away $0",
    backup: 6,
    setup: [6],
    message: /repository/i,
  },
  {
    name: "without its config",
    make: "mv $0/config $0/config.away",
    undo: "mv $0/config.away $0/config",
    backup: 6,
    setup: [6],
    message: /repository/i,
  },
  {
    name: "not readable for this user",
    make: "chown -R root: $0; chmod 700 $0",
    undo: "chown -R app: $0",
    backup: 6,
    setup: [6],
    message: /permission|denied|access|repository/i,
  },
  {
    name: "with another password",
    make: "cp -p ~app/.restic-password $1/; echo other >~app/.restic-password",
    undo: "cp -p $1/.restic-password ~app/",
    backup: 6,
    setup: [6],
    message: /password/i,
  },
  {
    name: "whose password file others can read",
    make: "chmod 644 ~app/.restic-password",
    undo: "chmod 600 ~app/.restic-password",
    backup: 4,
    setup: [4],
    message: /\.restic-password.*(0?600|readable|others)/is,
  },
  {
    name: "whose password file is missing",
    make: "mv ~app/.restic-password $1/",
    undo: "mv $1/.restic-password ~app/",
    backup: 4,
    setup: [4],
    message: /\.restic-password/,
  },
  {
    name: "made anew",
    make: `mv $0 $0.away; install -d -o app -g app $0
      RESTIC_PASSWORD_FILE=/srv/password /usr/bin/restic -q -r $0 --no-cache init; chown -R app: $0`,
    undo: "rm -rf $0; mv -T $0.away $0",
    backup: 8,
    setup: [8],
    message: /repository|snapshot/i,
  },
  {
    name: "locked by a process that is gone",
    make: `${CHECK} ${HELD}; pkill -KILL -x restic; while pgrep -x restic; do sleep .02; done; ls $0/locks/*`,
    undo: ":",
    backup: "works",
    setup: ["works"],
    message: /./,
  },
  {
    name: "on a full disk",
    make: "cp -a $0/. $1/; mount --bind $1 $0; head -c 64M /dev/zero >$1/filler 2>/dev/null; :",
    undo: "umount $0; rm -rf $1/*",
    backup: 6,
    setup: [6, "works"],
    message: /only \d+ \w*B are free|no space left/i,
  },
  {
    name: "whose packs are damaged",
    make: `cp -a $0 $0.away; for pack in $(find $0/data -type f -size +100k); do
      chmod u+w $pack; dd if=/dev/zero of=$pack bs=1 seek=5000 count=2000 conv=notrunc status=none; done`,
    undo: "rm -rf $0; mv -T $0.away $0",
    backup: "works",
    setup: [6],
    message: /damage|restore|verif|check/i,
  },
];

eitherRelease(
  "a repository that is not as it should be costs neither data nor uptime",
  async (release, t) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server);
    const small = "/srv/small";
    await server.run([
      "sh",
      "-ec",
      `mkdir ${small}; mount -t tmpfs -o size=24m tmpfs ${small}; chown app: ${small}`,
    ]);
    const root = (script: string) => server.run(["sh", "-c", script, notes.path, small]);
    const before = await notes.standing();
    for (const fault of FAULTS) {
      await t.step(fault.name, async () => {
        await root(fault.make);
        try {
          await backsUp(notes, fault);
          await brings(notes, fault);
        } finally {
          await root(fault.undo);
        }
      });
    }
    await notes.done("backup");
    await notes.idle();
    deepStrictEqual(await notes.broken(before), []);
  },
);

eitherRelease(
  "ppm restore from a damaged repository leaves data/ and the application as they were",
  async (release) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server);
    const damaged = FAULTS.find(({ name }) => name.includes("damaged"));
    await notes.change();
    const before = await notes.standing();
    await server.run(["sh", "-c", damaged?.make ?? "false", notes.path]);
    const ran = await notes.ppm("restore");
    civil(ran);
    strictEqual(ran.code, 6, ran.stderr);
    strictEqual(await notes.digest(), before.data[0]);
    ok(await notes.up(60), "the application is down");
    const drill = await notes.ppm("drill");
    strictEqual(drill.code, 6, drill.stderr);
    civil(drill);
    deepStrictEqual(await notes.broken(before), []);
  },
);
