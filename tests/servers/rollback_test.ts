/** `ppm rollback` on real servers: files, data and images of an earlier generation, and that it stays so. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { eitherRelease, type Server } from "./server.ts";
import { makeVersions, same, together } from "./versions.ts";

eitherRelease("ppm rollback goes back to a generation, and the timer leaves it there", async (release) => {
  await together(release, [sticks, edited, withoutBackups]);
});

/** Back with data as it is, forth again, and back with its data. */
async function sticks(server: Server): Promise<void> {
  const app = await makeVersions(server, { user: "sticks" });
  match((await app.ends(1, "rollback")).stderr, /there is no generation before 1/);
  const mark = (text: string) => app.pet.run(["sh", "-c", 'echo "$1" >data/files/mark', "sh", text]);
  const marked = async (where = "data") => (await app.pet.run(["cat", `${where}/files/mark`])).stdout.trim();
  await mark("one");
  const first = await app.head();
  const second = await app.release({ version: "2" });
  await app.done("upgrade", "--apply");
  await mark("two");

  await app.refused(0, /^/, "rollback", "--dry-run");
  const { stdout } = await app.done("rollback", "--dry-run");
  match(stdout, new RegExp(`^Back to generation 1, notes 1 \\(${first.slice(0, 12)}\\), from 2$`, "m"));
  match(stdout, /^\+echo "this is version 1"|^ +\+echo "this is version 1"/m);
  const shown = JSON.parse((await app.done("rollback", "--dry-run", "--with-data", "--json")).stdout);
  deepStrictEqual(Object.keys(shown), ["from", "to", "snapshot", "plan"]);
  deepStrictEqual([shown.from, shown.to, typeof shown.snapshot], [2, 1, "string"]);
  match((await app.refused(1, /there is none/, "rollback", "9")).stderr, /ppm history/);
  await app.refused(2, /it is not a number from ppm history/, "rollback", "first");

  const back = JSON.parse((await app.done("rollback", "--json")).stdout);
  deepStrictEqual(back, { from: 2, to: 1, snapshot: null, keptData: null, well: true });
  strictEqual(await app.writer(), "version 1");
  strictEqual(await marked(), "two");
  deepStrictEqual(await app.aside(), []);
  const table = (await app.done("history")).stdout;
  match(table, /left for 1 on/);
  match(table, /^\* +1 /m);

  // It sticks, until upstream moves on or somebody says so.
  await app.refused(
    0,
    /left alone since .*: a rollback to generation 1 has left it/,
    "upgrade",
    "--apply",
    "--scheduled",
  );
  await app.refused(1, /left alone since/, "upgrade", "--apply");
  await app.refused(0, /Nothing to do/, "setup");
  await app.refused(0, /Nothing to do/, "rollback", "1");
  match((await app.done("upgrade")).stderr, /left alone since/); // looked at, and no more
  await app.ends(0, "upgrade", "--apply", "--scheduled");
  strictEqual((await app.history())[0].stands, false);
  await mark("three");
  await app.done("upgrade", "--apply", "--retry", second.slice(0, 10));
  strictEqual(await app.writer(), "version 2");
  await mark("four");

  await app.done("rollback", "1", "--with-data");
  strictEqual(await app.writer(), "version 1");
  strictEqual(await marked(), "three");
  const [kept = "", ...more] = await app.aside();
  deepStrictEqual(more, []);
  match(kept, /^data\.before-/);
  strictEqual(await marked(kept), "four");
  match((await app.done("clean")).stdout, new RegExp(kept));
  const numbers = (await app.history()).map(({ generation, stands }) => [generation, stands]);
  deepStrictEqual(numbers, [[3, false], [2, false], [1, true]]);

  await app.release({ version: "5" });
  await app.done("upgrade", "--apply", "--scheduled");
  strictEqual(await app.writer(), "version 5");
  strictEqual((await app.history())[0].generation, 4);
}

/** What somebody has edited is kept, on the way forth and on the way back. */
async function edited(server: Server): Promise<void> {
  const app = await makeVersions(server, { user: "edited" });
  const edit = (text: string) => app.pet.run(["sh", "-c", 'echo "$1" >>.config/notes/run', "sh", text]);
  const kept = async () => (await app.pet.run(["sh", "-c", "cat $(find .ppm/overwritten -type f)"])).stdout;
  await edit("# by hand, in version 1");
  await app.release({ version: "2" });
  match((await app.done("upgrade", "--apply")).stderr, /overwritten/);
  match(await kept(), /by hand, in version 1/);
  const before = await app.stands();
  await edit("# by hand, in version 2");
  await app.done("rollback");
  strictEqual(await app.writer(), "version 1");
  match(await kept(), /by hand, in version 2/);
  ok(!(await app.pet.read(".config/notes/run")).includes("by hand"));
  await app.done("rollback", "2");
  same(await app.stands(), before, "generation 2 is not what it was");
}

/** Without backups, files go back, and data stays. */
async function withoutBackups(server: Server): Promise<void> {
  const app = await makeVersions(server, { user: "none", backedUp: false });
  const before = await app.stands();
  await app.release({ version: "2", backedUp: false });
  const done = JSON.parse((await app.done("upgrade", "--apply", "--json")).stdout);
  deepStrictEqual([done.outcome, done.generation, done.snapshot], ["applied", 2, null]);
  deepStrictEqual(done.started, ["notes.service"]);
  await app.refused(
    1,
    /Cannot find backups of "notes": its definition loads backups_none/,
    "rollback",
    "--with-data",
  );
  await app.done("rollback");
  same(await app.stands(), before, "generation 1 is not what it was");

  await app.release({ version: "3", backedUp: false, does: "echo left >data/left; exit 1" });
  await app.ends(7, "upgrade", "--apply");
  same(await app.stands(), before, "generation 1 is not what it was");
  ok(await app.up());
  deepStrictEqual(await app.aside(), []);
  strictEqual((await app.pet.run(["cat", "data/left"])).stdout, "left\n");
}
