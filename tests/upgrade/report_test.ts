import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { UnitProperties } from "../../src/host/systemd.ts";
import { reportUpgrades, upgradeUnitNames } from "../../src/upgrade/report.ts";
import { writeSwitch } from "../../src/upgrade/switch.ts";
import { accept, quarantine } from "../../src/upgrade/upgrades.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest } from "../support/manifest.ts";
import { aSwitch } from "../support/upgrade_scene.ts";

const COMMIT = "2".repeat(40);
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const MANIFEST = aManifest({ upgrade: { oncalendar: "*-*-* 04:00", widen: false } });
const WAITING = { ActiveState: "active", NextElapseUSecRealtime: "Sat 2026-01-03 04:00:00 UTC" };

function aSystem(): FakeSystem {
  return new FakeSystem({ files: { "/home/app/.ppm/x": "" } });
}

function report(
  system: FakeSystem,
  { timer = WAITING, service = {}, manifest = MANIFEST }: {
    readonly timer?: UnitProperties;
    readonly service?: UnitProperties;
    readonly manifest?: typeof MANIFEST;
  } = {},
) {
  const units = new Map([["ppm-upgrade.timer", timer], ["ppm-upgrade.service", service]]);
  return reportUpgrades(system, manifest, manifest.upgrade === null ? new Map() : units);
}

function complaints(...args: Parameters<typeof report>): readonly string[] {
  return report(...args).complaints.map(({ message, next }) => `${message} → ${next}`);
}

Deno.test("upgradeUnitNames() asks after units only where the application upgrades itself", () => {
  deepStrictEqual(upgradeUnitNames(MANIFEST), ["ppm-upgrade.service", "ppm-upgrade.timer"]);
  deepStrictEqual(upgradeUnitNames(aManifest()), []);
});

Deno.test("reportUpgrades() has nothing to say of what nobody has asked for, and no timer to miss", () => {
  deepStrictEqual(report(aSystem(), { manifest: aManifest() }), {
    upgraded: null,
    scheduled: false,
    next: null,
    quarantined: null,
    complaints: [],
  });
});

Deno.test("reportUpgrades() tells when the last upgrade went well, and when the next is due", () => {
  const system = aSystem();
  accept(system, { commit: COMMIT, revision: null }, { upgraded: NOW });
  deepStrictEqual(report(system), {
    upgraded: "2026-01-02T03:04:05.000Z",
    scheduled: true,
    next: "2026-01-03T04:00:00.000Z",
    quarantined: null,
    complaints: [],
  });
});

Deno.test("reportUpgrades() names the commit that is left alone until a newer one went well", () => {
  const system = aSystem();
  const entry = (commit: string, ms: number) => ({
    commit,
    time: new Date(ms).toISOString(),
    why: "it failed",
  });
  quarantine(system, [entry("1".repeat(40), NOW - 2000), entry(COMMIT, NOW)]);
  deepStrictEqual(report(system).quarantined, entry(COMMIT, NOW));
  deepStrictEqual(complaints(system), [
    "222222222222 is left alone since 2026-01-02T03:04:05.000Z: it failed → ppm upgrade --apply --retry 222222222222",
  ]);
  accept(system, { commit: "3".repeat(40), revision: null }, { upgraded: NOW - 1000 });
  deepStrictEqual(report(system).quarantined, entry(COMMIT, NOW), "an upgrade before that");
  accept(system, { commit: "3".repeat(40), revision: null }, { upgraded: NOW });
  deepStrictEqual([report(system).quarantined, complaints(system)], [null, []]);
});

Deno.test("reportUpgrades() says how a run by the timer has failed, unless the commit that is left alone tells it", () => {
  const system = aSystem();
  const failed = { ActiveState: "failed", Result: "exit-code", ExecMainStatus: "9" };
  const look = "journalctl --user -u ppm-upgrade.service";
  deepStrictEqual(complaints(system, { service: failed }), [
    `the last scheduled upgrade failed: an unattended upgrade wanted more than before → ${look}`,
  ]);
  deepStrictEqual(complaints(system, { service: { ...failed, Result: "watchdog", ExecMainStatus: "9" } }), [
    `the last scheduled upgrade failed: watchdog → ${look}`,
  ]);
  deepStrictEqual(complaints(system, { service: { ...failed, ExecMainStatus: "70" } }), [
    `the last scheduled upgrade failed: exit-code → ${look}`,
  ]);
  deepStrictEqual(complaints(system, { service: { ...failed, ActiveState: "inactive" } }), []);
  quarantine(system, [{ commit: COMMIT, time: new Date(NOW).toISOString(), why: "it failed" }]);
  strictEqual(complaints(system, { service: failed }).length, 1);
});

Deno.test("reportUpgrades() misses a timer that does not wait", () => {
  deepStrictEqual(complaints(aSystem(), { timer: { ActiveState: "inactive" } }), [
    "ppm-upgrade.timer is not active → systemctl --user start ppm-upgrade.timer",
  ]);
});

Deno.test("reportUpgrades() tells of a switch that is under way, and what it hangs at", () => {
  const system = aSystem();
  for (
    const [phase, words] of [
      ["switching", "generation 1 is being left"],
      ["trial", "generation 2 is on trial"],
      ["returning", "generation 1 is being brought back"],
    ] as const
  ) {
    writeSwitch(system, aSwitch({ phase }));
    deepStrictEqual(complaints(system), [`${words} since 2026-01-02T03:00:00.000Z → ppm recover`]);
  }
  writeSwitch(system, aSwitch({ phase: "returning", told: "no room" }));
  deepStrictEqual(complaints(system), [
    "generation 1 is being brought back since 2026-01-02T03:00:00.000Z: no room → ppm recover",
  ]);
});

Deno.test("reportUpgrades() says of records that it cannot understand what to do, and goes on", () => {
  const system = aSystem();
  for (const name of ["switch.json", "upgrades.json"]) system.addFile(`/home/app/.ppm/${name}`, "{");
  const { upgraded, complaints } = report(system);
  strictEqual(upgraded, null);
  match(complaints[0]?.message ?? "", /^Cannot understand \.ppm\/upgrades\.json/);
  match(complaints[1]?.message ?? "", /^Cannot understand \.ppm\/switch\.json/);
  strictEqual(complaints.length, 2);
  match(complaints[0]?.next ?? "", /rm \/home\/app\/\.ppm\/upgrades\.json/);
});
