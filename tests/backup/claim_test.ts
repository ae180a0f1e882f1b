import assert from "node:assert/strict";
import { ensureClaim, requireClaim, takeOver } from "../../src/backup/claim.ts";
import { type Lineage, readLineage, writeLineage } from "../../src/backup/lineage.ts";
import { readRecord, updateRecord } from "../../src/backup/record.ts";
import type { Snapshot } from "../../src/backup/snapshot.ts";
import { type ExitName, UserError } from "../../src/errors.ts";
import { Output } from "../../src/ui/output.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aClaim, aSnapshot, FakeRestic, IDENTITY } from "../support/snapshots.ts";
import { FakeClock, MemorySink } from "../support/terminal.ts";

const HERE = "/srv/restic";

/** A server with a repository that holds `snapshots`. */
function aServer(snapshots: readonly Snapshot[] = [], { location = HERE, id = "f".repeat(64) } = {}) {
  const restic = new FakeRestic(snapshots);
  restic.id = id;
  const system = new FakeSystem({ files: { "/etc/machine-id": `${"1".repeat(32)}\n` } })
    .program("restic", restic.run);
  system.makeDirectory("/home/app/.ppm", 0o700);
  const stderr = new MemorySink();
  const output = new Output({ stdout: new MemorySink(), stderr });
  const access = {
    repository: location,
    passwordfile: "/home/app/.password",
    environment: {},
    unshare: false,
  };
  return {
    hands: { system, output, clock: new FakeClock() },
    request: { repository: { system, access }, identity: IDENTITY, snapshots },
    system,
    restic,
    stderr,
  };
}

/** What this server remembers: lineage "a" with the number `counter`, and `mine` as what it made last. */
function remember(
  system: FakeSystem,
  counter: number,
  mine: readonly string[],
  changes: Partial<Lineage> = {},
) {
  const repository = { id: "f".repeat(64), location: HERE };
  writeLineage(system, {
    version: 1,
    lineage: "a",
    counter,
    claimed: true,
    fresh: false,
    repository,
    ...changes,
  });
  updateRecord(system, { mine });
}

async function fails(promise: Promise<unknown>, exit: ExitName, message: RegExp, hint: RegExp) {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.exit, exit, error.message);
    assert.match(error.message, message);
    assert.match(error.hint ?? "", hint);
    return true;
  });
}

Deno.test("ensureClaim() claims an instance that nobody has, and remembers the repository", async () => {
  const { hands, request, system, restic } = aServer();
  const lineage = await ensureClaim(hands, request);
  assert.deepEqual(readLineage(system), lineage);
  assert.deepEqual({ ...lineage, lineage: "" }, {
    version: 1,
    lineage: "",
    counter: 1,
    claimed: true,
    fresh: false,
    repository: { id: "f".repeat(64), location: HERE },
  });
  const [claim] = restic.saved;
  assert.deepEqual(claim?.tags.filter((tag) => !/lineage|machine/.test(tag)), [
    "ppm",
    "ppm-claim",
    "ppm-app=web",
    "ppm-definition=0123456789ab",
    "ppm-counter=1",
    "ppm-server=server",
  ]);
  assert.deepEqual(readRecord(system).mine, [claim?.id]);
  assert.match(restic.commands.at(-1) ?? "", /^backup .*--force -- \.ppm\/lineage\.json$/);
});

Deno.test("ensureClaim() asks restic nothing where all is as it was", async () => {
  const claim = aClaim("a", 1);
  const { hands, request, system, restic } = aServer([claim]);
  remember(system, 1, [claim.id.slice(0, 8)]);
  assert.equal((await ensureClaim(hands, request)).counter, 1);
  assert.deepEqual(restic.commands, []);
});

Deno.test("ensureClaim() stops a server after whose claim another one restored, naming that one, when, and what to do", async () => {
  const mine = aClaim("a", 1);
  const { hands, request, system, restic } = aServer([mine, aClaim("b", 2)]);
  remember(system, 1, [mine.id]);
  await fails(
    ensureClaim(hands, request),
    "refused",
    /^Cannot write to the backups of "web": the server "server-b" claimed them at 2026-01-01T00:00:00\.000Z \(claim 2\), after this one \(claim 1\)$/,
    /^If the application lives on server-b, stop it here: ppm stop\n.*: ppm backup --take-over$/,
  );
  assert.deepEqual(restic.saved, []);
});

Deno.test("ensureClaim() stops both of two servers that restored at once", async () => {
  const [a, b] = [aClaim("a", 2), aClaim("b", 2)];
  const { hands, request, system } = aServer([a, b]);
  remember(system, 2, [a.id]);
  await fails(ensureClaim(hands, request), "refused", /"server-b" .* same number as this one/, /--take-over/);
});

Deno.test("ensureClaim() stops a server that does not know who it is, with and without claims", async () => {
  const claimed = aServer([aClaim("a", 1)]);
  await fails(
    ensureClaim(claimed.hands, claimed.request),
    "refused",
    /does not know of any claim of its own/,
    /--take-over/,
  );
  const bare = aServer([aSnapshot("good", "2026-01-01T03:00")]);
  await fails(
    ensureClaim(bare.hands, bare.request),
    "refused",
    /does not know that it made it/,
    /--take-over/,
  );
});

