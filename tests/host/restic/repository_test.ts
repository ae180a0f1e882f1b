import assert from "node:assert/strict";
import { ResticError } from "../../../src/host/restic/outcome.ts";
import { ProgramError } from "../../../src/host/program_error.ts";
import * as restic from "../../../src/host/restic/repository.ts";
import type { TreeEntry } from "../../../src/host/restic/messages.ts";
import { ReadOnlySystem } from "../../../src/host/read_only_system.ts";
import { type Answer, FakeSystem } from "../../support/fake_system.ts";
import { type Printed, printed, type Release, RELEASES, versionText } from "./fixtures.ts";

const ID = "a".repeat(64);
const KEEP = { hourly: 0, daily: 1, weekly: 0, monthly: 0, yearly: 0 };
const PASS = { paths: ["data", ".ppm"], excludes: ["*.tmp"], host: "app", tags: ["ppm", "ppm-good"] };

/** A repository whose restic answers every command with the same. */
function repository(answer: Answer, release: Release = "0.18"): restic.Repository & { system: FakeSystem } {
  const system = new FakeSystem().program(
    "restic",
    (args) => args[0] === "version" ? { stdout: versionText(release) } : answer,
  );
  return {
    system,
    access: { repository: "/srv/restic", passwordfile: "/home/app/.pw", environment: {}, unshare: false },
  };
}

function commandOf({ system }: { system: FakeSystem }): readonly string[] {
  return system.invocations.find(({ args }) => args[0] !== "version")?.args ?? [];
}

async function files(answer: Answer): Promise<readonly TreeEntry[]> {
  const found: TreeEntry[] = [];
  await restic.listFiles(repository(answer), ID, (entry) => void found.push(entry));
  return found;
}

for (const release of RELEASES) {
  const answered = (name: string) => repository(printed(release, name), release);

  Deno.test(`listSnapshots() reads restic ${release}, the newest last`, async () => {
    const [first, second, ...more] = await restic.listSnapshots(answered("snapshots"), { instance: "app" });
    assert.ok(first && second && first.timeMs < second.timeMs && more.length === 0);
    assert.match(first.id, /^[0-9a-f]{64}$/);
    assert.deepEqual([first.hostname, first.tags, first.paths], [
      "app",
      ["ppm", "ppm-good"],
      ["/home/app/.ppm", "/home/app/data"],
    ]);
    assert.deepEqual(await restic.listSnapshots(answered("snapshots_none")), []);
  });

  Deno.test(`listFiles() reads restic ${release}: kinds, modes and owners, links without a mode, names with anything in them`, async () => {
    const entries = new Map((await files(printed(release, "ls"))).map((entry) => [entry.path, entry]));
    assert.deepEqual(entries.get("data/a"), {
      path: "data/a",
      kind: "file",
      size: 6,
      mode: 0o4755,
      uid: 0,
      gid: 0,
    });
    assert.deepEqual(entries.get("data/sub"), {
      path: "data/sub",
      kind: "directory",
      size: 0,
      mode: 0o1777,
      uid: 101,
      gid: 102,
    });
    assert.deepEqual([entries.get("data/l")?.kind, entries.get("data/l")?.mode], ["link", 0]);
    assert.equal(entries.get("data/p")?.kind, "other");
    assert.equal(entries.get("data/n\nl")?.kind, "file");
    assert.ok(entries.has("data/\ufffd\ufffdbad"));
  });

  Deno.test(`backUp() reads restic ${release}: the summary, and what could not be read`, async () => {
    const whole = await restic.backUp(answered("backup"), PASS);
    assert.match(whole.snapshot ?? "", /^[0-9a-f]{8,64}$/);
    assert.deepEqual([whole.incomplete, whole.entries, whole.bytes, whole.complaints], [
      false,
      5,
      300010,
      [],
    ]);
    assert.ok(whole.addedBytes > 300_000);
    const partial = await restic.backUp(answered("incomplete"), PASS);
    assert.ok(partial.incomplete && partial.snapshot !== null);
    assert.equal(partial.complaints.length, 2);
    assert.match(partial.complaints.join(), /\/home\/app\/data\/a.*data\/sub/);
  });

  Deno.test(`restic ${release}: the other answers`, async () => {
    assert.match(await restic.repositoryId(answered("config")), /^[0-9a-f]{64}$/);
    const plan = await restic.planForget(answered("forget"), { instance: "app", tags: ["ppm"], keep: KEEP });
    assert.deepEqual([plan.keep.length, plan.remove.length], [1, 1]);
    assert.deepEqual(
      await restic.planForget(answered("forget_none"), { instance: "app", tags: [], keep: KEEP }),
      { keep: [], remove: [] },
    );
    assert.equal(await restic.tagSnapshot(answered("tag"), ID, { add: ["x"] }), true);
    assert.equal(await restic.tagSnapshot(answered("tag_gone"), ID, { add: ["x"] }), false);
    await restic.checkRepository(answered("check"), { subset: { part: 1, of: 2 } });
    const target = answered("restore");
    await restic.restoreSnapshot(target, ID, "/home/app/x");
    assert.equal(commandOf(target).includes("--json"), release === "0.18");
    await assert.rejects(restic.restoreSnapshot(answered("damaged_restore"), ID, "/x"), {
      trouble: "damaged",
    });
    await assert.rejects(files(printed(release, "damaged_ls")), ResticError);
  });
}

