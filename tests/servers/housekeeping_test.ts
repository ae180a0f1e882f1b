/** Forgetting, pruning and reading the repository, with Debian's restic: what must never go, and what must be found. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { BackupRecord } from "../../src/backup/record.ts";
import { makeNotes, type Notes, PASSWORD } from "./backup_support.ts";
import { bootServer, eitherRelease } from "./server.ts";

/** Runs restic as the application's user, on its own repository. */
async function restic(notes: Notes, ...args: readonly string[]): Promise<string> {
  const env = {
    RESTIC_REPOSITORY: notes.path,
    RESTIC_PASSWORD_FILE: `/home/${notes.pet.user}/.restic-password`,
  };
  return (await notes.pet.run(["restic", "--no-cache", ...args], { env })).stdout;
}

/** Makes a snapshot as ppm would have made it so many days ago: `kind` in place of the good one's. */
async function backdate(notes: Notes, days: number, kind = "good"): Promise<void> {
  const [newest] = await notes.good();
  const tags = (newest?.tags ?? []).map((tag) => tag === "ppm-good" ? `ppm-${kind}` : tag);
  const { stdout } = await notes.server.run(["date", "-d", `${days} days ago 03:00`, "+%Y-%m-%d %H:%M:%S"]);
  await restic(
    notes,
    "backup",
    "-q",
    "--host=app",
    `--tag=${tags.join(",")}`,
    `--time=${stdout.trim()}`,
    ...(kind === "good" ? ["data", ".ppm/secrets.yml"] : [".ppm/secrets.yml"]),
  );
}

/** Changes the record as if time had passed, or had not. */
async function rewrite(notes: Notes, change: (record: BackupRecord) => Partial<BackupRecord>): Promise<void> {
  const before = await record(notes);
  const content = JSON.stringify({ ...before, ...change(before) });
  await notes.server.writeFile(".ppm/backup.json", content, { user: notes.pet.user, mode: 0o600 });
}

async function record(notes: Notes): Promise<BackupRecord> {
  return JSON.parse(await notes.pet.read(".ppm/backup.json"));
}

/** A rule by which ten days leave something to forget. */
const WEEK = '{ oncalendar: "*-12-31 23:00", keep: { daily: 7 } }';

function ids(listed: readonly { readonly id: string }[]): readonly string[] {
  return listed.map(({ id }) => id).sort();
}

eitherRelease(
  "ppm backup --housekeeping keeps all good ones through seven days of empty ones, and after",
  async (release) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server, { backups: WEEK });
    for (const days of [10, 9, 8]) await backdate(notes, days);
    for (let days = 7; days > 0; days--) await backdate(notes, days, "suspect");
    const [newest, ...old] = (await notes.good()).toSorted((a, b) => a.time < b.time ? 1 : -1);
    await restic(notes, "forget", newest!.id);
    strictEqual(old.length, 3);
    await rewrite(notes, () => ({ forgetTime: 0 }));

    const { stderr } = await notes.done("backup", "--housekeeping");
    match(stderr, /Good snapshots are kept while a newer one is in doubt/);
    deepStrictEqual(ids(await notes.good()), ids(old));

    await notes.done("backup");
    await notes.idle();
    const after = ids(await notes.good());
    deepStrictEqual(after.filter((id) => old.some((each) => each.id === id)), ids(old));
    strictEqual(after.length, 4);
    ok((await record(notes)).forgetTime !== null, "it was forgotten by the rule, which lets nothing go here");
  },
);

eitherRelease(
  "ppm backup --housekeeping forgets what restic's rule lets go, and prunes where it is alone",
  async (release) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server, { backups: WEEK });
    for (let days = 12; days > 0; days--) await backdate(notes, days);
    await rewrite(notes, () => ({ forgetTime: 0, prunedTime: null }));
    const [newest] = (await notes.good()).toSorted((a, b) => a.time < b.time ? 1 : -1);
    await notes.done("backup", "--housekeeping");
    const left = await notes.good();
    ok(left.length >= 7 && left.length < 13, `${left.length} of 13 are left`);
    ok(left.some(({ id }) => id === newest?.id));
    ok((await record(notes)).prunedTime !== null);
    match((await notes.restic("check")).stdout, /no errors were found/);
    const { stdout } = await notes.done("snapshots");
    match(stdout, /good .* what a restore takes/);
    match(stdout, /claim .* by the server /);

    // Another instance moves in: from now on nobody prunes who was not told to.
    await notes.pet.run(["restic", "--no-cache", "backup", "-q", "--host=other", "--tag=ppm", ".profile"], {
      env: { RESTIC_REPOSITORY: notes.path, RESTIC_PASSWORD: PASSWORD },
      check: false,
    });
    await rewrite(notes, () => ({ prunedTime: null }));
    await notes.done("backup", "--housekeeping");
    strictEqual((await record(notes)).prunedTime, null);
    match(
      (await notes.done("snapshots")).stdout,
      /Besides "app" the repository holds 1 snapshot of other \(1\)/,
    );
  },
);

eitherRelease(
  "ppm backup --housekeeping finds a damaged pack within the days of the policy, and status says so",
  async (release) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server, { backups: '{ oncalendar: "*-12-31 23:00", check: 3 }' });
    const damage = `pack=$(ls -S "$1"/data/*/* | head -1); chmod u+w "$pack"
    printf damaged | dd of="$pack" bs=1 seek=1000 conv=notrunc status=none`;
    await server.run(["sh", "-c", damage, "sh", notes.path]);
    await rewrite(notes, () => ({ check: null }));
    const codes: number[] = [];
    let said = "";
    for (let day = 0; day < 3 && !codes.includes(6); day++) {
      const ran = await notes.ppm("backup", "--housekeeping");
      codes.push(ran.code);
      said = ran.stderr;
      await rewrite(notes, ({ check }) => ({
        check: check && { ...check, cycleStart: check.cycleStart - 86_400_000 },
      }));
    }
    strictEqual(codes.at(-1), 6, `${codes}: ${said}`);
    match(said, /error: Cannot trust the repository: part \d of 3 is damaged/);
    match(said, /hint: Copy the repository as it is before anything else/);
    match((await notes.ppm("status")).stdout, /! housekeeping failed: Cannot trust the repository.* → /);
  },
);

eitherRelease(
  "ppm backup --housekeeping leaves a repository that somebody else has locked for the next time",
  async (release) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server);
    await rewrite(notes, () => ({ check: null }));
    const lock = `setsid restic --no-cache check --read-data >/dev/null 2>&1 & pid=$!
    until ls "$RESTIC_REPOSITORY/locks" | grep -qv tmp; do sleep .02; done; kill -STOP $pid
    ppm backup --housekeeping; code=$?; ppm snapshots; kill -KILL $pid; exit $code`;
    const env = { RESTIC_REPOSITORY: notes.path, RESTIC_PASSWORD: PASSWORD };
    const ran = await notes.pet.run(["sh", "-c", lock], { env, check: false });
    strictEqual(ran.code, 0, ran.stderr);
    match(ran.stderr, /Reading the repository is left for the next time: .*lock/);
    match(ran.stdout, /what a restore takes/);
  },
);
