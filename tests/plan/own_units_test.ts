import assert from "node:assert/strict";
import type { NotifyConfig } from "../../src/config/config.ts";
import type { BackupPolicy } from "../../src/definition/backup_policy.ts";
import type { UpgradePolicy } from "../../src/definition/upgrade_policy.ts";
import type { WatchPolicy } from "../../src/definition/watch_policy.ts";
import { EXIT_CODES } from "../../src/errors.ts";
import { CLAIMS_FILE } from "../../src/neighbours/claims.ts";
import { ownUnits } from "../../src/plan/own_units.ts";
import { aPolicy } from "../support/backup.ts";
import { aUnit } from "../support/manifest.ts";

const APP = {
  name: "web",
  description: "100% a page.",
  version: "1",
  mainunit: "web",
  enableunits: [],
  healthcheck: null,
  plugins: {},
  state: {},
};

const POLICY = aPolicy({ oncalendar: "daily" });

const UPGRADE: UpgradePolicy = { oncalendar: "*-*-* 04:00 50%", widen: false };

interface Asked {
  /** What differs from {@linkcode POLICY}; null: no backups. */
  readonly backup?: Partial<BackupPolicy> | null;
  readonly upgrade?: UpgradePolicy;
  readonly watch?: WatchPolicy;
  readonly notify?: Partial<NotifyConfig>;
  readonly ppm?: { readonly executable: string; readonly options: readonly string[] };
}

function render({ backup = {}, upgrade, watch, notify, ppm }: Asked = {}) {
  const own = ownUnits(APP, [aUnit("web.service"), aUnit("web@1.service")], {
    instance: "pet",
    backup: backup && { ...POLICY, ...backup },
    upgrade: upgrade ?? null,
    watch: watch ?? null,
    statedirectory: "/var/lib/ppm/state",
    notify: notify && { command: undefined, heartbeat: undefined, ...notify },
    ppm: ppm ?? { executable: "/usr/local/bin/ppm", options: [] },
  });
  const text = (name: string) => {
    const file = own.files.find(({ path }) => path === `.config/systemd/user/${name}`);
    return new TextDecoder().decode(file?.content);
  };
  const names = own.files.map(({ path }) => path.slice(path.lastIndexOf("/") + 1)).sort();
  return { ...own, text, names };
}

Deno.test("ownUnits() writes the target, the drop-ins and what recovers and upgrades alone where there are neither backups nor upgrades", () => {
  const { names, enabled, text } = render({ backup: null });
  const own = ["ppm-recover.service", "ppm-recover.timer", "ppm-upgrade.service"];
  assert.deepEqual(names, [...own, "ppm.conf", "ppm.conf", "web.target"]);
  assert.deepEqual(enabled, [{ name: "ppm-recover.service", start: false }]);
  assert.match(text("web.target"), /^Description=100%% a page$/m);
  assert.match(
    text("web.service.d/ppm.conf"),
    /\[Unit\]\nPartOf=web\.target\nConditionPathExists=!%h\/\.ppm\/hold\n$/,
  );
});

Deno.test("ownUnits() tells of failures also where there are neither backups nor upgrades", () => {
  const { names, text } = render({ backup: null, notify: { command: ["/bin/mail"] } });
  assert.ok(names.includes("ppm-notify@.service"));
  assert.match(text("ppm-recover.service"), /^OnFailure=ppm-notify@%N\.service$/m);
});

Deno.test("ownUnits() starts nothing without its data where there are backups", () => {
  const { text } = render();
  assert.match(text("web@.service.d/ppm.conf"), /^PartOf=web\.target$(?:.|\n)*^AssertPathExists=%h\/data$/m);
});

Deno.test("ownUnits() brings a timer, or a path, as the policy asks", () => {
  const always = [
    ...["ppm-backup.service", "ppm-housekeeping.service", "ppm-overdue.service", "ppm-overdue.timer"],
    ...["ppm-recover.service", "ppm-recover.timer", "ppm-upgrade.service"],
  ];
  const own = (names: readonly string[]) => names.filter((name) => name.startsWith("ppm-"));
  assert.deepEqual(own(render().names), [...always, "ppm-backup.timer"].sort());
  assert.deepEqual(render().enabled, [
    { name: "ppm-backup.timer", start: true },
    { name: "ppm-overdue.timer", start: true },
    { name: "ppm-recover.service", start: false },
  ]);
  const asked = render({ backup: { oncalendar: null, request: "dumps/50% done" } });
  assert.deepEqual(own(asked.names), [...always, "ppm-backup.path"].sort());
  assert.match(asked.text("ppm-backup.path"), /^PathExists=%h\/data\/dumps\/50%% done$/m);
  assert.deepEqual(own(render({ backup: { oncalendar: null } }).names), always);
});

