/** The restics of both releases, each on a real repository, through the functions that ppm uses: what is recorded in the fixtures, done again. */
import assert from "node:assert/strict";
import { scanTree } from "../../src/host/find.ts";
import { RealSystem } from "../../src/host/real_system.ts";
import * as restic from "../../src/host/restic/repository.ts";
import type { TreeEntry } from "../../src/host/restic/messages.ts";
import type { Invocation, RunResult, RunWatch, User } from "../../src/host/system.ts";
import { type Release, RELEASES, SERVERS } from "./server.ts";

/** This machine with the restic of a release, and a home directory of its own. */
class Machine extends RealSystem {
  override readonly user: User;
  readonly #restic: string;

  constructor(resticProgram: string, home: string) {
    super();
    this.#restic = resticProgram;
    this.user = { name: "app", uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0, home, runtimedirectory: "/run" };
  }

  override run(invocation: Invocation, watch?: RunWatch): Promise<RunResult> {
    const program = invocation.program === "restic" ? this.#restic : invocation.program;
    return super.run({ ...invocation, program }, watch);
  }
}

/** Returns the restic of a release, out of the root file system that its servers have. */
async function resticOf(release: Release): Promise<string> {
  const server = new URL("server", import.meta.url).pathname;
  const { success } = await new Deno.Command(server, { args: ["rootfs", release] }).output();
  assert.ok(success);
  for (const { name } of Deno.readDirSync(`${SERVERS}/rootfs`)) {
    if (new RegExp(`^${release}-[0-9a-f]+$`).test(name)) return `${SERVERS}/rootfs/${name}/usr/bin/restic`;
  }
  throw new Error(`There is no root file system of ${release}`);
}

interface Bench extends AsyncDisposable {
  readonly repository: restic.Repository<Machine>;
  readonly home: string;
}

async function bench(release: Release): Promise<Bench> {
  const home = Deno.makeTempDirSync({ prefix: "ppm-restic-" });
  const system = new Machine(await resticOf(release), home);
  Deno.mkdirSync(`${home}/data/sub`, { recursive: true });
  Deno.writeTextFileSync(`${home}/data/a`, "hello");
  Deno.writeTextFileSync(`${home}/data/sub/new\nline`, "x".repeat(100_000));
  Deno.symlinkSync("a", `${home}/data/link`);
  Deno.writeTextFileSync(`${home}/password`, "secret");
  const access = {
    repository: `${home}/repository`,
    passwordfile: `${home}/password`,
    environment: {},
    unshare: false,
  };
  const environment = { RESTIC_REPOSITORY: access.repository, RESTIC_PASSWORD_FILE: access.passwordfile };
  await system.run({ program: "restic", args: ["init"], changes: true, environment });
  return {
    repository: { system, access },
    home,
    [Symbol.asyncDispose]: () => Deno.remove(home, { recursive: true }),
  };
}

const PASS = { paths: ["data"], excludes: [], host: "app", tags: ["ppm", "ppm-good"] };
const KEEP = { hourly: 0, daily: 1, weekly: 0, monthly: 0, yearly: 0 };

for (const release of RELEASES) {
  Deno.test(`restic of ${release}: what is saved comes back, and is listed as find sees it`, async () => {
    await using it = await bench(release);
    const { repository, home } = it;
    const pass = await restic.backUp(repository, PASS);
    assert.ok(!pass.incomplete && pass.bytes === 100_005);
    const [snapshot] = await restic.listSnapshots(repository, { instance: "app", tags: PASS.tags });
    assert.ok(snapshot !== undefined && snapshot.id.startsWith(pass.snapshot ?? "none"));
    const target = `${home}/data.restore-1`;
    await restic.restoreSnapshot(repository, snapshot.id, target);
    const listed = new Map<string, TreeEntry>();
    await restic.listFiles(repository, snapshot.id, (entry) => void listed.set(entry.path, entry));
    const found = new Map<string, TreeEntry>();
    await scanTree(repository.system, target, { unshare: false }, ({ readable: _, ...entry }) => {
      found.set(entry.path, entry);
    });
    assert.equal(listed.size, 5);
    assert.deepEqual(found, listed);
  });

  Deno.test(`restic of ${release}: tags, forgetting, pruning and checking do what they say`, async () => {
    await using it = await bench(release);
    const { repository, home } = it;
    assert.match(await restic.repositoryId(repository), /^[0-9a-f]{64}$/);
    assert.deepEqual(await restic.listSnapshots(repository), []);
    await restic.backUp(repository, PASS);
    const second = await restic.backUp(repository, PASS);
    const plan = await restic.planForget(repository, { instance: "app", tags: PASS.tags, keep: KEEP });
    assert.deepEqual([plan.keep.length, plan.remove.length], [1, 1]);
    const [kept = ""] = plan.keep;
    assert.ok(kept.startsWith(second.snapshot ?? "none"));
    await restic.forgetSnapshots(repository, plan.remove);
    assert.equal(
      await restic.tagSnapshot(repository, kept, { add: ["x"], remove: ["ppm-good"] }),
      true,
    );
    const [left, ...more] = await restic.listSnapshots(repository);
    assert.deepEqual([left?.tags, left?.original, more], [["ppm", "x"], kept, []]);
    await restic.unlockStale(repository);
    await restic.prune(repository);
    await restic.checkRepository(repository, { subset: { part: 1, of: 1 } });
    for (const { name } of Deno.readDirSync(`${home}/repository/data`)) {
      for (const pack of Deno.readDirSync(`${home}/repository/data/${name}`)) {
        const path = `${home}/repository/data/${name}/${pack.name}`;
        Deno.chmodSync(path, 0o600);
        Deno.writeTextFileSync(path, "not what it was");
      }
    }
    await assert.rejects(restic.checkRepository(repository), { trouble: "damaged" });
  });

  Deno.test(`restic of ${release}: a missing repository and a wrong password are told apart`, async () => {
    await using it = await bench(release);
    const { system, access } = it.repository;
    const trouble = (changes: Partial<restic.ResticAccess>) =>
      restic.listSnapshots({ system, access: { ...access, ...changes } }, { timeoutMs: 5_000 })
        .then(() => undefined, (error) => error.trouble);
    assert.equal(await trouble({ repository: `${it.home}/nothing` }), "absent");
    Deno.writeTextFileSync(`${it.home}/wrong`, "guess");
    assert.equal(await trouble({ passwordfile: `${it.home}/wrong` }), "password");
    assert.equal(await trouble({ repository: "rest:http://127.0.0.1:9/" }), "unreachable");
  });

  Deno.test(`restic of ${release}: a pass that is told to end leaves no lock behind`, async () => {
    await using it = await bench(release);
    const { repository, home } = it;
    const random = new Uint8Array(65_536);
    for (let at = 0; at < 3_000; at++) {
      crypto.getRandomValues(random);
      Deno.writeFileSync(`${home}/data/big`, random, { append: true });
    }
    const controller = new AbortController();
    const onProgress = ({ bytesDone }: { bytesDone: number }) => {
      if (bytesDone > 1_000_000) controller.abort();
    };
    await assert.rejects(restic.backUp(repository, PASS, { onProgress, signal: controller.signal }), {
      trouble: "interrupted",
    });
    assert.deepEqual(repository.system.readDirectory(`${home}/repository/locks`), []);
  });
}