/** Every function, for whatever restic answers. */
const CALLS: Readonly<Record<string, (answer: Answer) => Promise<unknown>>> = {
  repositoryId: (answer) => restic.repositoryId(repository(answer)),
  listSnapshots: (answer) => restic.listSnapshots(repository(answer)),
  backUp: (answer) => restic.backUp(repository(answer), PASS),
  restoreSnapshot: (answer) => restic.restoreSnapshot(repository(answer), ID, "/home/app/x"),
  listFiles: files,
  tagSnapshot: (answer) => restic.tagSnapshot(repository(answer), ID, { add: ["x"] }),
  planForget: (answer) =>
    restic.planForget(repository(answer), { instance: "app", tags: ["ppm"], keep: KEEP }),
  forgetSnapshots: (answer) => restic.forgetSnapshots(repository(answer), [ID]),
  prune: (answer) => restic.prune(repository(answer)),
  checkRepository: (answer) => restic.checkRepository(repository(answer)),
  unlockStale: (answer) => restic.unlockStale(repository(answer)),
};

/** These print nothing that would be read, or nothing where there is nothing to say: a code of 0 is all they have. */
const SILENT = new Set(["forgetSnapshots", "prune", "unlockStale"]);

const OUTPUTS: Readonly<Record<string, string>> = {
  empty: "",
  garbage: "\u0000\u001b[2K@#!\n<html>\n",
  truncated: '{"message_type":"summary","snapshot_id":"aaaa',
  truncatedList: '[{"id":"',
  otherJson: '{"message_type":"node","struct_type":"node"}\n[1,2]\n',
  endless: "garbage\n".repeat(5_000),
};

for (const [name, call] of Object.entries(CALLS)) {
  Deno.test(`${name}() fails for every exit code but 0, whatever restic prints`, async () => {
    for (const code of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 130]) {
      for (const [kind, stdout] of Object.entries(OUTPUTS)) {
        const error = await call({ code, stdout, stderr: stdout }).then(() => undefined, (error) => error);
        assert.ok(error instanceof ResticError, `${name}: ${code}, ${kind}: ${error}`);
        assert.equal(error.exit, "backup");
        assert.ok(error.hint, "what to do next");
        assert.match(error.message, /^Cannot [^\n]*$/);
      }
    }
  });

  if (SILENT.has(name)) continue;
  Deno.test(`${name}() believes no exit code 0 without the answer to it`, async () => {
    for (const [kind, stdout] of Object.entries(OUTPUTS)) {
      if (kind === "empty" && name === "planForget") continue; // as printed where no snapshot is concerned
      if (kind !== "endless" && name === "restoreSnapshot") continue; // what it restored is compared, whatever it says
      const error = await call({ code: 0, stdout }).then(() => undefined, (error) => error);
      assert.ok(error instanceof ResticError, `${name}: ${kind}: ${error}`);
      assert.equal(error.code, null);
    }
  });
}

Deno.test("text without end ends prune, check and an old restore", async () => {
  const endless = { stdout: "x\n".repeat(100_001) };
  for (const call of [restic.prune, restic.checkRepository]) {
    await assert.rejects(call(repository(endless)), ResticError);
  }
  await assert.rejects(restic.restoreSnapshot(repository(endless, "0.14"), ID, "/x"), ResticError);
});

Deno.test("what only looks takes no lock and can be done on a read-only system", async () => {
  const looks: readonly [Printed, (r: restic.Repository<ReadOnlySystem>) => Promise<unknown>][] = [
    [printed("0.18", "config"), (r) => restic.repositoryId(r)],
    [printed("0.18", "snapshots"), (r) => restic.listSnapshots(r)],
    [printed("0.18", "ls"), (r) => restic.listFiles(r, ID, () => {})],
    [printed("0.18", "forget"), (r) => restic.planForget(r, { instance: "app", tags: [], keep: KEEP })],
  ];
  for (const [answer, look] of looks) {
    const { system, access } = repository(answer);
    await look({ system: new ReadOnlySystem(system), access });
    assert.ok(commandOf({ system }).includes("--no-lock"));
  }
});