Deno.test("ownUnits() runs ppm from where it lies, with the config.yml that setup was given", () => {
  const ppm = { executable: "/opt/my $pet/ppm", options: ["--config", "/etc/ppm/50% $x.yml"] };
  const { text } = render({ ppm });
  assert.match(
    text("ppm-backup.service"),
    /^ExecStart="\/opt\/my \$pet\/ppm" backup --foreground --config "\/etc\/ppm\/50%% \$\$x.yml"$/m,
  );
  assert.match(render().text("ppm-recover.service"), /^ExecStart=\/usr\/local\/bin\/ppm recover$/m);
});

Deno.test("ownUnits() tells somebody only where config.yml says whom, and keeps that from others", () => {
  const silent = render();
  assert.match(silent.text("ppm-backup.service"), /^OnFailure=ppm-recover\.service$/m);
  assert.match(
    silent.text("ppm-backup.service"),
    /^OnSuccess=ppm-recover\.service ppm-housekeeping\.service$/m,
  );
  for (const unit of ["ppm-recover.service", "ppm-housekeeping.service", "ppm-overdue.service"]) {
    assert.doesNotMatch(silent.text(unit), /OnFailure/);
  }
  const loud = render({
    upgrade: UPGRADE,
    notify: { command: ["/bin/mail", "-s", "{subject}"], heartbeat: ["/bin/curl", "https://x/t?a=%1"] },
  });
  assert.match(loud.text("ppm-upgrade.service"), /^OnFailure=ppm-recover\.service ppm-notify@%N\.service$/m);
  assert.match(loud.text("ppm-backup.service"), /^OnFailure=ppm-recover\.service ppm-notify@%N\.service$/m);
  assert.match(loud.text("ppm-backup.service"), /^OnSuccess=.* ppm-heartbeat\.service$/m);
  for (const unit of ["ppm-recover.service", "ppm-housekeeping.service", "ppm-overdue.service"]) {
    assert.match(loud.text(unit), /^OnFailure=ppm-notify@%N\.service$/m);
  }
  assert.doesNotMatch(loud.text("ppm-notify@.service") + loud.text("ppm-heartbeat.service"), /OnFailure/);
  assert.match(
    loud.text("ppm-notify@.service"),
    /^ {2}\} 2>&1 \| exec "\$\$@"' %i \/bin\/mail -s "ppm: pet: %i failed on %H"$/m,
  );
  assert.match(loud.text("ppm-heartbeat.service"), /^ExecStart=\/bin\/curl "https:\/\/x\/t\?a=%%1"$/m);
  const modes = loud.files.filter(({ mode }) => mode === 0o600).map(({ path }) => path.split("/").at(-1));
  assert.deepEqual(modes, ["ppm-heartbeat.service", "ppm-notify@.service"]);
});

