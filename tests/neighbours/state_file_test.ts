import assert from "node:assert/strict";
import { InvalidError, UserError } from "../../src/errors.ts";
import type { FileStat } from "../../src/host/system.ts";
import { formatState, type PublishedState, requireStateDirectory } from "../../src/neighbours/state_file.ts";
import { FakeSystem } from "../support/fake_system.ts";

const POSITION = { line: 4, column: 1 };

function aState(state: Readonly<Record<string, unknown>>): PublishedState {
  return {
    version: 1,
    instance: "app",
    user: "app",
    host: "server",
    app: { name: "web", description: "", version: "1" },
    definition: { repository: "r", commit: "c".repeat(40) },
    units: [],
    plugins: {},
    state,
    times: {},
  };
}

Deno.test("formatState() refuses to publish a secret, also one that JSON and YAML write otherwise", () => {
  const secret = { name: "token", value: 'a"b\\c' };
  assert.throws(() => formatState(aState({ url: `x?${secret.value}` }), [secret], POSITION), (error) => {
    assert.ok(error instanceof InvalidError);
    assert.match(error.message, /^appinfo\.yml:4:1: state would publish the secret token/);
    return true;
  });
  assert.match(formatState(aState({ port: 80 }), [secret], POSITION), /^state:\n {2}port: 80$/m);
});

Deno.test("formatState() refuses a state file that nobody would read", () => {
  const text = "x".repeat(64 * 1024);
  assert.throws(() => formatState(aState({ text }), [], POSITION), /more than 65536 bytes/);
});

Deno.test("formatState() publishes every commit, also one that begins like a binary number, or is all digits", () => {
  for (const begin of ["0b33f0da", "0b", "00", "0e", "1234567"]) {
    const commit = begin.padEnd(40, begin === "0b" ? "f" : "0");
    const state = { ...aState({}), definition: { repository: "r", commit } };
    assert.match(formatState(state, [], POSITION), new RegExp(`^ {2}commit: '?${commit}'?$`, "m"));
  }
});

const STATE = "/var/lib/ppm/state";

/** A machine with the directories of a state file: mode and owner each, as root prepares them and changed as `changes` say. */
class Prepared extends FakeSystem {
  readonly #changes: Readonly<Record<string, Partial<FileStat>>>;

  constructor(changes: Readonly<Record<string, Partial<FileStat>>> = {}) {
    super();
    this.addFile(`${STATE}/app/state.yml`, "");
    this.#changes = changes;
  }

  override lstat(path: string): FileStat | undefined {
    const stat = super.lstat(path);
    return stat && { ...stat, ...(path === STATE ? { uid: 0 } : {}), ...this.#changes[path] };
  }
}

Deno.test("requireStateDirectory() takes what root has prepared", () => {
  requireStateDirectory(new Prepared(), STATE);
});

const FAULTS: readonly [Record<string, Partial<FileStat>>, RegExp][] = [
  [{ [STATE]: { mode: 0o777 } }, /state can be written by others/],
  [{ [STATE]: { uid: 1000 } }, /state does not belong to root/],
  [{ [`${STATE}/app`]: { mode: 0o775 } }, /app can be written by others/],
  [{ [`${STATE}/app`]: { uid: 1001 } }, /app does not belong to app/],
  [{ [`${STATE}/app`]: { kind: "link" } }, /app is no directory/],
];

for (const [changes, fault] of FAULTS) {
  Deno.test(`requireStateDirectory() refuses one in which others could speak: ${fault.source}`, () => {
    assert.throws(() => requireStateDirectory(new Prepared(changes), STATE), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, fault);
      assert.match(error.hint ?? "", /install -d -m 755 -o app/);
      return true;
    });
  });
}
