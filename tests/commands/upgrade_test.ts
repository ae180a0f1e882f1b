import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Manifest } from "../../src/plan/manifest.ts";
import type { Switch } from "../../src/upgrade/switch.ts";
import { UpgradePlace } from "../support/upgrade_place.ts";
import { aSwitch } from "../support/upgrade_scene.ts";

const UNIT = ".config/systemd/user/web.service";
const PORT = "  firewall: { open: [443] }\n";

/** Every file of a home directory, to compare before and after. */
function everything(place: UpgradePlace): string {
  const script = "find . -path ./.ppm/lock -o -type f -printf '%p %m %T@\\n' | sort";
  return new TextDecoder().decode(
    new Deno.Command("sh", { args: ["-c", script], cwd: place.home }).outputSync().stdout,
  );
}

function upgrades(place: UpgradePlace) {
  return JSON.parse(place.read(".ppm/upgrades.json"));
}

Deno.test("ppm upgrade shows what is new, moves the clone, remembers that it was accepted, and changes nothing else", async () => {
  using place = await UpgradePlace.make();
  const commit = place.release({ web: "two" });
  const { code, stdout, stderr } = await place.ppm("upgrade");
  strictEqual(code, 0, stderr);
  match(
    stdout,
    /^web one → two: 1 commit on the branch main\n[\s\S]*Release two\n[\s\S]*\+ExecStart=\/usr\/bin\/true two/,
  );
  match(stdout, /Next: ppm setup && ppm restart\n/);
  strictEqual(place.head, commit);
  deepStrictEqual(upgrades(place).accepted, { commit, revision: null });
  strictEqual(upgrades(place).upgraded, null);
  match(place.read(UNIT), /one/);
  deepStrictEqual(place.told, []);
});

Deno.test("ppm upgrade --dry-run shows the same, and not one file is another one afterwards", async () => {
  using place = await UpgradePlace.make();
  place.release({ web: "two" });
  for (const line of ["upgrade --dry-run", "upgrade --apply --dry-run", "upgrade --dry-run --json"]) {
    const before = everything(place);
    const { code, stdout } = await place.ppm(line);
    strictEqual(code, 0);
    match(stdout, /ExecStart=\/usr\/bin\/true two/);
    strictEqual(everything(place), before, line);
  }
});

Deno.test("ppm upgrade --apply does it, and --json tells what came of it", async () => {
  using place = await UpgradePlace.make();
  const commit = place.release({ web: "two" });
  const { code, stdout, stderr } = await place.ppm("upgrade --apply --json");
  strictEqual(code, 0, stderr);
  const { outcome, generation, snapshot, started, upgrade } = JSON.parse(stdout);
  deepStrictEqual({ outcome, generation, snapshot, started }, {
    outcome: "applied",
    generation: 2,
    snapshot: null,
    started: ["web.service"],
  });
  ok(upgrade);
  match(stderr, /web two stands: generation 2\n/);
  deepStrictEqual([place.head, upgrades(place).accepted.commit], [commit, commit]);
  match(place.read(UNIT), /two/);
});

Deno.test("ppm upgrade says where there is nothing to do", async () => {
  using place = await UpgradePlace.make();
  for (const line of ["upgrade", "upgrade --apply", "upgrade --apply --scheduled", "upgrade --dry-run"]) {
    const { code, stdout, stderr } = await place.ppm(line);
    deepStrictEqual([code, stdout], [0, ""], line);
    match(stderr, /^Nothing to do: the branch main is at [0-9a-f]{12}, and that is what stands\n$/);
  }
  deepStrictEqual(JSON.parse((await place.ppm("upgrade --json")).stdout), {
    message: null,
    outcome: "nothing",
    upgrade: null,
    generation: null,
    snapshot: null,
    started: [],
  });
  deepStrictEqual(place.told, []);
});

Deno.test("ppm upgrade --apply mends what was edited by hand; the timer leaves that to whoever did it", async () => {
  using place = await UpgradePlace.make();
  Deno.writeTextFileSync(`${place.home}/${UNIT}`, "edited");
  match((await place.ppm("upgrade --apply --scheduled")).stderr, /Nothing to do/);
  strictEqual(place.read(UNIT), "edited");
  strictEqual((await place.ppm("upgrade --apply")).code, 0);
  match(place.read(UNIT), /one/);
});

Deno.test("ppm upgrade --apply takes what is not well back, and then leaves it alone until somebody says otherwise", async () => {
  using place = await UpgradePlace.make();
  const standing = place.head;
  const bad = place.release({ web: "broken" });
  const { code, stderr } = await place.ppm("upgrade --apply --scheduled");
  strictEqual(code, 7, stderr);
  match(stderr, /error: Cannot upgrade to [0-9a-f]{12}: generation 1 is back\n/);
  deepStrictEqual([place.head, upgrades(place).quarantine[0].commit], [standing, bad]);
  match(place.read(UNIT), /one/);
  place.system.programs.invocations.length = 0;
  const night = await place.ppm("upgrade --apply --scheduled --json");
  deepStrictEqual([night.code, JSON.parse(night.stdout).outcome], [0, "quarantined"]);
  match(night.stderr, /left alone since .*: it failed: .*--retry/);
  const byHand = await place.ppm("upgrade --apply");
  strictEqual(byHand.code, 1);
  match(byHand.stderr, /error: Cannot upgrade: the branch main is at .* left alone[\s\S]*--retry/);
  deepStrictEqual(place.told, []);
  const again = await place.ppm(`upgrade --apply --json --retry ${bad.slice(0, 8)}`);
  const { outcome, message } = JSON.parse(again.stdout);
  deepStrictEqual([again.code, outcome, message.split("\n")[0]], [
    7,
    "rolledBack",
    `Cannot upgrade to ${bad.slice(0, 12)}: generation 1 is back`,
  ]);
  strictEqual((await place.ppm("upgrade --apply --retry 1234abcd")).code, 2);
  const next = place.release({ web: "three" });
  strictEqual((await place.ppm("upgrade --apply --scheduled")).code, 0);
  strictEqual(place.head, next);
});

