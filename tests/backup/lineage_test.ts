import assert from "node:assert/strict";
import { UserError } from "../../src/errors.ts";
import {
  judgeClaims,
  type Lineage,
  nextLineage,
  readLineage,
  supersededClaims,
  writeLineage,
} from "../../src/backup/lineage.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aClaim, aSnapshot } from "../support/snapshots.ts";

function aLineage(counter: number, changes: Partial<Lineage> = {}): Lineage {
  return { version: 1, lineage: "a", counter, claimed: true, fresh: false, repository: null, ...changes };
}

const BACKUP = aSnapshot("good", "2026-01-01T03:00", { lineage: "a" });

Deno.test("judgeClaims() lets a first life begin where the repository holds nothing of the instance", () => {
  assert.deepEqual(judgeClaims(undefined, [], ""), { kind: "new" });
});

Deno.test("judgeClaims() lets the server go on whose claim is the highest", () => {
  assert.deepEqual(judgeClaims(aLineage(2), [aClaim("b", 1), aClaim("a", 2), BACKUP], ""), { kind: "ours" });
});

Deno.test("judgeClaims() stops a server after whose claim another one restored", () => {
  const by = aClaim("b", 2);
  assert.deepEqual(judgeClaims(aLineage(1), [aClaim("a", 1), BACKUP, by], ""), {
    kind: "foreign",
    by,
    why: "higher",
  });
});

Deno.test("judgeClaims() stops both of two servers that restored at once", () => {
  const [a, b] = [aClaim("a", 2), aClaim("b", 2)];
  const all = [aClaim("c", 1), a, b];
  assert.deepEqual(judgeClaims(aLineage(2), all, ""), { kind: "foreign", by: b, why: "same" });
  assert.deepEqual(judgeClaims(aLineage(2, { lineage: "b" }), all, ""), {
    kind: "foreign",
    by: a,
    why: "same",
  });
});

Deno.test("judgeClaims() stops both also while one of them has not claimed yet", () => {
  const b = aClaim("b", 2);
  const verdict = judgeClaims(aLineage(2, { claimed: false }), [aClaim("c", 1), b], "");
  assert.deepEqual(verdict, { kind: "foreign", by: b, why: "same" });
});

Deno.test("judgeClaims() lets the second of two fresh starts supersede the first", () => {
  const first = nextLineage([], { fresh: true });
  const claims = [aClaim(first.lineage, first.counter)];
  const second = nextLineage(claims, { fresh: true });
  assert.equal(second.counter, 2);
  const all = [...claims, aClaim(second.lineage, second.counter)];
  assert.equal(judgeClaims(second, all, "").kind, "ours");
  assert.equal(judgeClaims(first, all, "").kind, "foreign");
});

Deno.test("judgeClaims() lets a take-over stand, and stops who had it before", () => {
  const all = [aClaim("a", 1), aClaim("b", 2)];
  const taken = nextLineage(all, { fresh: false });
  const after = [...all, aClaim(taken.lineage, taken.counter)];
  assert.equal(judgeClaims(taken, after, "").kind, "ours");
  assert.equal(judgeClaims(aLineage(2, { lineage: "b" }), after, "").kind, "foreign");
});

Deno.test("judgeClaims() stops a server that does not know who it is where somebody has written", () => {
  const claim = aClaim("a", 1);
  assert.deepEqual(judgeClaims(undefined, [BACKUP, claim], ""), {
    kind: "foreign",
    by: claim,
    why: "forgotten",
  });
  assert.deepEqual(judgeClaims(undefined, [BACKUP], ""), { kind: "foreign", by: BACKUP, why: "forgotten" });
});

Deno.test("judgeClaims() wants a claim finished, or made again, that the repository does not show", () => {
  assert.deepEqual(judgeClaims(aLineage(2, { claimed: false }), [aClaim("b", 1)], ""), { kind: "unclaimed" });
  assert.deepEqual(judgeClaims(aLineage(2), [aClaim("b", 1)], ""), { kind: "unclaimed" });
  assert.deepEqual(judgeClaims(aLineage(2), [], ""), { kind: "unclaimed" });
});

Deno.test("nextLineage() goes above all claims, and is unclaimed", () => {
  const lineage = nextLineage([aClaim("a", 7), aClaim("b", 3), BACKUP], { fresh: true });
  assert.match(lineage.lineage, /^[0-9a-f]{16}$/);
  assert.deepEqual({ ...lineage, lineage: "" }, aLineage(8, { lineage: "", claimed: false, fresh: true }));
  assert.notEqual(lineage.lineage, nextLineage([], { fresh: true }).lineage);
});

Deno.test("supersededClaims() are all but the highest, and never both of two equal ones", () => {
  const [one, two, also] = [aClaim("a", 1), aClaim("b", 2), aClaim("c", 2)];
  assert.deepEqual(supersededClaims([one, two, also, BACKUP]), [one]);
  assert.deepEqual(supersededClaims([one]), []);
});

Deno.test("readLineage() reads what writeLineage() wrote, for this user alone", () => {
  const system = new FakeSystem();
  system.makeDirectory("/home/app/.ppm", 0o700);
  assert.equal(readLineage(system), undefined);
  const lineage = aLineage(3, { repository: { id: "f".repeat(64), location: "/srv/restic" } });
  writeLineage(system, lineage);
  assert.deepEqual(readLineage(system), lineage);
  assert.equal(system.lstat("/home/app/.ppm/lineage.json")?.mode, 0o600);
});

Deno.test("readLineage() refuses a file that it cannot understand: who this server is must not be guessed", () => {
  const system = new FakeSystem({ files: { "/home/app/.ppm/lineage.json": '{"version":1,"counter":"2"}' } });
  assert.throws(() => readLineage(system), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.exit, "refused");
    assert.match(error.hint ?? "", /--take-over/);
    return true;
  });
});

Deno.test("judgeClaims() stops a machine to which the disk of another was copied", () => {
  const own = aClaim("a", 2);
  const there = { ...own, claim: { counter: 2, server: "old", machine: "0123456789ab" } };
  assert.deepEqual(judgeClaims(aLineage(2), [there], "ba9876543210"), {
    kind: "foreign",
    by: there,
    why: "copied",
  });
  assert.equal(judgeClaims(aLineage(2), [there], "0123456789ab").kind, "ours");
  assert.equal(judgeClaims(aLineage(2), [there], "").kind, "ours");
});

Deno.test("judgeClaims() wants a claim made again that the repository shows with another number", () => {
  assert.deepEqual(judgeClaims(aLineage(2), [aClaim("a", 1)], ""), { kind: "unclaimed" });
});