Deno.test("no value can become an option of restic's", async () => {
  const evil = "--password-command=/evil";
  const calls: readonly ((r: restic.Repository) => Promise<unknown>)[] = [
    (r) => restic.listSnapshots(r, { instance: evil, tags: [evil] }),
    (r) => restic.listFiles(r, evil, () => {}),
    (r) => restic.backUp(r, { paths: [evil], excludes: [evil], host: evil, tags: [evil], parent: evil }),
    (r) => restic.restoreSnapshot(r, evil, evil),
    (r) => restic.tagSnapshot(r, evil, { add: [evil], remove: [evil] }),
    (r) => restic.forgetSnapshots(r, [evil]),
  ];
  for (const call of calls) {
    const target = repository({ code: 1 });
    await assert.rejects(call(target), ResticError);
    const args = commandOf(target);
    const end = args.indexOf("--");
    assert.ok(!args.slice(0, end === -1 ? args.length : end).includes(evil), args.join(" "));
  }
});

Deno.test("planForget() refuses a rule that keeps nothing, and says every part of one that keeps something", async () => {
  const target = repository({});
  await assert.rejects(
    restic.planForget(target, { instance: "app", tags: [], keep: { ...KEEP, daily: 0 } }),
    RangeError,
  );
  await restic.planForget(target, {
    instance: "app",
    tags: ["ppm", "ppm-good"],
    keep: { hourly: 1, daily: 2, weekly: 3, monthly: 4, yearly: 5 },
  });
  assert.equal(
    commandOf(target).join(" "),
    "forget --dry-run --no-lock --json --host=app --tag=ppm,ppm-good --group-by=host " +
      "--keep-hourly=1 --keep-daily=2 --keep-weekly=3 --keep-monthly=4 --keep-yearly=5",
  );
});

Deno.test("credentials in a repository's URL stand in a file that is gone afterwards, and in nothing else", async () => {
  const target = repository({ code: 1, stderr: "Fatal: Head http://u:hunter22@nas/: k3y-of-aws" });
  const access = {
    ...target.access,
    repository: "rest:https://u:hunter22@nas:8000/app",
    environment: { AWS_SECRET_ACCESS_KEY: "k3y-of-aws" },
  };
  let file = "";
  target.system.onRun = ({ args, environment }) => {
    if (args[0] === "version") return;
    file = environment?.RESTIC_REPOSITORY_FILE ?? "";
    assert.equal(new TextDecoder().decode(target.system.readFile(file)), access.repository);
    assert.equal(environment?.RESTIC_REPOSITORY, undefined);
    assert.doesNotMatch(JSON.stringify(args), /hunter22|k3y/);
  };
  const error = await restic.listSnapshots({ ...target, access }).then(() => undefined, (error) => error);
  assert.ok(error instanceof ResticError);
  assert.doesNotMatch(`${error.message}${error.hint}`, /hunter22|k3y-of-aws/);
  assert.equal(target.system.lstat(file), undefined);
  assert.deepEqual(restic.resticSecrets(access).map(({ value }) => value), ["u", "hunter22", "k3y-of-aws"]);
});

Deno.test("redactRepository() leaves a name and takes a password", () => {
  const expected: Readonly<Record<string, string>> = {
    "/srv/restic": "/srv/restic",
    "sftp:backup@nas:/srv": "sftp:backup@nas:/srv",
    "sftp://backup@nas:22//srv": "sftp://backup@nas:22//srv",
    "sftp://backup:pw@nas//srv": "sftp://backup:***@nas//srv",
    "rest:https://u:p@ss@nas/x": "rest:https://***@nas/x",
    "rest:http://token@nas/": "rest:http://***@nas/",
  };
  for (const [given, shown] of Object.entries(expected)) assert.equal(restic.redactRepository(given), shown);
});

Deno.test("passes and restores run inside podman unshare where told, behind a keeper; nothing else does", async () => {
  const target = repository(printed("0.18", "config"));
  target.system.program("podman", () => printed("0.18", "backup"));
  const inside = { ...target, access: { ...target.access, unshare: true } };
  await restic.repositoryId(inside);
  assert.equal(target.system.invocations.at(-1)?.program, "restic");
  await restic.backUp(inside, PASS);
  const invocation = target.system.invocations.at(-1);
  assert.deepEqual([invocation?.program, invocation?.keeper, invocation?.args[0]], [
    "podman",
    true,
    "unshare",
  ]);
  assert.deepEqual(invocation?.args.slice(4, 7), ["sh", "restic", "backup"]);
  assert.equal(invocation?.environment?.RESTIC_REPOSITORY, "/srv/restic");
  await restic.backUp(inside, { ...PASS, nice: true });
  assert.deepEqual(target.system.invocations.at(-1)?.args.slice(4, 9), ["sh", "nice", "-n", "10", "restic"]);
});

