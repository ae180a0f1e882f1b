/** The units by which an application upgrades itself, on real servers: what they outlive, whom they tell, and what keeps everything down meanwhile. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { makePet, type Pet, plainDefinition } from "./pet.ts";
import { bootServer, eachRelease, eitherRelease, type Release, type Server } from "./server.ts";

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
    "until systemctl --user show --value -p ActiveState ppm-upgrade.service | grep -qx -e inactive -e failed; do sleep 0.2; done";
  await pet.run(["sh", "-c", wait]);
}

/** Tells the watchdog all the while, as ppm does: on a busy server the setup below takes longer than the watchdog waits. */
const ALIVE = '(while sleep 0.5; do systemd-notify WATCHDOG=1; done) & trap "kill $!" EXIT';

const SETUP = `${ALIVE}
(cd ~/.ppm/definition && git fetch -q && git checkout -q --detach origin/main)
real-ppm setup >"$HOME/setup" 2>&1 || exit 1
sleep 6
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

const TELL = `#!/bin/sh
{ printf '%s\\n' "$1"; cat; } >"$HOME/told.part" && mv "$HOME/told.part" "$HOME/told"
`;

eitherRelease("ppm-upgrade.service tells of what failed, and of nothing else", async (release) => {
  await using machine = await server(release);
  await machine.writeFile("/usr/local/bin/tell", TELL, { mode: 0o755 });
  const pet = await makePet(machine, {
    definition: definitionWith("upgrade_scheduled: {}"),
    config: 'notify: { command: [/usr/local/bin/tell, "{subject}"] }\n',
  });
  await pet.ppm(["setup"]);
  await standIn(machine, 'echo "not well: web.service" >&2; exit $(cat ~/code)');
  const told = async () => (await pet.run(["cat", "told"], { check: false })).stdout;
  for (
    const [code, result] of [[5, "success"], [0, "success"], [9, "exit-code"], [7, "exit-code"]] as const
  ) {
    await machine.writeFile("code", `${code}\n`, { user: pet.user });
    await pet.run(["rm", "-f", "told"]);
    await pet.run(["systemctl", "--user", "start", "ppm-upgrade.service"], { check: false });
    await end(pet);
    strictEqual(await show(pet, "ppm-upgrade.service", "Result"), result, `${code}`);
    const settled =
      "sleep 1; until [ $(systemctl --user show --value -p ActiveState ppm-notify@ppm-upgrade.service) != activating ]; do sleep 0.2; done";
    await pet.run(["sh", "-c", settled]);
    const text = await told();
    if (result === "success") strictEqual(text, "");
    else {
      match(text, /^ppm: app: ppm-upgrade failed on .*\n(?:.*\n)*see what was tried: {2}ppm history\n/);
      match(text, /\bnot well: web\.service\n/);
      match(text, new RegExp(`status=${code}`));
    }
  }
  // Killed as a whole: what it has left is for another unit, at once.
  await machine.run(["sed", "-i", "s/^echo .not well.*/sleep 600/", "/usr/local/bin/ppm"]);
  await pet.run(["rm", "-f", "told", "runs"]);
  await pet.run(["touch", ".ppm/switch.json"]);
  await pet.run(["systemctl", "--user", "start", "ppm-upgrade.service"]);
  await pet.run(["systemctl", "--user", "kill", "--signal=KILL", "ppm-upgrade.service"]);
  await pet.run(["sh", "-c", "until grep -q recover ~/runs; do sleep 0.1; done"]);
  strictEqual(await pet.read("runs"), "upgrade --apply --scheduled\nrecover\n");
});

eitherRelease("while .ppm/hold stands, systemd starts nothing of the application", async (release) => {
  await using machine = await server(release);
  const unit = (name: string) => `templates/.config/systemd/user/${name}`;
  const install = "[Install]\nWantedBy=web.target\n";
  const definition = definitionWith("upgrade_scheduled: {}");
  const pet = await makePet(machine, {
    definition: {
      ...definition,
      "appinfo.yml": definition["appinfo.yml"]!.replace(
        "[web.service]",
        "[web.service, one.service, none.service, talk.socket, tick.timer, look.path]",
      ),
      [unit("one.service")]: [
        "[Unit]\nConditionPathExists=|%h/config.yml\nConditionPathExists=|%h/nowhere",
        "[Service]\nExecStart=/bin/sleep 1000\nRestart=always",
        install,
      ].join("\n"),
      [unit("none.service")]: [
        "[Unit]\nConditionPathExists=|%h/nowhere\nConditionPathExists=|%h/elsewhere",
        "[Service]\nExecStart=/bin/sleep 1000",
        install,
      ].join("\n"),
      [unit("talk.socket")]: `[Socket]\nListenStream=127.0.0.1:8200\n${install}`,
      [unit("tick.timer")]: `[Timer]\nOnActiveSec=1s\nAccuracySec=100ms\n${install}`,
      [unit("look.path")]: `[Path]\nPathExists=%h/config.yml\n${install}`,
      ...Object.fromEntries(["talk", "tick", "look"].map((name) => [
        unit(`${name}.service`),
        "[Service]\nExecStart=/bin/sleep 1000\n",
      ])),
    },
  });
  const units = ["web.service", "one.service", "talk.socket", "tick.timer", "look.path"];
  const all = [...units, "none.service", "talk.service", "tick.service", "look.service"];
  const states = async () => {
    const shown = await pet.run(["systemctl", "--user", "show", "--value", "--property=ActiveState", ...all]);
    return shown.stdout.split("\n").filter((line) => line !== "").slice(0, all.length);
  };
  await pet.ppm(["setup"]);
  await standIn(machine, ""); // ppm itself would find at boot that nothing is under way
  await pet.run(["touch", ".ppm/hold"]);
  await pet.run(["systemctl", "--user", "start", "web.target", ...all]);
  deepStrictEqual([...new Set(await states())], ["inactive"]);
  await machine.powerCut();
  await machine.boot();
  await pet.run(["sh", "-c", "until systemctl --user is-active web.target; do sleep 0.1; done; sleep 2"]);
  deepStrictEqual([...new Set(await states())], ["inactive"]);
  await pet.run(["rm", ".ppm/hold"]);
  await pet.run(["systemctl", "--user", "start", ...units]);
  deepStrictEqual((await states()).slice(0, units.length + 1), [...units.map(() => "active"), "inactive"]);
});
