/** The units by which an application upgrades itself, on real servers: what they outlive, whom they tell, and what keeps everything down meanwhile. */
import { match, ok, strictEqual } from "node:assert/strict";
import { makePet, type Pet, plainDefinition } from "./pet.ts";
import { bootServer, eachRelease, type Release, type Server } from "./server.ts";

const OWN = ".config/systemd/user/ppm-upgrade";

async function server(release: Release): Promise<Server> {
  const machine = await bootServer({ release, name: "upgrades" });
  await machine.copyPpm();
  return machine;
}

/** A definition that upgrades itself, or does not. */
function definitionWith(plugin: string): Record<string, string> {
  const definition = plainDefinition();
  return { ...definition, "appinfo.yml": `${definition["appinfo.yml"]}${plugin && `  ${plugin}\n`}` };
}

/** Puts a program in ppm's place as the timer's unit sees it, with ppm itself beside it, so that it can do what an upgrade does. */
async function standIn(machine: Server, lines: string): Promise<void> {
  await machine.run(["cp", "/usr/local/bin/ppm", "/usr/local/bin/real-ppm"]);
  await machine.run(["rm", "/usr/local/bin/ppm"]);
  await machine.writeFile(
    "/usr/local/bin/ppm",
    `#!/bin/sh\necho "$*" >>"$HOME/runs"\n[ "$1" = upgrade ] || exit 0\nsystemd-notify --ready\n${lines}\n`,
    { mode: 0o755 },
  );
}

async function show(pet: Pet, unit: string, property: string): Promise<string> {
  return (await pet.run(["systemctl", "--user", "show", "--value", `--property=${property}`, unit])).stdout
    .trim();
}

/** Starts the unit as its timer would, with a watchdog that is in a hurry. */
async function startUpgrade(pet: Pet): Promise<number> {
  await pet.run(["sed", "-i", "s/^WatchdogSec=.*/WatchdogSec=3/", `${OWN}.service`]);
  await pet.run(["systemctl", "--user", "daemon-reload"]);
  return (await pet.run(["systemctl", "--user", "start", "ppm-upgrade.service"], { check: false })).code;
}

/** Waits until the unit has ended. */
async function end(pet: Pet): Promise<void> {
  const wait =
    "until [ $(systemctl --user show --value -p SubState ppm-upgrade.service) != running ]; do sleep 0.2; done";
  await pet.run(["sh", "-c", wait]);
}

/** For longer than the watchdog waits. */
const ALIVE = "for beat in 1 2 3 4 5 6; do sleep 1; systemd-notify WATCHDOG=1; done";

const SETUP = `(cd ~/.ppm/definition && git fetch -q && git checkout -q --detach origin/main)
real-ppm setup >"$HOME/setup" 2>&1 || exit 1
${ALIVE}
echo survived >>"$HOME/runs"`;

for (
  const [what, plugin] of [
    ["replaces its units", 'upgrade_scheduled: { oncalendar: "Sun 05:00" }'],
    ["drops the plugin", ""],
  ] as const
) {
  eachRelease(`ppm-upgrade.service survives the upgrade that ${what}`, async (release) => {
    await using machine = await server(release);
    const pet = await makePet(machine, {
      definition: definitionWith('upgrade_scheduled: { oncalendar: "Sun 04:00" }'),
    });
    const { stderr } = await pet.ppm(["setup"]);
    match(stderr, /^start ppm-upgrade\.timer/m);
    const verify = 'cd ~/.config/systemd/user && systemd-analyze --user verify --man=no "$PWD"/ppm-*';
    const verified = await pet.run(["sh", "-c", verify]);
    strictEqual(verified.stdout + verified.stderr, "");
    match(await show(pet, "ppm-upgrade.timer", "NextElapseUSecRealtime"), /^Sun .* 04:[012]\d:/);

    await pet.commit(definitionWith(plugin));
    await standIn(machine, SETUP);
    strictEqual(await startUpgrade(pet), 0);
    const mainPid = await show(pet, "ppm-upgrade.service", "MainPID");
    ok(mainPid !== "0");
    await pet.run(["sh", "-c", "until [ -s ~/setup ] && grep -q publish ~/setup; do sleep 0.1; done"]);
    strictEqual(await show(pet, "ppm-upgrade.service", "MainPID"), mainPid);
    await end(pet);
    strictEqual(await pet.read("runs"), "upgrade --apply --scheduled\nsurvived\n");
    const said = await pet.read("setup");
    ok(!/^<6>(?:stop|restart) .*ppm-upgrade\.service/m.test(said), said);
    if (plugin === "") {
      match(said, /^<6>stop ppm-upgrade\.timer/m);
      strictEqual(await show(pet, "ppm-upgrade.timer", "LoadState"), "not-found");
    } else {
      match(said, /^<6>start ppm-upgrade\.timer/m);
      match(await show(pet, "ppm-upgrade.timer", "NextElapseUSecRealtime"), /^Sun .* 05:[012]\d:/);
    }
    match(said, /^<6>write \.config\/systemd\/user\/ppm-upgrade\.service/m);
    strictEqual(await show(pet, "ppm-upgrade.service", "Result"), "success");
    strictEqual(await show(pet, "ppm-upgrade.service", "ActiveState"), "inactive");
    strictEqual(await show(pet, "web.service", "LoadState"), "loaded");
  });
}