Deno.test("ensureClaim() finishes a claim that was not finished, with its number", async () => {
  const { hands, request, system, restic } = aServer([aClaim("b", 1)]);
  remember(system, 2, [], { claimed: false, repository: null });
  assert.equal((await ensureClaim(hands, request)).claimed, true);
  assert.ok(restic.saved[0]?.tags.includes("ppm-counter=2"));
  assert.ok(restic.saved[0]?.tags.includes("ppm-lineage=a"));
  assert.equal(readLineage(system)?.repository?.id, "f".repeat(64));
});

Deno.test("ensureClaim() leaves the claim unfinished where restic fails, or made no whole snapshot", async () => {
  for (const code of [1, 3]) {
    const { hands, request, system, restic } = aServer();
    const summary = {
      message_type: "summary",
      total_files_processed: 0,
      total_bytes_processed: 0,
      data_added: 0,
    };
    restic.answers.backup = () => ({
      code,
      stdout: `${JSON.stringify({ ...summary, snapshot_id: "ab".repeat(32) })}\n`,
    });
    await assert.rejects(
      ensureClaim(hands, request),
      (error) => error instanceof UserError && error.exit === "backup",
    );
    assert.equal(readLineage(system)?.claimed, false);
    assert.deepEqual(readRecord(system).mine, []);
  }
});

Deno.test("ensureClaim() refuses a repository that was made anew, before it writes to it", async () => {
  const { hands, request, system, restic } = aServer([], { id: "0".repeat(64) });
  remember(system, 1, ["1".repeat(64)]);
  await fails(
    ensureClaim(hands, request),
    "refused",
    /\/srv\/restic: it is another repository \(00000000\) than the one with this server's backups \(ffffffff at \/srv\/restic\)/,
    /ppm backup --take-over$/,
  );
  assert.deepEqual(restic.saved, []);
});

Deno.test("ensureClaim() claims again in the same repository where its claim is gone from", async () => {
  const { hands, request, system, restic } = aServer([aSnapshot("good", "2026-01-01T03:00")]);
  remember(system, 4, ["1".repeat(64)]);
  assert.equal((await ensureClaim(hands, request)).counter, 4);
  assert.equal(restic.saved.length, 1);
});

Deno.test("ensureClaim() follows a repository that was moved, and says so", async () => {
  const claim = aClaim("a", 1);
  const { hands, request, system, stderr } = aServer([claim], { location: "rest:https://me:secret@nas/web" });
  remember(system, 1, [claim.id]);
  await ensureClaim(hands, request);
  assert.deepEqual(readLineage(system)?.repository, {
    id: "f".repeat(64),
    location: "rest:https://***@nas/web",
  });
  assert.match(stderr.text, /^The repository is found at rest:https:\/\/\*\*\*@nas\/web from now on\n$/);
});

Deno.test("takeOver() claims above all others, also in another repository", async () => {
  const { hands, request, system, restic } = aServer([aClaim("a", 1), aClaim("b", 2)], {
    id: "0".repeat(64),
  });
  remember(system, 1, ["1".repeat(64)], { fresh: true });
  const lineage = await takeOver(hands, request);
  assert.equal(lineage.counter, 3);
  assert.equal(lineage.fresh, true);
  assert.notEqual(lineage.lineage, "a");
  assert.equal(readLineage(system)?.repository?.id, "0".repeat(64));
  assert.ok(restic.saved[0]?.tags.includes("ppm-counter=3"));
});

Deno.test("requireClaim() lets nobody forget but the server whose claim stands", async () => {
  const mine = aClaim("a", 1);
  const ours = aServer([mine]);
  remember(ours.system, 1, [mine.id]);
  await requireClaim(ours.request);
  const other = aServer([mine, aClaim("b", 2)]);
  remember(other.system, 1, [mine.id]);
  await fails(requireClaim(other.request), "refused", /"server-b"/, /--take-over/);
  const fresh = aServer([]);
  await fails(requireClaim(fresh.request), "refused", /has not claimed them/, /ppm backup$/);
});

Deno.test("ensureClaim() claims again where it was killed before it could note that the claim is made", async () => {
  const claim = aClaim("a", 1);
  const { hands, request, system, restic } = aServer([claim]);
  remember(system, 1, [], { claimed: false });
  assert.equal((await ensureClaim(hands, request)).claimed, true);
  assert.equal(readLineage(system)?.claimed, true);
  assert.deepEqual(readRecord(system).mine, [restic.saved[0]?.id]);
});

Deno.test("ensureClaim() takes an id that is not known for none of its own", async () => {
  const { hands, request, system } = aServer([aSnapshot("good", "2026-01-01T03:00")], { id: "0".repeat(64) });
  remember(system, 1, [""]);
  await fails(ensureClaim(hands, request), "refused", /it is another repository/, /--take-over$/);
});

Deno.test("ensureClaim() remembers no credentials of the repository", async () => {
  const { hands, request, system } = aServer([], { location: "rest:https://me:secret@nas/web" });
  await ensureClaim(hands, request);
  assert.equal(readLineage(system)?.repository?.location, "rest:https://***@nas/web");
});

Deno.test("requireClaim() refuses another repository, though it holds a claim with this server's name", async () => {
  const other = aServer([aClaim("a", 1)], { id: "0".repeat(64) });
  remember(other.system, 1, ["9".repeat(64)]);
  await fails(requireClaim(other.request), "refused", /it is another repository/, /--take-over$/);
});
