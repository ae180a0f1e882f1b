import assert from "node:assert/strict";
import { commitsBetween, hasCommit, isAncestor, requireDescendant } from "../../src/definition/commits.ts";
import { fetchDefinition } from "../../src/definition/fetch.ts";
import { UserError } from "../../src/errors.ts";
import { errorOf, git, MINIMAL, Place } from "./clone_fixture.ts";

Deno.test("commitsBetween() lists what is new, newest first, and no more than a terminal can bear", async () => {
  using place = new Place();
  const first = place.commit(MINIMAL);
  const second = place.commit({ "notes": "2" }, "Second\nline\n\nBody");
  const third = place.commit({ "notes": "3" }, `\u001b[2J\u202eThird ${"x".repeat(300)}`);
  const commits = await commitsBetween(place.system, place.upstream, first, third);
  assert.deepEqual(commits.map(({ id, author }) => [id, author]), [[third, "Author"], [second, "Author"]]);
  assert.equal(commits[1]?.subject, "Second line");
  const subject = commits[0]?.subject ?? "";
  assert.ok(subject.startsWith("\\u{1b}[2J\\u{202e}Third xxx") && subject.endsWith("x…"), subject);
  assert.ok(subject.length < 220);
  assert.match(commits[0]?.time ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/);
  assert.deepEqual(await commitsBetween(place.system, place.upstream, third, third), []);
  assert.deepEqual(await commitsBetween(place.system, place.upstream, third, first), []);
});

Deno.test("commitsBetween() runs nothing that the clone's configuration names", async () => {
  using place = new Place();
  const first = place.commit(MINIMAL);
  const plain = place.git("cat-file", "commit", place.commit({ "notes": "2" }));
  const signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n wsBc\n -----END PGP SIGNATURE-----";
  const file = `${place.top}/commit`;
  Deno.writeTextFileSync(file, `${plain.replace("\n\n", `\n${signature}\n\n`)}\n`);
  const second = place.git("hash-object", "-t", "commit", "-w", file);
  const canary = `${place.top}/canary`;
  Deno.writeTextFileSync(canary, '#!/bin/sh\ntouch "$0.ran"\n', { mode: 0o755 });
  for (const name of ["gpg.program", "core.pager"]) place.git("config", name, canary);
  place.git("config", "log.showSignature", "true");
  assert.equal((await commitsBetween(place.system, place.upstream, first, second))[0]?.id, second);
  assert.equal(place.system.lstat(`${canary}.ran`), undefined);
  place.git("log", second);
  assert.ok(place.system.lstat(`${canary}.ran`), "git alone runs it");
});

Deno.test("isAncestor() and hasCommit() tell history", async () => {
  using place = new Place();
  const first = place.commit(MINIMAL);
  const second = place.commit({ "notes": "2" });
  const { system, upstream } = place;
  assert.equal(await isAncestor(system, upstream, first, second), true);
  assert.equal(await isAncestor(system, upstream, second, second), true);
  assert.equal(await isAncestor(system, upstream, second, first), false);
  assert.equal(await isAncestor(system, upstream, "e".repeat(40), second), false);
  assert.equal(await hasCommit(system, upstream, second), true);
  assert.equal(await hasCommit(system, upstream, "e".repeat(40)), false);
  assert.equal(await hasCommit(system, upstream, place.blob("no commit")), false);
});

Deno.test("isAncestor() believes no graft and no replacement", async () => {
  using place = new Place();
  const first = place.commit(MINIMAL);
  const second = place.commit({ "notes": "2" });
  const other = place.git("commit-tree", `${second}^{tree}`, "-m", "Rewritten");
  place.git("replace", other, second);
  assert.equal(place.git("merge-base", first, other), first, "git alone believes it");
  assert.equal(await isAncestor(place.system, place.upstream, first, other), false);
  place.git("replace", "--delete", other);
  Deno.mkdirSync(`${place.upstream}/.git/info`, { recursive: true });
  Deno.writeTextFileSync(`${place.upstream}/.git/info/grafts`, `${other} ${first}\n`);
  assert.equal(place.git("merge-base", first, other), first, "git alone believes it");
  assert.equal(await isAncestor(place.system, place.upstream, first, other), false);
});

Deno.test("requireDescendant() refuses a force-push and says how to accept it", async () => {
  using place = new Place();
  place.commit(MINIMAL);
  const accepted = place.commit({ "notes": "2" });
  await place.adopt();
  place.git("commit", "--quiet", "--amend", "--message", "Rewritten", "--date", "2020-01-01T00:00:00Z");
  const { clone: { directory, commit }, name } = await fetchDefinition(place.system, place.wanted());
  const error = await errorOf(
    UserError,
    requireDescendant(place.system, { directory, accepted, commit, name }),
  );
  const [old, tip] = [accepted.slice(0, 12), commit.slice(0, 12)];
  assert.deepEqual([error.message, error.hint, error.exit], [
    `Cannot follow the branch main to the commit ${tip}: its history does not hold the commit ${old}, which was accepted last`,
    `Look at both: git -C ${directory} log --oneline --graph ${old} ${tip}. ` +
    `If its authors meant it, accept that very commit in config.yml: definition.revision: ${commit}`,
    "invalid",
  ]);
  assert.match(git(directory, "log", "--oneline", old, tip), /Rewritten/);
});

Deno.test("requireDescendant() refuses an old commit that is offered again, and lets pass what carries on", async () => {
  using place = new Place();
  const first = place.commit(MINIMAL);
  const accepted = place.commit({ "notes": "2" });
  const third = place.commit({ "notes": "3" });
  const { system, upstream: directory } = place;
  const step = { directory, accepted, name: "the tag v1" };
  const back = await errorOf(UserError, requireDescendant(system, { ...step, commit: first }));
  assert.equal(
    back.message,
    `Cannot follow the tag v1 to the commit ${first.slice(0, 12)}: ` +
      `it was set back, behind the commit ${accepted.slice(0, 12)}, which was accepted last`,
  );
  await requireDescendant(system, { ...step, commit: third });
  await requireDescendant(system, { ...step, commit: accepted });
  const lost = await errorOf(
    UserError,
    requireDescendant(system, { ...step, accepted: "e".repeat(40), commit: third }),
  );
  assert.match(lost.message, /its history does not hold the commit e{12}/);
  assert.doesNotMatch(lost.hint ?? "", /Look at both/);
});
