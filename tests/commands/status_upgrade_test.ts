/** What `ppm status` says of upgrades. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { sha256 } from "../../src/plan/digest.ts";
import { accept, quarantine } from "../../src/upgrade/upgrades.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest, shown } from "../support/manifest.ts";
import { runPpm } from "../support/run_ppm.ts";

/** The time of the fake clock. */
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const DAY_MS = 86_400_000;
const CONFIG = "definition: {}\n";

/** A server whose application upgrades itself unless `byHand`. */
async function aServer({ byHand = false, next = "Sat 2026-01-03 03:04:05 UTC" } = {}): Promise<FakeSystem> {
  const manifest = aManifest({
    config: { file: "/home/app/config.yml", sha256: await sha256(CONFIG), holdsSecret: false },
    upgrade: byHand ? null : { oncalendar: "*-*-* 04:00", widen: false },
  });
  const system = new FakeSystem({
    files: { "/home/app/config.yml": CONFIG, "/home/app/.ppm/manifest.json": JSON.stringify(manifest) },
  });
  return system.program("systemctl", (args) => {
    const names = args.slice(args.indexOf("--") + 1);
    const timer = { SubState: "waiting", NextElapseUSecRealtime: next };
    return {
      stdout: shown(
        Object.fromEntries(names.map((name) => [name, name === "ppm-upgrade.timer" ? timer : {}])),
      ),
    };
  });
}

async function line(system: FakeSystem): Promise<string | undefined> {
  const { stdout } = await runPpm("status", { system });
  return stdout.split("\n").find((each) => each.startsWith("  upgrade "))?.trim();
}

Deno.test("ppm status says when the last upgrade was, and when the next", async () => {
  const system = await aServer();
  strictEqual(await line(system), "upgrade     never; next in 1 day");
  accept(system, { commit: "a", revision: null }, { upgraded: NOW - 2 * DAY_MS });
  strictEqual(await line(system), "upgrade     2 days ago; next in 1 day");
  strictEqual(await line(await aServer({ next: "" })), "upgrade     never");
});

Deno.test("ppm status says of an application that does not upgrade itself that somebody has, and else nothing", async () => {
  const system = await aServer({ byHand: true });
  strictEqual(await line(system), undefined);
  accept(system, { commit: "a", revision: null }, { upgraded: NOW - DAY_MS });
  strictEqual(await line(system), "upgrade     1 day ago, by hand");
});

Deno.test("ppm status shows a commit that is left alone, in one question to systemd, and is content all the same", async () => {
  const system = await aServer();
  quarantine(system, [{
    commit: "2".repeat(40),
    time: "2026-01-02T03:00:00.000Z",
    why: "it failed\u001b[2J",
  }]);
  const { code, stdout } = await runPpm("status", { system });
  strictEqual(code, 0);
  match(
    stdout,
    /^! 222222222222 is left alone since .*: it failed.* → ppm upgrade --apply --retry 222222222222$/m,
  );
  ok(!stdout.includes("\u001b"));
  strictEqual(system.commands.length, 1);
});

Deno.test("ppm status --json tells of upgrades", async () => {
  const { stdout } = await runPpm("status --json", { system: await aServer() });
  deepStrictEqual(JSON.parse(stdout).upgrade, {
    upgraded: null,
    scheduled: true,
    next: "2026-01-03T03:04:05.000Z",
    quarantined: null,
    complaints: [],
  });
});
