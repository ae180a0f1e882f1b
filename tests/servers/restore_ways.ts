/** The two ways to bring data back, and what must hold of both however they were disturbed. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Notes, Standing } from "./backup_support.ts";

/** A way to bring data back. */
export interface Way {
  readonly args: readonly string[];
  /** Makes the state in which it is called; returns what may stand at `data/` afterwards, the snapshot's content last. */
  prepare(notes: Notes): Promise<Standing>;
  /** What must hold once it has succeeded, besides the data. */
  settled(notes: Notes, before: Standing): Promise<void>;
}

/** Returns the two ways, for a repository whose newest good snapshot holds `saved`, and the secret `token`. */
export async function ways(notes: Notes): Promise<{ readonly setup: Way; readonly restore: Way }> {
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
      await notes.start(); // a setup before leaves it stopped, and what is stopped stays so
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
export async function converges(notes: Notes, way: Way, before: Standing): Promise<void> {
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
