import assert from "node:assert/strict";
import { identityOf } from "../../src/backup/tags.ts";
import type { Snapshot } from "../../src/backup/snapshot.ts";
import { aPolicy } from "../support/backup.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest } from "../support/manifest.ts";
import { runPpm } from "../support/run_ppm.ts";
import { aClaim, aSnapshot, FakeRestic } from "../support/snapshots.ts";

const IDENTITY = await identityOf(aManifest());
const CONFIG = `definition: { repository: "https://git.example.org/web.git" }
instance: web
backup: { repository: /srv/restic, passwordfile: .restic-password }
`;

function aServer(snapshots: readonly Snapshot[], manifest: unknown = aManifest({ backup: aPolicy() })) {
  const own = snapshots.map((each) =>
    each.identity.instance === "web" && each.identity.app === "web" ? { ...each, identity: IDENTITY } : each
  );
  const restic = new FakeRestic(own);
  const system = new FakeSystem().program("restic", restic.run);
  system.addFile("/home/app/config.yml", CONFIG, 0o600);
  system.addFile("/home/app/.restic-password", "x", 0o600);
  if (manifest !== undefined) system.addFile("/home/app/.ppm/manifest.json", JSON.stringify(manifest), 0o600);
  return { system, restic };
}

const SNAPSHOTS = [
  aSnapshot("good", "2026-01-01T03:00", { id: "a".repeat(64) }),
  aSnapshot("good", "2026-01-02T02:00", { id: "b".repeat(64), size: { entries: 12, bytes: 47_185_920 } }),
  aSnapshot("suspect", "2026-01-02T03:00", { id: "c".repeat(64) }),
  aSnapshot("good", "2026-01-02T03:01", { id: "d".repeat(64), identity: { ...IDENTITY, app: "wiki" } }),
  aClaim("a", 2, { id: "e".repeat(64) }),
  aSnapshot("good", "2026-01-01T03:00", { identity: { ...IDENTITY, instance: "mail" } }),
  aSnapshot("good", "2026-01-01T03:00", { identity: { ...IDENTITY, instance: "mail" } }),
  aSnapshot("good", "2026-01-01T03:00", { identity: { ...IDENTITY, instance: "git" } }),
];

Deno.test("ppm snapshots lists what is there, what each is worth, and what a restore would take", async () => {
  const { system, restic } = aServer(SNAPSHOTS);
  const { code, stdout, stderr } = await runPpm("snapshots", { system });
  assert.equal(stderr, "");
  assert.equal(
    stdout,
    `ID        TIME                     AGE            KIND     SIZE     ENTRIES
dddddddd  2026-01-02 03:01:00 UTC  3 minutes ago  good     1.0 KiB  3        of another definition or application (wiki)
cccccccc  2026-01-02 03:00:00 UTC  4 minutes ago  suspect  1.0 KiB  3        data/ was empty or had shrunk
bbbbbbbb  2026-01-02 02:00:00 UTC  1 hour ago     good     45 MiB   12       what a restore takes
aaaaaaaa  2026-01-01 03:00:00 UTC  1 day ago      good     1.0 KiB  3
eeeeeeee  2026-01-01 00:00:00 UTC  1 day ago      claim                      by the server server-a (claim 2)

Besides "web" the repository holds 3 snapshots of git (1), mail (2)
`,
  );
  assert.equal(code, 0);
  assert.deepEqual(restic.commands, ["snapshots --json --no-lock"]);
});

Deno.test("ppm snapshots --json says the same with full ids and absolute times", async () => {
  const { system } = aServer(SNAPSHOTS);
  const report = JSON.parse((await runPpm("snapshots --json", { system })).stdout);
  assert.equal(report.instance, "web");
  assert.deepEqual(report.others, { git: 1, mail: 2 });
  assert.deepEqual(report.snapshots[2], {
    id: "b".repeat(64),
    time: "2026-01-02T02:00:00.000Z",
    kind: "good",
    entries: 12,
    bytes: 47_185_920,
    restored: true,
    own: true,
    app: "web",
    lineage: "aaaaaaaaaaaaaaaa",
    unshare: false,
    claim: null,
  });
  assert.deepEqual(report.snapshots.map(({ restored }: { restored: boolean }) => restored), [
    false,
    false,
    true,
    false,
    false,
  ]);
});

Deno.test("ppm snapshots says on a server that was not set up yet what a setup would restore", async () => {
  const { system } = aServer(SNAPSHOTS, undefined);
  const { code, stdout } = await runPpm("snapshots", { system });
  assert.match(stdout, /^bbbbbbbb .* what a restore takes$/m);
  assert.equal(code, 0);
});

Deno.test("ppm snapshots says that there is none, and what makes one", async () => {
  const { system } = aServer([]);
  const { stdout } = await runPpm("snapshots", { system });
  assert.equal(stdout, 'The repository holds no snapshot of "web"; the next one: ppm backup\n');
});

Deno.test("ppm snapshots refuses where nothing is backed up, and asks no repository", async () => {
  const { system, restic } = aServer([], aManifest({ backup: null }));
  const { code, stderr } = await runPpm("snapshots", { system });
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^error: Cannot list snapshots of "web": its definition loads backups_none\nhint: .*backups_scheduled/,
  );
  assert.deepEqual(restic.commands, []);
});

Deno.test("ppm snapshots fails with restic's words where the repository does not answer", async () => {
  const { system, restic } = aServer([]);
  restic.answers.snapshots = () => ({ code: 12, stderr: "Fatal: wrong password or no key found\n" });
  const { code, stderr } = await runPpm("snapshots", { system });
  assert.equal(code, 6);
  assert.match(stderr, /wrong password or no key found/);
});
