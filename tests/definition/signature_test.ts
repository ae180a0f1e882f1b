import assert from "node:assert/strict";
import { requireSignature, type Signed } from "../../src/definition/signature.ts";
import { parseTagObject } from "../../src/definition/signed_tag.ts";
import { UserError } from "../../src/errors.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { errorOf, Place } from "./clone_fixture.ts";

const SIGNERS = "/home/app/signers";

/** A place with keys: what their owners sign is what ssh-keygen has really signed. */
class SignedPlace extends Place {
  readonly signers = `${this.top}/signers`;

  constructor() {
    super();
    this.key("alice");
    this.key("mallory");
    this.allow("alice");
  }

  /** Makes a key. */
  key(name: string): void {
    const args = ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", `${this.top}/${name}`];
    new Deno.Command("ssh-keygen", { args }).outputSync();
  }

  /** Makes the file of allowed signers name this one alone. */
  allow(name: string, options = ""): void {
    const key = Deno.readTextFileSync(`${this.top}/${name}.pub`);
    Deno.writeTextFileSync(this.signers, `${name}@example.org ${options} ${key}`);
  }

  /** Runs git with a person's key at hand. */
  as(name: string, ...args: string[]): string {
    return this.git("-c", "gpg.format=ssh", "-c", `user.signingkey=${this.top}/${name}`, ...args);
  }

  /** Commits, signed by `name`, and returns the id. */
  sign(name: string, message = "Signed"): string {
    this.as(name, "commit", "--quiet", "--allow-empty", "--gpg-sign", "--message", message);
    return this.git("rev-parse", "HEAD");
  }

  /** Commits, signed by nobody. */
  leaveUnsigned(): string {
    return this.commit({}, "Unsigned");
  }

  /** Makes a tag, signed by `name`, and returns what leads to it. */
  signTag(name: string, tag: string, commit = "HEAD"): string {
    this.as(name, "tag", "--sign", "--message", "Release", tag, commit);
    return `refs/tags/${tag}`;
  }

  verify(signed: Omit<Signed, "directory">): Promise<void> {
    return requireSignature(this.system, { directory: this.upstream, ...signed }, this.signers);
  }

  async refusal(signed: Omit<Signed, "directory">): Promise<string> {
    const error = await errorOf(UserError, this.verify(signed));
    assert.equal(error.exit, "invalid");
    return error.message.replace(this.signers, "SIGNERS");
  }
}

Deno.test("requireSignature() asks git with ssh-keygen as the only judge", async () => {
  const system = new FakeSystem({ files: { [SIGNERS]: "" } }).program("git", () => ({}));
  await requireSignature(system, { directory: "/home/app", commit: "c".repeat(40) }, SIGNERS);
  assert.match(
    system.commands[0] ?? "",
    /-c gpg\.program=\/bin\/false .* -c gpg\.ssh\.program=ssh-keygen .* verify-commit --end-of-options c/,
  );
});

Deno.test("requireSignature() does not ask git without a file of signers", async () => {
  const system = new FakeSystem().program("git", () => ({}));
  const clone = { directory: "/home/app", commit: "c".repeat(40) };
  await assert.rejects(requireSignature(system, clone, SIGNERS), { exit: "invalid" });
  assert.deepEqual(system.commands, []);
});

Deno.test("requireSignature() takes a commit that an allowed key has signed, and no other", async () => {
  using place = new SignedPlace();
  await place.verify({ commit: place.sign("alice") });
  const wrong = place.sign("mallory");
  assert.equal(
    await place.refusal({ commit: wrong }),
    `Cannot use the commit ${
      wrong.slice(0, 12)
    } of the definition: no key in SIGNERS has signed it (No principal matched.)`,
  );
  const none = place.leaveUnsigned();
  assert.equal(
    await place.refusal({ commit: none }),
    `Cannot use the commit ${
      none.slice(0, 12)
    } of the definition: no key in SIGNERS has signed it (it bears no signature)`,
  );
});

Deno.test("requireSignature() takes no commit that was altered after it was signed", async () => {
  using place = new SignedPlace();
  const signed = place.git("cat-file", "commit", place.sign("alice", "True"));
  const file = `${place.top}/commit`;
  Deno.writeTextFileSync(file, `${signed.replace(/True$/, "False")}\n`);
  const forged = place.git("hash-object", "-t", "commit", "-w", file);
  assert.match(await place.refusal({ commit: forged }), /no key in SIGNERS has signed it/);
});

