/** A timer upgrades an application while nobody looks: through good revisions, and past bad ones. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { bootServer, eitherRelease } from "./server.ts";
import { makeVersions, type VersionOptions, type Versions } from "./versions.ts";

/** Writes what it is given to a file of its own. */
const TELL = `#!/bin/sh
mkdir -p "$HOME/told" && file="$HOME/told/$(date +%s%N)"
{ printf '<%s>\\n' "$@"; cat; } >"$file.part" && mv "$file.part" "$file"
`;

const NOTIFY = `notify:
  command: [/usr/local/bin/tell, "{subject}"]
  heartbeat: [/usr/bin/touch, /home/app/beat]
`;

/** A version that upgrades itself every so many seconds. */
function scheduled(name: string, options: VersionOptions = {}, seconds = 15): VersionOptions {
  const plugins = `  upgrade_scheduled: { oncalendar: "*-*-* *:*:0/${seconds}" }\n`;
  return { version: name, plugins, ...options };
}

eitherRelease(
  "ppm-upgrade.timer takes an application through five revisions, two of them bad",
  async (release) => {
    await using server = await bootServer({ release, name: "timer" });
    await server.copyPpm();
    await server.writeFile("/usr/local/bin/tell", TELL, { mode: 0o755 });
    const app = await makeVersions(server, { ...scheduled("1"), config: NOTIFY });
    const [{ description: { source: { commit: first } } }] = await app.history();
    await hurry(app);

    const commits = [first];
    const next = async (options: VersionOptions, outcome: "done" | "failed") => {
      const commit = await app.release(options);
      commits.push(commit);
      await becomes(app, commit, outcome);
      await app.idle();
      return commit;
    };
    await next(scheduled("2"), "done");
    strictEqual(await app.writer(), "version 2");
    deepStrictEqual(await told(app), []);

    // One that ends at once: what it has done to the data is undone, and the one who is to know is told why, once.
    const data = await app.present();
    const crash = { does: "echo ruined >data/files/plain; echo 'cannot read row 7' >&2; exit 1" };
    const third = await next(scheduled("3", crash), "failed");
    strictEqual(await app.present(), data);
    ok(await app.up(10));
    const [crashed = ""] = await tells(app, 1);
    match(crashed, /^<ppm: app: ppm-upgrade failed on \S+>\n/);
    match(crashed, new RegExp(`Cannot upgrade to ${third.slice(0, 12)}: generation 2 is back`));
    match(crashed, /notes\.service: failed \(exit code 1\)\n(?:.*\n)*?.* {4}cannot read row 7\n/);
    match(crashed, /^see what was tried: {2}ppm history$/m);
    await says(app, `${third.slice(0, 12)}, which is left alone since`);
    strictEqual((await told(app)).length, 1);

    // One that replaces the timer which has started it.
    await next(scheduled("4", {}, 10), "done");
    match(await app.pet.read(".config/systemd/user/ppm-upgrade.timer"), /0\/10/);
    strictEqual(await app.show("ppm-upgrade.timer", "ActiveState"), "active");

    // One that runs, and is not well.
    const unwell = {
      does: "echo ruined >data/files/plain",
      appinfo: "healthcheck: { tcp: { port: 8777 }, interval: 1s, startperiod: 2s, retries: 2 }\n",
    };
    const fifth = await next(scheduled("5", unwell, 10), "failed");
    strictEqual(await app.present(), data);
    const [, blank = ""] = await tells(app, 2);
    match(blank, new RegExp(`Cannot upgrade to ${fifth.slice(0, 12)}: generation 4 is back`));
    match(blank, /healthcheck: 127\.0\.0\.1:8777 refuses connections/);

    await next(scheduled("6", {}, 10), "done");
    strictEqual(await app.writer(), "version 6");
    strictEqual(await app.present(), data);
    strictEqual((await told(app)).length, 2);
    strictEqual(await app.show("ppm-upgrade.timer", "ActiveState"), "active");
    strictEqual(await app.show("ppm-recover.timer", "ActiveState"), "inactive");

    await lockIsNoFailure(app);
    await beats(app);
    await story(app, commits);
  },
);

/** Lets the timer elapse when its calendar says so, and not up to half an hour later. */
async function hurry(app: Versions): Promise<void> {
  const soon = "[Timer]\nRandomizedDelaySec=0\nAccuracySec=100ms\n";
  await app.server.writeFile(".config/systemd/user/ppm-upgrade.timer.d/soon.conf", soon, {
    user: app.pet.user,
  });
  await app.pet.run(["systemctl", "--user", "daemon-reload"]);
  await app.pet.run(["systemctl", "--user", "restart", "ppm-upgrade.timer"]);
}

