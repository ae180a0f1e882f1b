/** Repositories that are not as they should be: what a backup, and a setup that finds no data, must make of them. */
import { match, ok, strictEqual } from "node:assert/strict";
import { civil, type Notes } from "./backup_support.ts";

/** A way in which a repository is not as it should be. */
export interface Fault {
  readonly name: string;
  /** Scripts for root; $0 is the repository, $1 a directory beside it on another file system. */
  readonly make: string;
  readonly undo: string;
  /** What a backup and a setup that finds no data/ end with: an exit code, or "works" where the fault is none. */
  readonly backup: 4 | 6 | 8 | "works";
  readonly setup: readonly (4 | 6 | 8 | "works")[];
  /** What both must say, where they fail. */
  readonly message: RegExp;
}

/** Waits until a repository is locked: a lock that is being written has another name. Shell, as `CHECK`; $0 is the repository. */
export const HELD = `until ls $0/locks | grep -qv tmp; do sleep .02; done`;

/**
 * Starts a check, which shuts everybody else out; in a session of its own, for the kernel wakes stopped orphans of this one; without
 * runuser, which stops with its child and then leaves a dead one unburied: to restic a zombie lives.
 */
export const CHECK =
  `setsid setpriv --reuid=app --regid=app --init-groups env RESTIC_PASSWORD_FILE=/srv/password /usr/bin/restic -r $0 --no-cache check --read-data >/dev/null 2>&1 &`;

/** Sees what a backup says of a fault, and that the application has not noticed. */
export async function backsUp(notes: Notes, { backup, message }: Fault): Promise<void> {
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
export async function brings(notes: Notes, { setup, message }: Fault): Promise<void> {
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