Deno.test("requireSignature() wants every commit since the accepted one signed, and names the first that is not", async () => {
  using place = new SignedPlace();
  const accepted = place.leaveUnsigned(); // was accepted before anybody asked for signatures
  const good = place.sign("alice", "One");
  await place.verify({ commit: good, since: accepted });
  const bad = place.sign("mallory", "Two");
  place.leaveUnsigned();
  const tip = place.sign("alice", "Three");
  await place.verify({ commit: tip });
  assert.equal(
    await place.refusal({ commit: tip, since: accepted }),
    `Cannot use the commit ${bad.slice(0, 12)} of the definition, on the way to ${tip.slice(0, 12)}: ` +
      "no key in SIGNERS has signed it (No principal matched.)",
  );
  await place.verify({ commit: tip, since: tip });
  place.git("reset", "--quiet", "--hard", bad);
  assert.match(await place.refusal({ commit: bad, since: bad }), /No principal matched/);
});

Deno.test("requireSignature() wants what a merge brings in signed, too", async () => {
  using place = new SignedPlace();
  const accepted = place.sign("alice", "One");
  place.git("checkout", "--quiet", "-b", "side");
  const bad = place.leaveUnsigned();
  place.git("checkout", "--quiet", "main");
  place.sign("alice", "Two");
  place.as("alice", "merge", "--quiet", "--no-ff", "--gpg-sign", "--message", "Merge", "side");
  const commit = place.git("rev-parse", "HEAD");
  assert.match(
    await place.refusal({ commit, since: accepted }),
    new RegExp(`^Cannot use the commit ${bad.slice(0, 12)} `),
  );
});

Deno.test("requireSignature() asks of the time at which the commit was made whether a key was valid", async () => {
  using place = new SignedPlace();
  const commit = place.sign("alice");
  place.allow("alice", 'valid-before="20200101"');
  assert.match(await place.refusal({ commit }), /no key in SIGNERS has signed it/);
  place.allow("alice", 'valid-after="20200101"');
  await place.verify({ commit });
  place.allow("alice", 'namespaces="file"');
  assert.match(await place.refusal({ commit }), /no key in SIGNERS has signed it/);
});

Deno.test("requireSignature() does not listen to the configuration in the clone", async () => {
  using place = new SignedPlace();
  const yes = `${place.top}/yes`;
  Deno.writeTextFileSync(
    yes,
    '#!/bin/sh\ntouch "$0.ran"\necho \'Good "git" signature for a@example.org with ED25519 key x\'\n',
    { mode: 0o755 },
  );
  const allowed = Deno.readTextFileSync(`${place.top}/mallory.pub`);
  Deno.writeTextFileSync(`${place.top}/theirs`, `mallory@example.org ${allowed}`);
  const wrong = place.sign("mallory");
  const settings: [string, string][] = [
    ["gpg.ssh.program", yes],
    ["gpg.program", yes],
    ["gpg.openpgp.program", yes],
    ["gpg.ssh.allowedSignersFile", `${place.top}/theirs`],
    ["gpg.minTrustLevel", "never"],
  ];
  for (const [name, value] of settings) place.git("config", name, value);
  assert.match(await place.refusal({ commit: wrong }), /No principal matched/);
  assert.equal(place.system.lstat(`${yes}.ran`), undefined);
});

Deno.test("requireSignature() runs no OpenPGP program for a commit that claims such a signature", async () => {
  using place = new SignedPlace();
  const signed = place.git("cat-file", "commit", place.sign("alice"));
  const file = `${place.top}/commit`;
  Deno.writeTextFileSync(file, `${signed.replaceAll("SSH SIGNATURE", "PGP SIGNATURE")}\n`);
  const forged = place.git("hash-object", "-t", "commit", "-w", file);
  assert.match(await place.refusal({ commit: forged }), /no key in SIGNERS has signed it/);
});

