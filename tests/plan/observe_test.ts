import assert from "node:assert/strict";
import { UserError } from "../../src/errors.ts";
import { observe } from "../../src/plan/observe.ts";
import { FakeSystem } from "../support/fake_system.ts";

const QUESTION = { paths: [".config/web/app.ini", "bin/run"], units: [], statePath: "/s/state.yml" };

Deno.test("observe() finds files, with their modes, and the directories above them", async () => {
  const system = new FakeSystem({ files: { "/home/app/bin/run": "#!/bin/sh\n" } });
  system.setMode("/home/app/bin/run", 0o755);
  const { files, directories, state } = await observe(system, QUESTION);
  assert.deepEqual([...files.keys()], ["bin/run"]);
  assert.equal(files.get("bin/run")?.mode, 0o755);
  assert.deepEqual([...directories], ["bin"]);
  assert.equal(state, undefined);
});

Deno.test("observe() names everything that is in the way, and follows no link out of the home directory", async () => {
  const system = new FakeSystem({ files: { "/etc/web/app.ini": "", "/home/app/bin/run/x": "" } });
  system.addLink("/home/app/.config", "/etc");
  await assert.rejects(observe(system, QUESTION), (error) => {
    assert.ok(error instanceof UserError);
    assert.deepEqual(error.message.split("\n"), [
      "Cannot write .config/web/app.ini: .config is a symbolic link, not a directory",
      "Cannot write bin/run: a directory stands there",
    ]);
    return true;
  });
});
