/** `ppm setup` that brings lost data back, and `ppm restore`, that are killed at any of their writes, or whose writes the disk refuses. */
import { ok, strictEqual } from "node:assert/strict";
import { makeNotes, type Notes } from "./backup_support.ts";
import { converges, type Way, ways } from "./restore_ways.ts";
import { sample } from "./sampling.ts";
import { bootServer, eitherRelease } from "./server.ts";

const POINTS = [
  { syscall: "rename", fault: "signal=KILL" },
  { syscall: "fsync", fault: "signal=KILL" },
  { syscall: "mkdir", fault: "signal=KILL" },
  { syscall: "rename", fault: "error=EIO" },
  { syscall: "fsync", fault: "error=ENOSPC" },
];

/** Runs a way undisturbed; returns how often at most one of its processes makes each of the calls. */
async function callsOf(notes: Notes, way: Way): Promise<ReadonlyMap<string, number>> {
  await way.prepare(notes);
  const syscalls = [...new Set(POINTS.map(({ syscall }) => syscall))];
  const list = "/tmp/calls";
  await notes.pet.run(["strace", "-f", "-qqq", "-o", list, "-e", `trace=${syscalls}`, "ppm", ...way.args]);
  const lines = (await notes.server.readFile(list)).split("\n");
  return new Map(syscalls.map((syscall) => {
    const processes = lines.filter((line) => line.includes(` ${syscall}(`)).map((line) => line.split(" ")[0]);
    const counts = Object.values(Object.groupBy(processes, (process) => process ?? "")).map((each) =>
      each?.length ?? 0
    );
    return [syscall, Math.max(0, ...counts)];
  }));
}

eitherRelease(
  "ppm setup and ppm restore that are killed, or refused by the disk, at any write are finished by the next one",
  async (release, t) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server);
    for (const way of Object.values(await ways(notes))) {
      const calls = await callsOf(notes, way);
      for (const { syscall, fault } of POINTS) {
        const all = Array.from({ length: calls.get(syscall) ?? 0 }, (_, at) => at + 1);
        ok(all.length > 0, `no ${syscall} to disturb`);
        for (const count of sample(all, 1, `${release} ${way.args[0]} ${syscall} ${fault}`)) {
          await t.step(
            `ppm ${way.args[0]}: ${fault} at ${syscall} ${count} of ${all.length}`,
            () => disturb(notes, way, { syscall, fault, count }),
          );
        }
      }
    }
  },
);

/** Disturbs the n-th of the calls that each process makes. */
async function disturb(
  notes: Notes,
  way: Way,
  { syscall, fault, count }: { readonly syscall: string; readonly fault: string; readonly count: number },
): Promise<void> {
  const before = await way.prepare(notes);
  const strace = ["strace", "-f", "-qqq", "-o", "/dev/null", "-e", `trace=${syscall}`];
  const inject = ["-e", `inject=${syscall}:${fault}:when=${count}`];
  const { code, stderr } = await notes.pet.run([...strace, ...inject, "ppm", ...way.args], { check: false });
  ok(!stderr.includes("bug in ppm"), stderr);
  if (code === 0) {
    strictEqual(await notes.digest(), before.data.at(-1), "success is said of what is not there");
  }
  await converges(notes, way, before);
}

eitherRelease(
  "ppm restore whose power fails between two of its renames ends at the next boot, and the application runs on the new data",
  async (release, t) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server);
    const { restore } = await ways(notes);
    const renames = (await callsOf(notes, restore)).get("rename") ?? 0;
    for (const count of [renames - 1, renames]) {
      await t.step(`rename ${count} of ${renames}`, async () => {
        const before = await restore.prepare(notes);
        const kill = `inject=rename:signal=KILL:when=${count}`;
        const strace = ["strace", "-f", "-qqq", "-o", "/dev/null", "-e", "trace=rename", "-e", kill];
        const ran = await notes.pet.run([...strace, "ppm", "restore"], { check: false });
        ok(ran.code !== 0);
        await server.powerCut();
        await server.boot();
        ok(await notes.up(60), "the application is down");
        await notes.idle();
        ok(await notes.up(), "the application went down again");
        strictEqual(await notes.exists(".ppm/swap.json"), false);
        const now = await notes.digest();
        ok(before.data.includes(now ?? ""), "data/ is neither the old nor the new");
        await converges(notes, restore, before);
      });
    }
  },
);