Deno.test("ppm upgrade --apply --scheduled leaves what asks for more to somebody who looks", async () => {
  using place = await UpgradePlace.make({ appinfo: "  upgrade_scheduled: {}\n" });
  const before = place.head;
  place.release({ web: "two", appinfo: `  upgrade_scheduled: { widen: true }\n${PORT}` });
  const { code, stderr } = await place.ppm("upgrade --apply --scheduled");
  strictEqual(code, 9, stderr);
  match(stderr, /Cannot upgrade to .* unattended: it asks for more than before\n {2}port 443\/tcp/);
  deepStrictEqual([place.head, place.told], [before, []]);
  strictEqual((await place.ppm("upgrade --apply")).code, 0, "by hand without a question");
});

Deno.test("ppm upgrade --apply --scheduled may widen where the generation that stands says so", async () => {
  using place = await UpgradePlace.make({ appinfo: "  upgrade_scheduled: { widen: true }\n" });
  const commit = place.release({ web: "two", appinfo: `  upgrade_scheduled: {}\n${PORT}` });
  strictEqual((await place.ppm("upgrade --apply --scheduled")).code, 0);
  strictEqual(place.head, commit);
});

Deno.test("ppm upgrade touches nothing where history was rewritten, signatures are missing, the clone is dirty, or a variable is", async () => {
  using place = await UpgradePlace.make();
  const { head } = place;
  const fails = async (exit: number, message: RegExp, lines: readonly string[]) => {
    for (const line of lines) {
      const { code, stderr } = await place.ppm(line);
      strictEqual(code, exit, stderr);
      match(stderr, message);
    }
    deepStrictEqual([place.head, place.told], [head, []]);
    match(place.read(UNIT), /one/);
  };
  const ways = ["upgrade --dry-run", "upgrade", "upgrade --apply"];
  place.release({ web: "two", appinfo: "variables:\n  domain: { type: hostname }\n" });
  await fails(4, /domain/, ways);
  place.git("commit", "--quiet", "--amend", "--message", "Other");
  Deno.writeTextFileSync(`${place.top}/signers`, "");
  place.configure(`  allowedsigners: ${place.top}/signers\n`);
  await fails(4, /no key in .* has signed it/, ways);
  place.configure();
  Deno.writeTextFileSync(`${place.clone}/appinfo.yml`, "mine");
  await fails(1, /changed by hand: appinfo\.yml/, ["upgrade", "upgrade --apply"]);
  place.git("-C", place.clone, "checkout", "--quiet", "--", ".");
  place.git("checkout", "--quiet", "--orphan", "new");
  place.git("commit", "--quiet", "--message", "Another history");
  place.git("branch", "--force", "main", "new");
  place.git("checkout", "--quiet", "main");
  await fails(4, /Cannot follow the branch main/, ways);
});

Deno.test("ppm upgrade finishes what was interrupted before it fetches, goes on from an interrupted setup, and waits for the first one", async () => {
  using place = await UpgradePlace.make();
  const found: Switch = aSwitch({
    phase: "returning",
    commit: "f".repeat(40),
    snapshot: null,
    units: [],
    tried: [],
  });
  Deno.writeTextFileSync(`${place.home}/.ppm/switch.json`, JSON.stringify(found));
  const { code, stderr } = await place.ppm("upgrade");
  strictEqual(code, 0, stderr);
  match(stderr, /generation 1 is back[\s\S]*Nothing to do/);
  const manifest = JSON.parse(place.read(".ppm/manifest.json"));
  const leave = (changes: Partial<Manifest>) =>
    Deno.writeTextFileSync(`${place.home}/.ppm/manifest.json`, JSON.stringify({ ...manifest, ...changes }));
  leave({ pending: {} });
  strictEqual((await place.ppm("upgrade --dry-run")).code, 0);
  leave({ pending: {}, generation: 0 });
  for (const line of ["upgrade", "upgrade --dry-run", "upgrade --apply --scheduled"]) {
    const refused = await place.ppm(line);
    strictEqual(refused.code, 1);
    match(refused.stderr, /the first setup was interrupted\n.*ppm setup/);
  }
});

Deno.test("ppm upgrade takes --retry and --scheduled with --apply alone", async () => {
  using place = await UpgradePlace.make();
  for (const line of ["upgrade --retry abcd", "upgrade --scheduled", "upgrade --scheduled --dry-run"]) {
    const { code, stderr } = await place.ppm(line);
    strictEqual(code, 2);
    match(stderr, /without --apply: nothing would be tried/);
  }
});
