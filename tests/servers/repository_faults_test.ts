/**
 * A repository that is not as it should be: ppm says what is wrong, with the exit code for it, within
 * bounded time; the application runs on, `data/` is as it was, and setup makes none out of a doubt.
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { civil, makeNotes, type Notes } from "./backup_support.ts";
import { bootServer, eachRelease, RELEASES } from "./server.ts";

/** A way in which a repository is not as it should be. */
interface Fault {
  readonly name: string;
  /** Scripts for root; $0 is the repository, $1 a directory beside it on another file system. */
  readonly make: string;
  readonly undo: string;
  /** What a backup and a setup that finds no data/ end with: an exit code; "works" where the fault is none, "whole" where data may come back whole or not at all. */
  readonly backup: 4 | 6 | 8 | "works";
  readonly setup: readonly (4 | 6 | 8 | "works")[];
  /** What both must say, where they fail. */
  readonly message: RegExp;
}

const HELD = `until ls $0/locks/* >/dev/null 2>&1; do sleep .02; done`;
const CHECK =
  `setsid runuser -u app -- env RESTIC_PASSWORD_FILE=/srv/password /usr/bin/restic -r $0 --no-cache check --read-data >/dev/null 2>&1 &`;

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
    undo: "rm -r $0; mv $0.away $0",
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
    name: "read only",
    make: "mount --bind $0 $0; mount -o remount,bind,ro $0",
    undo: "umount $0",
    backup: 6,
    setup: [6, "works"],
    message: /read-only|repository/i,
  },
  {
    name: "on a full disk",
    make: "cp -a $0/. $1/; mount --bind $1 $0; head -c 64M /dev/zero >$1/filler 2>/dev/null; :",
    undo: "umount $0; rm -rf $1/*",
    backup: 6,
    setup: [6, "works"],
    message: /space|full/i,
  },
  {
    name: "whose packs are damaged",
    make: `cp -a $0 $0.away; for pack in $(find $0/data -type f -size +100k); do
      chmod u+w $pack; dd if=/dev/zero of=$pack bs=1 seek=5000 count=2000 conv=notrunc status=none; done`,
    undo: "rm -r $0; mv $0.away $0",
    backup: "works",
    setup: [6],
    message: /damage|restore|verif|check/i,
  },
];

eachRelease("a repository that is not as it should be costs neither data nor uptime", async (release, t) => {
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
      await notes.done("backup");
      await notes.idle();
    });
  }
  deepStrictEqual(await notes.broken(before), []);
});

/** Sees what a backup says of a fault, and that the application has not noticed. */
async function backsUp(notes: Notes, { backup, message }: Fault): Promise<void> {
  const [digest, process] = [await notes.digest(), await notes.process()];
  const ran = await notes.ppm("backup");
  await notes.idle();
  civil(ran);
  strictEqual(ran.code, backup === "works" ? 0 : backup, ran.stderr);
  ok(await notes.up(), "the application is down");
  strictEqual(await notes.digest(), digest);
  if (backup === "works") return;
  match(ran.stderr, message);
  strictEqual(await notes.process(), process, "the application was stopped");
}

/**
 * Sees that setup, without data/, makes none out of a doubt, or brings it back whole. What is lost is data/ alone: this server remembers the
 * repository. The data steps aside, and back.
 */
async function brings(notes: Notes, { setup, message }: Fault): Promise<void> {
  const saved = await notes.present();
  await notes.pet.run(["sh", "-c", "systemctl --user stop notes.target; mv ~/data ~/.cache/"]);
  try {
    const ran = await notes.ppm("setup");
    civil(ran);
    const digest = await notes.digest();
    ok(setup.includes(ran.code === 0 ? "works" : ran.code as 6), `exit code ${ran.code}: ${ran.stderr}`);
    if (ran.code !== 0) match(ran.stderr, message);
    if (digest === undefined) ok(ran.code !== 0 && !await notes.exists("data"), "setup made an empty data/");
    else strictEqual(digest, saved);
  } finally {
    await notes.pet.run(["sh", "-c", "rm -rf ~/data && mv -T ~/.cache/data ~/data"]);
    await notes.start();
  }
}

eachRelease(
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

eachRelease(
  "a repository that somebody else has locked is waited for while the application runs, also if he dies",
  async (release) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server);
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
  },
);

// Two servers wait at the same time for what takes a minute each time.
Deno.test("a repository that does not answer is given up within a minute, and the application never stops", async () => {
  await Promise.all(RELEASES.map(async (release) => {
    await using server = await bootServer({ release });
    const location = "rest:http://127.0.0.1:8000/";
    const notes = await makeNotes(server, { location, backedUp: false, path: "/srv/repository" });
    await server.run([
      "systemd-run",
      "--unit=rest",
      "--uid=app",
      "rclone",
      "serve",
      "restic",
      "--addr",
      "127.0.0.1:8000",
      "/srv/repository",
    ]);
    await server.run([
      "sh",
      "-c",
      "until curl -s http://127.0.0.1:8000/config -o /dev/null; do sleep .1; done",
    ]);
    await notes.done("setup", "--fresh");
    await notes.fill();
    await notes.done("start");
    await notes.done("backup");
    await notes.idle();
    const before = await notes.standing();
    const process = await notes.process();
    // Packets are dropped, or somebody listens who never says anything, or nobody listens.
    const filter =
      "nft add table inet fault; nft 'add chain inet fault out { type filter hook output priority 0; }'; nft add rule inet fault out tcp dport 8000 drop";
    const cases = [
      { make: filter, undo: "nft delete table inet fault" },
      { make: "systemctl kill --signal=STOP rest", undo: "systemctl kill --signal=CONT rest" },
      { make: "systemctl freeze rest; systemctl kill --signal=KILL rest; systemctl thaw rest", undo: ":" },
    ];
    for (const [at, { make, undo }] of cases.entries()) {
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
    await server.run([
      "sh",
      "-c",
      "systemctl reset-failed rest; systemd-run --unit=rest --uid=app rclone serve restic --addr 127.0.0.1:8000 /srv/repository; until curl -s http://127.0.0.1:8000/config -o /dev/null; do sleep .1; done",
    ]);
    await notes.done("setup");
    strictEqual(await notes.digest(), before.data[0]);
    deepStrictEqual(await notes.broken(before), []);
  }));
});
