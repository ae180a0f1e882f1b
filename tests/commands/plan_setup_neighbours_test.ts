/** When `planSetup()` reads the neighbours, and what follows from their changes. */
import assert from "node:assert/strict";
import { inputsDigest, readPrivate } from "../../src/apply/inputs.ts";
import { followNeighbours } from "../../src/commands/setup_neighbours.ts";
import { checkedConfig, planSetup } from "../../src/commands/plan_setup.ts";
import { ownExecutable } from "../../src/host/executable.ts";
import { formatState } from "../../src/neighbours/state_file.ts";
import { knownNeighbours } from "../../src/neighbours/known_neighbours.ts";
import { surroundingsOf } from "../../src/neighbours/surroundings.ts";
import { Output } from "../../src/ui/output.ts";
import { readWatch, updateWatch } from "../../src/upgrade/watch/journal.ts";
import { sha256 } from "../../src/plan/digest.ts";
import { aManifest } from "../support/manifest.ts";
import { ENTRY, Server } from "../support/server_of_definition.ts";
import { FakeClock, MemorySink } from "../support/terminal.ts";

const STATES = "/var/lib/ppm/state";
const CONFIG = "definition: { repository: /srv/web.git }\n";
const COMMIT = "c".repeat(40);

/** What the user `forgejo` publishes. */
function stateOf(version: string, times = {}): string {
  return formatState(
    {
      version: 1,
      instance: "forgejo",
      user: "forgejo",
      host: "server",
      app: { name: "forgejo", description: "", version },
      definition: { repository: "https://git.example.org/forgejo.git", commit: "0".repeat(40) },
      units: [],
      plugins: {},
      state: {},
      times,
    },
    [],
    { line: 1, column: 1 },
  );
}

/** A server on which everything stands as it should, beside the neighbour `forgejo`, who has published version 1. `uses`: whether templates name neighbours. */
async function standing(uses: boolean) {
  const system = new Server(CONFIG, {});
  system.users.set("forgejo", 1001);
  system.program("cat", () => ({ stdout: "1 1 0:1 / / rw - ext4 /dev/vda rw\n" })); // /proc/self/mountinfo
  const publish = (text: string) => {
    system.addFile(`${STATES}/forgejo/state.yml`, text);
    system.owners.set(`${STATES}/forgejo`, 1001).set(`${STATES}/forgejo/state.yml`, 1001);
  };
  publish(stateOf("1"));
  system.addFile(`${ENTRY}/state.yml`, "");
  for (const name of ["generation.json", "state.yml"]) {
    system.addFile(`/home/app/.ppm/generations/2/${name}`, "{}");
  }
  system.program(
    "systemctl",
    () => ({ stdout: "Id=web.target\nUnitFileState=enabled\nNeedDaemonReload=no\n" }),
  );
  const stderr = new MemorySink();
  const context = {
    system,
    output: new Output({ stdout: new MemorySink(), stderr }),
    clock: new FakeClock(),
    configFile: undefined,
    plugins: () => Promise.reject(new Error("something has to be done")),
  };
  const checked = checkedConfig(context);
  const around = await surroundingsOf(await knownNeighbours(system, STATES), {
    user: "app",
    statedirectory: STATES,
  });
  const neighbours = uses ? around.sha256 : null;
  const inputs = await inputsDigest(system, {
    config: checked.bytes,
    configPath: checked.configPath,
    commit: COMMIT,
    executable: ownExecutable(system),
    private: readPrivate(system),
    neighbours,
  });
  const { mode, size, modifiedMs, inode } = system.lstat(`${ENTRY}/state.yml`)!;
  const stamps = { mode, size, modifiedMs, inode, sha256: "", origin: "ppm", changedMs: 0 };
  const stateFile = { ...stamps, path: `${ENTRY}/state.yml`, told: "" };
  const source = { repository: "r", directory: ".", commit: COMMIT };
  const config = { file: checked.configPath, sha256: await sha256(checked.bytes), holdsSecret: false };
  const manifest = aManifest({ units: [], config, inputs, neighbours, source, stateFile });
  system.addFile("/home/app/.ppm/manifest.json", JSON.stringify(manifest));
  const clone = { directory: "/c", commit: COMMIT, repository: "r", isNew: false, warnings: [] };
  const plan = (commit = COMMIT) => planSetup(context, checked, { ...clone, commit }, { preview: true });
  const follow = () => followNeighbours(context, { wait: false });
  return { system, stderr, publish, plan, follow };
}

Deno.test("planSetup() finds nothing to do while neighbours change nothing but their times", async () => {
  const { publish, plan } = await standing(true);
  assert.equal((await plan()).prepared, undefined);
  publish(stateOf("1", { backup: "2026-03-01T03:00:00.000Z" }));
  assert.equal((await plan()).prepared, undefined);
});

Deno.test("planSetup() finds something to do once a neighbour publishes something else, or is gone", async () => {
  const { system, publish, plan } = await standing(true);
  publish(stateOf("2"));
  await assert.rejects(plan(), /something has to be done/);
  publish(stateOf("1"));
  assert.equal((await plan()).prepared, undefined);
  system.removeTree(`${STATES}/forgejo`);
  await assert.rejects(plan(), /something has to be done/);
});

Deno.test("planSetup() reads no neighbour where templates name none", async () => {
  const { system, publish, plan } = await standing(false);
  publish(stateOf("2"));
  const readDirectory = Server.prototype.readDirectory.bind(system);
  system.readDirectory = (path) =>
    path.startsWith(STATES) ? assert.fail(`${path} was read`) : readDirectory(path);
  assert.equal((await plan()).prepared, undefined);
});

Deno.test("planSetup() reads no neighbour for a commit of which nobody knows yet whether it names them", async () => {
  const { system, plan } = await standing(true);
  const readDirectory = Server.prototype.readDirectory.bind(system);
  system.readDirectory = (path) =>
    path.startsWith(STATES) ? assert.fail(`${path} was read`) : readDirectory(path);
  await assert.rejects(plan("d".repeat(40)), /something has to be done/);
});

Deno.test("planSetup() tells whom it left out, though there is nothing to do", async () => {
  const { system, stderr, plan } = await standing(true);
  system.users.set("evil", 1002);
  system.addFile(`${STATES}/evil/state.yml`, "version: 2\n");
  system.owners.set(`${STATES}/evil`, 1002).set(`${STATES}/evil/state.yml`, 1002);
  assert.equal((await plan()).prepared, undefined);
  assert.equal(stderr.text.match(/^warning: .*evil/gm)?.length, 1, stderr.text);
});

Deno.test("followNeighbours() forgets with whom it has failed once neighbours are as what stands was made from", async () => {
  const { system, publish, follow } = await standing(true);
  system.setMode("/home/app/.ppm", 0o700);
  publish(stateOf("2"));
  const others = await surroundingsOf(await knownNeighbours(system, STATES), {
    user: "app",
    statedirectory: STATES,
  });
  updateWatch(system, { failed: { neighbours: others.sha256, why: "Cannot reload web.service" } });
  await follow(); // left alone
  publish(stateOf("1"));
  await follow();
  assert.equal(readWatch(system).failed, null);
  publish(stateOf("2"));
  await assert.rejects(follow(), /something has to be done/);
});