/** Waits until the commit was tried, and ended so. */
async function becomes(app: Versions, commit: string, outcome: "done" | "failed"): Promise<void> {
  for (let look = 0; look < 90; look++) {
    const made = (await app.history()).find((each) => each.description?.source.commit === commit);
    if (made !== undefined && made.outcome !== "trial") {
      strictEqual(made.outcome, outcome, made.message);
      strictEqual(made.by, "timer");
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
  throw new Error(`${commit} was not tried: ${await app.journal("ppm-upgrade.service")}`);
}

/** Returns what `notify.command` was given so far, oldest first. */
async function told(app: Versions): Promise<readonly string[]> {
  const files = await app.pet.run(["sh", "-c", "ls told 2>/dev/null | grep -v part || true"]);
  return await Promise.all(
    files.stdout.split("\n").filter(Boolean).map((name) => app.pet.read(`told/${name}`)),
  );
}

/** Waits until it was given something so many times; no more often. */
async function tells(app: Versions, times: number): Promise<readonly string[]> {
  for (let look = 0; look < 40 && (await told(app)).length < times; look++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const all = await told(app);
  strictEqual(all.length, times, all.join("\n---\n"));
  return all;
}

/** Waits until a later run of the timer has said something. */
async function says(app: Versions, words: string): Promise<void> {
  const wait = 'until journalctl --user -o cat -u ppm-upgrade.service | grep -qF "$1"; do sleep 1; done';
  await app.pet.run(["sh", "-c", wait, "sh", words], { seconds: 60 });
}

/** Another ppm is at work: the next run is soon enough, and nobody is told. */
async function lockIsNoFailure(app: Versions): Promise<void> {
  const impatient =
    "[Service]\nExecStart=\nExecStart=/usr/local/bin/ppm upgrade --apply --scheduled --no-wait\n";
  const dropin = ".config/systemd/user/ppm-upgrade.service.d";
  await app.pet.run(["systemctl", "--user", "stop", "ppm-upgrade.timer"]);
  await app.idle();
  await app.server.writeFile(`${dropin}/impatient.conf`, impatient, { user: app.pet.user });
  await app.pet.run(["systemctl", "--user", "daemon-reload"]);
  const run =
    "systemctl --user start ppm-upgrade.service; while systemctl --user -q is-active ppm-upgrade.service; do sleep .2; done";
  await app.pet.run(["flock", ".ppm/lock", "sh", "-c", run]);
  await app.idle();
  match(await app.journal("ppm-upgrade.service"), /lock.*held by/);
  deepStrictEqual(
    [
      await app.show("ppm-upgrade.service", "Result"),
      await app.show("ppm-upgrade.service", "ExecMainStatus"),
    ],
    ["success", "5"],
  );
  strictEqual((await told(app)).length, 2);
  await app.pet.run(["rm", "-r", dropin]);
  await app.pet.run(["systemctl", "--user", "daemon-reload"]);
  await app.pet.run(["systemctl", "--user", "start", "ppm-upgrade.timer"]);
}

/** The heartbeat tells of backups, and of nothing else. */
async function beats(app: Versions): Promise<void> {
  ok(!await app.exists("beat"));
  await app.done("backup");
  await app.idle();
  ok(await app.exists("beat"));
}

/** What an administrator reads in the morning. */
async function story(app: Versions, commits: readonly string[]): Promise<void> {
  const { stdout } = await app.done("history");
  console.log(stdout);
  const rows = (await app.history()).toReversed();
  deepStrictEqual(rows.map(({ description }) => description.source.commit), commits);
  deepStrictEqual(rows.map(({ generation, outcome, by, stands }) => [generation, outcome, by, stands]), [
    [1, "done", "setup", false],
    [2, "done", "timer", false],
    [3, "failed", "timer", false],
    [4, "done", "timer", false],
    [5, "failed", "timer", false],
    [6, "done", "timer", true],
  ]);
  const lines = stdout.trimEnd().split("\n").slice(1);
  strictEqual(lines.length, 6);
  match(lines[0] ?? "", /^\* +6 .* 6 +[0-9a-f]{12} +done, by timer +[0-9a-f]{8}$/);
  match(lines[1] ?? "", /^ +5 .* 5 +[0-9a-f]{12} +failed: /);
  match(lines[3] ?? "", /^ +3 .* 3 +[0-9a-f]{12} +failed: .*notes\.service/);
  match(lines[5] ?? "", /^ +1 .* 1 +[0-9a-f]{12} +done, by setup *$/);
  const kept = await app.aside();
  deepStrictEqual(kept, rows.flatMap(({ failedData }) => failedData ?? []));
  strictEqual(kept.length, 2);
  match((await app.done("setup")).stderr, /Nothing to do/);
}