/** What no unit may lose: without it something stays down, hangs, is not told, or is not done. */
const PROTECTING: Readonly<Record<string, readonly string[]>> = {
  "ppm-backup.service": [
    "StartLimitIntervalSec=0",
    "Type=notify",
    "NotifyAccess=all", // systemd-notify(1) is another process
    "ExecStopPost=-/usr/local/bin/ppm recover",
    "ExecStopPost=/usr/bin/test ${EXIT_CODE} != killed", // one that was stopped made no good backup
    "WatchdogSec=45",
    "WatchdogSignal=SIGKILL", // one that was stopped with SIGSTOP dies of nothing else
    "KillSignal=SIGINT", // restic 0.14 leaves its lock at SIGTERM
    "SendSIGKILL=yes",
    "TimeoutStopSec=20",
    "OOMScoreAdjust=500",
  ],
  "ppm-housekeeping.service": [
    "StartLimitIntervalSec=0",
    "Type=oneshot",
    "TimeoutStartSec=infinity",
    "KillSignal=SIGINT",
    "OOMScoreAdjust=500",
  ],
  "ppm-recover.service": [
    "ConditionPathExists=|%h/.ppm/intent.json",
    "ConditionPathExists=|%h/.ppm/swap.json",
    "StartLimitIntervalSec=0",
    "ConditionPathExists=|%h/.ppm/switch.json",
    "ConditionPathExists=|%h/.ppm/hold",
    "TimeoutStartSec=6h", // data is restored before the generation before is started
    "KillSignal=SIGINT",
    "WantedBy=default.target", // a swap is finished at boot
  ],
  "ppm-upgrade.service": [
    "OnFailure=ppm-recover.service ppm-notify@%N.service",
    "StartLimitIntervalSec=0",
    "Type=notify",
    "NotifyAccess=all",
    "ExecStart=/usr/local/bin/ppm upgrade --apply --scheduled",
    "ExecStopPost=/usr/bin/test ${EXIT_CODE} != killed",
    "SuccessExitStatus=5",
    "WatchdogSec=45",
    "WatchdogSignal=SIGKILL",
    "KillSignal=SIGINT",
    "SendSIGKILL=yes",
    "TimeoutStopSec=20",
  ],
  "ppm-upgrade.timer": [
    "OnCalendar=*-*-* 04:00 50%%",
    "Persistent=true",
    "RandomizedDelaySec=30min",
    "FixedRandomDelay=true",
    "WantedBy=timers.target",
  ],
  "ppm-recover.timer": ["OnActiveSec=20", "OnUnitInactiveSec=20", "AccuracySec=1s"],
  "ppm-backup.timer": ["Persistent=true", "WantedBy=timers.target"],
  "ppm-overdue.timer": ["OnCalendar=hourly", "Persistent=true", "WantedBy=timers.target"],
  "ppm-overdue.service": ["StartLimitIntervalSec=0"],
  "ppm-notify@.service": ["StartLimitIntervalSec=0", "TimeoutStartSec=5min"],
  "ppm-backup.path": ["OnFailure=ppm-notify@%N.service", "TriggerLimitBurst=10", "WantedBy=paths.target"],
};

Deno.test("ownUnits() gives each unit what protects the application and its data", () => {
  const { text } = render({
    backup: { request: "done" },
    upgrade: UPGRADE,
    notify: { command: ["/bin/mail"] },
  });
  for (const [unit, lines] of Object.entries(PROTECTING)) {
    const standing = text(unit).split("\n");
    for (const line of lines) assert.ok(standing.includes(line), `${unit}: ${line}`);
  }
});

Deno.test("ownUnits() lets no timer of many users start at once: each has a delay of its own, to the second", () => {
  const { names, text } = render({ upgrade: UPGRADE, watch: { reload: null } });
  const timers = names.filter((name) => /^\[Install\]$/m.test(text(name)) && name.endsWith(".timer"));
  assert.deepEqual(timers, [
    "ppm-backup.timer",
    "ppm-neighbours.timer",
    "ppm-overdue.timer",
    "ppm-upgrade.timer",
  ]);
  for (const name of timers) {
    assert.match(text(name), /^RandomizedDelaySec=\d+min\nFixedRandomDelay=true\n#.*\nAccuracySec=1s$/m);
  }
});

Deno.test("ownUnits() listens to the neighbours where they are watched, and to root's word about them", () => {
  const { names, enabled, text } = render({
    backup: null,
    watch: { reload: null },
    notify: { command: ["/bin/mail"] },
  });
  const path = text("ppm-neighbours-changed.path");
  assert.match(path, /^PathChanged=\/var\/lib\/ppm\/state\nPathChanged=(?:.*)$/m);
  assert.ok(path.includes(`\nPathChanged=${CLAIMS_FILE.slice(0, CLAIMS_FILE.lastIndexOf("/"))}\n`));
  assert.match(text("ppm-neighbours.service"), /^ExecStart=\/usr\/local\/bin\/ppm setup --neighbours$/m);
  assert.match(text("ppm-neighbours.service"), /^OnFailure=ppm-notify@%N\.service$/m);
  const started = ["ppm-neighbours-changed.path", "ppm-neighbours.path", "ppm-neighbours.timer"];
  for (const name of started) {
    assert.deepEqual(enabled.find((unit) => unit.name === name), { name, start: true });
  }
  assert.equal(names.filter((name) => name.startsWith("ppm-neighbours")).length, 5);
});

Deno.test("ownUnits() begins again what was not done, the lock of another ppm included, and nothing that has failed", () => {
  const [, prevented = ""] = /^RestartPreventExitStatus=(.*)$/m.exec(
    render({ watch: { reload: null } }).text("ppm-neighbours.service"),
  ) ?? [];
  const failures = EXIT_CODES.filter(({ name }) => name !== "done" && name !== "locked").map(({ code }) =>
    code
  );
  assert.deepEqual(prevented.split(" ").map(Number), failures);
});