Deno.test("an sftp repository gets its ssh command spelt out, quoted as restic reads it", async () => {
  const target = repository({ code: 1 });
  target.system.addFile("/home/app/.ssh/id_ed25519", "", 0o600);
  const ssh = async (url: string) => {
    target.system.invocations.length = 0;
    await assert.rejects(restic.listSnapshots({ ...target, access: { ...target.access, repository: url } }));
    return commandOf(target)[1] ?? "";
  };
  const common = "sftp.command=ssh -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=15 " +
    "-o ServerAliveCountMax=4 -o UserKnownHostsFile=/home/app/.ssh/known_hosts";
  const key = "-i /home/app/.ssh/id_ed25519";
  assert.equal(await ssh("sftp:backup@nas:/srv/restic"), `${common} -F none ${key} -l backup -s -- nas sftp`);
  assert.equal(
    await ssh("sftp://nas:2222//srv/restic"),
    `${common} -F none ${key} -l app -p 2222 -s -- nas sftp`,
  );
  assert.equal(
    await ssh("sftp:-oProxyCommand=x:/srv"),
    `${common} -F none ${key} -l app -s -- -oProxyCommand=x sftp`,
  );
  assert.equal(await ssh("sftp://[::1]:22//srv"), `${common} -F none ${key} -l app -p 22 -s -- ::1 sftp`);
  target.system.addFile("/home/app/.ssh/config", "Host nas\n  User backup\n");
  assert.equal(await ssh("sftp:nas:/srv"), `${common} -F /home/app/.ssh/config ${key} -s -- nas sftp`);
});

Deno.test("backUp() believes no summary beside an exit code that is a failure, and none without a snapshot", async () => {
  const summary = (snapshot_id?: string) => `${JSON.stringify({ message_type: "summary", snapshot_id })}\n`;
  for (const code of [1, 2, 4, 10, 130]) {
    await assert.rejects(restic.backUp(repository({ code, stdout: summary(ID) }), PASS), { code });
  }
  await assert.rejects(restic.backUp(repository({ stdout: summary() }), PASS), /it names no snapshot/);
  assert.equal((await restic.backUp(repository({ code: 3, stdout: summary() }), PASS)).snapshot, null);
});

Deno.test("listFiles() believes no list whose beginning is missing, and no line that is nothing", async () => {
  const node = { struct_type: "node", path: "/data", type: "dir", mode: 0o700, uid: 1, gid: 1 };
  const list = (...lines: unknown[]) =>
    files({ stdout: lines.map((line) => `${JSON.stringify(line)}\n`).join("") });
  const first = { struct_type: "snapshot" };
  assert.equal((await list(first, node)).length, 1);
  await assert.rejects(list(node), /it does not begin with the snapshot/);
  await assert.rejects(list(first, node, {}), /the line is not a node/);
});

Deno.test("listSnapshots() takes full ids alone, and puts the newest last itself", async () => {
  const one = { id: ID, time: "2026-01-02T03:00:00Z", hostname: "web", paths: [] };
  const list = (...snapshots: unknown[]) =>
    restic.listSnapshots(repository({ stdout: JSON.stringify(snapshots) }));
  const older = { ...one, id: "b".repeat(64), time: "2026-01-01T03:00:00Z" };
  assert.deepEqual((await list(one, older)).map(({ id }) => id), [older.id, one.id]);
  await assert.rejects(list({ ...one, id: "aaaaaaaa" }), /id is not an id/);
});

Deno.test("unlockStale() removes no lock of the living, and forgetSnapshots() without any runs nothing", async () => {
  const target = repository({});
  await restic.unlockStale(target);
  await restic.forgetSnapshots(target, []);
  assert.deepEqual(target.system.commands, ["restic unlock"]);
});

Deno.test("restic works in the home directory, as long as what it does takes, and no answer is no absence", async () => {
  const target = repository({ stdout: printed("0.18", "backup").stdout });
  await restic.backUp(target, PASS);
  await restic.restoreSnapshot(target, ID, "/x");
  await restic.prune(target);
  const long = target.system.invocations.filter(({ args }) => args[0] !== "version");
  assert.deepEqual(
    long.map(({ timeoutMs, directory }) => [timeoutMs, directory]),
    Array(3).fill([Infinity, "/home/app"]),
  );
  target.system.onRun = (invocation) => {
    throw new ProgramError(invocation, { kind: "timeout", timeoutMs: 60_000 });
  };
  await assert.rejects(restic.listSnapshots(target), {
    trouble: "unreachable",
    message: /no answer within 60 s/,
  });
});
