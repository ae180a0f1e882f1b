/** The checks that are arithmetic: versions, dates, room, ports, drift. */
import assert from "node:assert/strict";
import { judgeClock } from "../../src/doctor/clock.ts";
import { examineDrift } from "../../src/doctor/drift.ts";
import { examinePorts, wantedPorts } from "../../src/doctor/ports.ts";
import { isOlderThan } from "../../src/doctor/programs.ts";
import { judgeSpace } from "../../src/doctor/space.ts";
import { diskSpace } from "../../src/host/disk_space.ts";
import type { Drift } from "../../src/plan/drift.ts";
import { FakeSystem } from "../support/fake_system.ts";

const GIB = 1024 ** 3;

Deno.test("isOlderThan() compares versions by number, not by letter", () => {
  for (
    const [version, least] of [["0.13.1", "0.14"], ["4.3", "4.4"], ["4.9.9", "4.10"], ["251", "252"]] as const
  ) {
    assert.ok(isOlderThan(version, least), `${version} < ${least}`);
    assert.ok(!isOlderThan(least, version), `${least} < ${version}`);
  }
  assert.ok(!isOlderThan("0.14.0", "0.14"));
  assert.ok(!isOlderThan("5", "4.4"));
});

Deno.test("judgeClock() is content up to five minutes before what was noted last", () => {
  const noted = Date.parse("2026-01-01T00:00:00Z");
  assert.equal(judgeClock(noted - 300_000, noted).state, "good");
  const { state, what, rootSteps } = judgeClock(noted - 300_001, noted);
  assert.equal(state, "wrong");
  assert.match(what, /it is 2025-12-31T23:54:59.*something was done here at 2026-01-01T00:00:00/);
  assert.equal(rootSteps[0]?.command, "timedatectl set-ntp true");
});

Deno.test("judgeSpace() wants 1 GiB, or a twentieth of a small file system, and a twentieth of the inodes", () => {
  const space = (freeBytes: number, totalBytes: number, freeInodes = 100, totalInodes = 100) =>
    judgeSpace({ path: "/home/app" }, { freeBytes, totalBytes, freeInodes, totalInodes }).state;
  assert.equal(space(GIB, 1000 * GIB), "good");
  assert.equal(space(GIB - 1, 1000 * GIB), "wrong");
  assert.equal(space(GIB / 20, GIB), "good");
  assert.equal(space(GIB / 20 - 1, GIB), "wrong");
  assert.equal(space(GIB, GIB, 4, 100), "wrong");
  assert.equal(space(GIB, GIB, 5, 100), "good");
  assert.equal(space(GIB, GIB, 0, 0), "good", "btrfs counts no inodes");
  const repository = judgeSpace({ path: "/srv", leastBytes: 100 }, {
    freeBytes: 99,
    totalBytes: 150,
    freeInodes: 0,
    totalInodes: 0,
  });
  assert.equal(repository.what, "only 99 B of 150 B are free at /srv");
});

Deno.test("diskSpace() reads df(1), also where there are no inodes to count", async () => {
  const system = new FakeSystem();
  let answer = "  Avail  1B-blocks IFree Inodes\n 100 2000 3 40\n";
  system.program("df", () => ({ stdout: answer }));
  assert.deepEqual(await diskSpace(system, "/"), {
    freeBytes: 100,
    totalBytes: 2000,
    freeInodes: 3,
    totalInodes: 40,
  });
  answer = "Avail 1B-blocks IFree Inodes\n100 2000 - -\n";
  assert.equal((await diskSpace(system, "/")).totalInodes, 0);
  answer = "";
  await assert.rejects(diskSpace(system, "/"), /Cannot tell how much room there is at \//);
});

Deno.test("wantedPorts() reads the ports among what an application asks for", () => {
  const grants = [
    "domain example.org",
    "port 80/tcp on every address",
    "port 53-54/udp from 10.0.0.0/8",
    "program ~/bin/x of the definition",
  ];
  assert.deepEqual(wantedPorts({ grants }), [80, 53]);
});

Deno.test("examinePorts() gives the lowest port to all users, and asks nothing where none is low", async () => {
  const system = new FakeSystem();
  system.program("cat", () => ({ stdout: "1024\n" }));
  const [finding] = await examinePorts(system, [8080, 443, 80, 80]);
  assert.equal(finding?.what, "only root may listen at ports 80, 443");
  assert.deepEqual(finding?.rootSteps.map(({ command }) => command), [
    "echo net.ipv4.ip_unprivileged_port_start=80 >/etc/sysctl.d/50-unprivileged-ports.conf",
    "sysctl --load /etc/sysctl.d/50-unprivileged-ports.conf",
  ]);
  const quiet = new FakeSystem();
  assert.deepEqual(await examinePorts(quiet, [1024, 8080]), []);
  assert.deepEqual(quiet.invocations, []);
});

Deno.test("examineDrift() says each fault once", () => {
  const drift = (kind: Drift["kind"], message: string, next = "ppm setup"): Drift => ({
    kind,
    message,
    next,
  });
  const stateFile = { path: "/var/lib/ppm/state/app/state.yml" } as never;
  const found = (drifts: readonly Drift[], context = { hasConfig: true, isPublishable: true }) =>
    examineDrift(drifts, { stateFile }, context).filter(({ state }) => state === "wrong").map(({ what }) =>
      what
    );
  assert.deepEqual(found([]), []);
  assert.deepEqual(found([drift("linger", "no")]), [], "its own check says so");
  assert.deepEqual(found([drift("file", "~/a was edited"), drift("reload", "old")]), ["~/a was edited"]);
  assert.deepEqual(found([drift("reload", "old")]), ["old"]);
  const gone = drift("config", "/home/app/config.yml is gone");
  assert.deepEqual(found([gone], { hasConfig: false, isPublishable: true }), []);
  const unpublished = drift("file", "/var/lib/ppm/state/app/state.yml is missing");
  assert.deepEqual(found([unpublished], { hasConfig: true, isPublishable: false }), []);
  assert.deepEqual(found([unpublished]), [unpublished.message]);
});