Deno.test("requireSignature() is content with a signed tag of exactly that commit", async () => {
  using place = new SignedPlace();
  const accepted = place.leaveUnsigned();
  const commit = place.leaveUnsigned();
  const tag = place.signTag("alice", "v2");
  await place.verify({ commit, tag, since: accepted });
  assert.match(await place.refusal({ commit: accepted, tag }), /it bears no signature/);
  assert.match(await place.refusal({ commit, tag: place.signTag("mallory", "v3") }), /it bears no signature/);
  place.git("tag", "--annotate", "--message", "Unsigned", "v4");
  assert.match(await place.refusal({ commit, tag: "refs/tags/v4" }), /it bears no signature/);
  place.git("tag", "light");
  assert.match(await place.refusal({ commit, tag: "refs/tags/light" }), /it bears no signature/);
  assert.match(await place.refusal({ commit, tag: "refs/tags/gone" }), /it bears no signature/);
});

Deno.test("requireSignature() takes signed commits where the tag is not signed", async () => {
  using place = new SignedPlace();
  const accepted = place.sign("alice");
  const commit = place.sign("alice");
  place.git("tag", "--annotate", "--message", "Unsigned", "v4");
  await place.verify({ commit, tag: "refs/tags/v4", since: accepted });
});

Deno.test("requireSignature() refuses a signed tag that goes by another name: an old release passed off as the new one", async () => {
  using place = new SignedPlace();
  const commit = place.sign("alice");
  const old = place.signTag("alice", "v1");
  place.git("update-ref", "refs/tags/v2", place.git("rev-parse", old));
  assert.equal(
    await place.refusal({ commit, tag: "refs/tags/v2" }),
    'Cannot use the tag "v2" of the definition: it was signed as "v1"',
  );
});

Deno.test("requireSignature() lets any tag of a commit that stands there already vouch for it, and of no other", async () => {
  using place = new SignedPlace();
  const commit = place.leaveUnsigned();
  place.git("tag", "--annotate", "--message", "Unsigned", "a");
  place.signTag("mallory", "b");
  assert.match(await place.refusal({ commit, standing: true }), /it bears no signature/);
  const other = place.leaveUnsigned();
  place.git("update-ref", "refs/tags/c", place.git("rev-parse", place.signTag("alice", "v1", commit)));
  await place.verify({ commit, standing: true });
  assert.match(await place.refusal({ commit }), /it bears no signature/);
  assert.match(await place.refusal({ commit: other, standing: true }), /it bears no signature/);
  place.git("tag", "--delete", "v1"); // leaves it under another name alone
  assert.match(await place.refusal({ commit, standing: true }), /it bears no signature/);
});

Deno.test("requireSignature() takes no tag of a tag for a tag of a commit", async () => {
  using place = new SignedPlace();
  const commit = place.leaveUnsigned();
  place.signTag("mallory", "inner");
  const tag = place.signTag("alice", "outer", "inner");
  assert.match(await place.refusal({ commit, tag }), /it bears no signature/);
});

Deno.test("requireSignature() bears many commits, and finds the one that is bad among them", async () => {
  using place = new SignedPlace();
  const accepted = place.sign("alice");
  const count = 120; // more than one batch
  const bad: string[] = [];
  for (let index = 0; index < count; index++) {
    const id = index === 110 ? place.leaveUnsigned() : place.sign("alice", String(index));
    if (index === 110) bad.push(id);
  }
  const commit = place.git("rev-parse", "HEAD");
  place.system.ran.length = 0;
  assert.match(
    await place.refusal({ commit, since: accepted }),
    new RegExp(`^Cannot use the commit ${bad[0]?.slice(0, 12)} .*it bears no signature`),
  );
  assert.ok(place.system.ran.length <= 10, `${place.system.ran.length} processes`);
});

Deno.test("parseTagObject() reads the head of a tag and nothing that follows", () => {
  const id = "1".repeat(40);
  const object = "2".repeat(40);
  const tag =
    `${id} tag 99\nobject ${object}\ntype commit\ntag v1\ntagger A <a@example.org> 1 +0000\n\ntag v2\n`;
  assert.deepEqual(parseTagObject(tag), { id, object, name: "v1" });
  assert.equal(parseTagObject(`${id} commit 99\ntree ${object}\n`), undefined);
  assert.equal(parseTagObject("refs/tags/v1 missing\n"), undefined);
});
