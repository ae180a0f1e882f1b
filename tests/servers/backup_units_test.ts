/** The units that ppm writes for backups, on real servers: systemd takes them without a word, and they do what they are for. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { makePet, type Pet, plainDefinition } from "./pet.ts";
import { bootServer, eachRelease, eitherRelease, type Release, type Server } from "./server.ts";

const BACKUP = "backup: { repository: /srv/shared/restic, passwordfile: .restic-password }\n";

/** An application with this backup plugin and data, so that setup has no reason to look for a backup. */
async function petWith(server: Server, plugin: string, config = ""): Promise<Pet> {
  await server.copyPpm();
  const pet = await makePet(server, { definition: definitionWith(plugin), config: BACKUP + config });
  await server.writeFile(".restic-password", "long enough\n", { user: pet.user, mode: 0o600 });
  await server.writeFile("data/page", "precious\n", { user: pet.user });
  return pet;
}

function definitionWith(plugin: string): Record<string, string> {
  const definition = plainDefinition();
  const appinfo = (definition["appinfo.yml"] ?? "").replace(/ {2}backups_none:.*/, `  ${plugin}`);
  return { ...definition, "appinfo.yml": appinfo };
}

/** Puts a program of a few lines in ppm's place, as the units see it. */
async function standIn(server: Server, lines: string, before = ""): Promise<void> {
  await server.run(["rm", "-f", "/usr/local/bin/ppm"]);
  await server.writeFile("/usr/local/bin/ppm", `#!/bin/sh\n${before}\necho "$*" >>"$HOME/runs"\n${lines}\n`, {
    mode: 0o755,
  });
}

async function show(pet: Pet, unit: string, property: string): Promise<string> {
  return (await pet.run(["systemctl", "--user", "show", "--value", `--property=${property}`, unit])).stdout
    .trim();
}

/** Waits until a file of the home directory holds what `wanted` looks for. */
async function waitFor(pet: Pet, path: string, wanted: RegExp): Promise<string> {
  let text = "";
  for (let look = 0; look < 100; look++) {
    text = (await pet.run(["cat", path], { check: false })).stdout;
    if (wanted.test(text)) return text;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${path} never became as it should:\n${text}`);
}

async function verifySilently(pet: Pet): Promise<void> {
  const verify = 'cd ~/.config/systemd/user && systemd-analyze --user verify --man=no "$PWD"/ppm-*';
  const { stdout, stderr } = await pet.run(["sh", "-c", verify]);
  strictEqual(stdout + stderr, "");
}

async function server(release: Release): Promise<Server> {
  return await bootServer({ release, name: "units" });
}

eachRelease("backups_scheduled brings a timer that waits, also after a power cut", async (release) => {
  await using machine = await server(release);
  const pet = await petWith(machine, 'backups_scheduled: { oncalendar: "Sun 04:00" }');
  const { stderr } = await pet.ppm(["setup"]);
  match(stderr, /^start ppm-backup\.timer ppm-overdue\.timer/m);
  await verifySilently(pet);
  match(
    await pet.read(".config/systemd/user/ppm-backup.service"),
    /^ExecStart=\/usr\/local\/bin\/ppm backup --foreground$/m,
  );
  strictEqual(await show(pet, "ppm-backup.timer", "ActiveState"), "active");
  match(await show(pet, "ppm-backup.timer", "NextElapseUSecRealtime"), /^Sun .* 04:[012]\d:/);
  match((await pet.ppm(["setup"])).stderr, /Nothing to do/);

  await machine.powerCut();
  await machine.boot();
  await pet.run(["sh", "-c", "until systemctl --user is-active default.target; do sleep 0.1; done"]);
  strictEqual(await show(pet, "ppm-backup.timer", "ActiveState"), "active");
  strictEqual(await show(pet, "ppm-overdue.timer", "ActiveState"), "active");
  strictEqual(await show(pet, "ppm-recover.timer", "ActiveState"), "inactive");
  strictEqual(await show(pet, "ppm-recover.service", "ConditionResult"), "no");

  await pet.run(["systemctl", "--user", "stop", "ppm-backup.timer"]);
  match((await pet.ppm(["setup"])).stderr, /^start ppm-backup\.timer /m);
  strictEqual(await show(pet, "ppm-backup.timer", "ActiveState"), "active");
});

eitherRelease(
  "another oncalendar is what the timer waits by, and another plugin takes its units away",
  async (release) => {
    await using machine = await server(release);
    const pet = await petWith(machine, 'backups_scheduled: { oncalendar: "Sun 04:00" }');
    await pet.ppm(["setup"]);
    await pet.commit(definitionWith('backups_scheduled: { oncalendar: "Wed 05:00" }'));
    await pet.moveClone();
    await pet.ppm(["setup"]);
    match(await show(pet, "ppm-backup.timer", "NextElapseUSecRealtime"), /^Wed .* 05:[012]\d:/);

    await pet.commit(
      definitionWith('backups_programinitiated: { maxage: 26h, request: "dumps/back me up" }'),
    );
    await pet.moveClone();
    const { stderr } = await pet.ppm(["setup"]);
    match(stderr, /^stop ppm-backup\.timer/m);
    match(stderr, /^disable ppm-backup\.timer/m);
    strictEqual(await show(pet, "ppm-backup.timer", "LoadState"), "not-found");
    strictEqual(await show(pet, "ppm-backup.path", "ActiveState"), "active");
    await verifySilently(pet);

    await pet.commit(plainDefinition());
    await pet.moveClone();
    await pet.ppm(["setup", "--stop-backups"]);
    const find = "find ~/.config/systemd/user -maxdepth 1 -name 'ppm-*' -printf '%f ' | tr ' ' '\\n' | sort";
    const left = (await pet.run(["sh", "-c", find])).stdout.trim().split("\n");
    deepStrictEqual(left, ["ppm-recover.service", "ppm-recover.timer", "ppm-upgrade.service"]);
    const list = ["systemctl", "--user", "list-units", "--all", "--plain", "--no-legend"];
    const known = await pet.run([...list, "ppm-backup*", "ppm-housekeeping*", "ppm-overdue*"]);
    strictEqual(known.stdout, "");
    ok(!(await pet.read(".config/systemd/user/web.service.d/ppm.conf")).includes("AssertPathExists"));
  },
);

eitherRelease("a file below data/ asks for a backup, again and again", async (release) => {
  await using machine = await server(release);
  const pet = await petWith(
    machine,
    'backups_programinitiated: { maxage: 26h, request: "dumps/back me up 100%" }',
  );
  await pet.ppm(["setup"]);
  await standIn(
    machine,
    "systemd-notify --ready; sleep 1",
    '[ "$2" != --foreground ] || rm -f "$HOME/data/dumps/back me up 100%"',
  );
  for (const count of [1, 2]) {
    await pet.run(["sh", "-c", 'mkdir -p ~/data/dumps && touch "$HOME/data/dumps/back me up 100%"']);
    await waitFor(pet, "runs", new RegExp(`^(backup --foreground\n(.*\n)*?){${count}}`));
  }
  strictEqual(await show(pet, "ppm-backup.path", "ActiveState"), "active");
  await standIn(machine, "systemd-notify --ready"); // one that does not remove the request
  await pet.run(["touch", "data/dumps/back me up 100%"]);
  await pet.run(["sh", "-c", "until systemctl --user is-failed ppm-backup.path; do sleep 0.1; done"]);
  strictEqual(await show(pet, "ppm-backup.path", "Result"), "trigger-limit-hit");
});

const TELL = `#!/bin/sh
{ printf '<%s>\\n' "$@"; cat; } >"$HOME/told.part" && mv "$HOME/told.part" "$HOME/told"
`;

eachRelease(
  "a unit that fails runs notify.command, with its words as config.yml has them",
  async (release) => {
    await using machine = await server(release);
    const program = "/usr/local/bin/tell $us 100%";
    const pet = await petWith(
      machine,
      "backups_scheduled: {}",
      `notify:
  command: ['${program}', "{subject}", "-s={subject}!", '100% $HOME \${USER} "quoted" ''single'' back\\slash ;', ";", "%n"]
  heartbeat: [/usr/local/bin/heartbeat, "https://example.org/?a=b&c=%20d$HOME"]
`,
    );
    await machine.writeFile(program, TELL, { mode: 0o755 });
    await machine.writeFile("/usr/local/bin/heartbeat", '#!/bin/sh\necho "$@" >"$HOME/beat"\n', {
      mode: 0o755,
    });
    await pet.ppm(["setup"]);
    await verifySilently(pet);
    const mode = "%a %n";
    const units = ["ppm-notify@.service", "ppm-heartbeat.service"].map((unit) =>
      `.config/systemd/user/${unit}`
    );
    strictEqual(
      (await pet.run(["stat", "-c", mode, ...units])).stdout,
      units.map((unit) => `600 ${unit}\n`).join(""),
    );

    await standIn(
      machine,
      'systemd-notify --ready; for i in $(seq 50); do echo "line $i"; done; echo "the repository is gone" >&2; [ "$1" != backup ]',
    );
    await pet.run(["touch", ".ppm/intent.json"]);
    await pet.run(["systemctl", "--user", "start", "ppm-backup.service"], { check: false });
    const [first, second, third, fourth, fifth, ...text] = (await waitFor(pet, "told", /ppm backup/)).split(
      "\n",
    );
    const hostname = (await machine.run(["hostname"])).stdout.trim();
    const subject = `ppm: app: ppm-backup failed on ${hostname}`;
    deepStrictEqual([first, second, third, fourth, fifth], [
      `<${subject}>`,
      `<-s=${subject}!>`,
      "<100% $HOME ${USER} \"quoted\" 'single' back\\slash ;>",
      "<;>",
      "<%n>",
    ]);
    match(
      text.join("\n"),
      new RegExp(`^The unit ppm-backup of web \\(instance app, user app\\) failed on ${hostname}\\.$`, "m"),
    );
    match(text.join("\n"), /journalctl --user -u ppm-backup -n 100$/m);
    match(
      text.join("\n"),
      /\bline 50\n.*\bthe repository is gone\n(?:.*\n)*.*\bFailed with result 'exit-code'/,
    );
    ok(text.length < 50 && !/\bline 1$/m.test(text.join("\n")));
    await waitFor(pet, "runs", /^recover\n(.*\n)*recover$/m); // by ExecStopPost= and by OnFailure=
    strictEqual((await pet.run(["cat", "beat"], { check: false })).code, 1);

    await standIn(machine, "systemd-notify --ready");
    await pet.run(["systemctl", "--user", "start", "ppm-backup.service"]);
    strictEqual(await waitFor(pet, "beat", /example/), "https://example.org/?a=b&c=%20d$HOME\n");
    await waitFor(pet, "runs", /^backup --housekeeping$/m);
  },
);

eachRelease("a backup that is killed as a whole is recovered from outside", async (release) => {
  await using machine = await server(release);
  const pet = await petWith(machine, "backups_scheduled: {}");
  await pet.ppm(["setup"]);
  await pet.run(["touch", ".ppm/intent.json"]);
  await standIn(
    machine,
    '[ "$1" = recover ] && { rm -f "$HOME/.ppm/intent.json"; exit; }; systemd-notify --ready; exec sleep 600',
  );
  await pet.run(["systemctl", "--user", "start", "ppm-backup.service"]);
  const group = await show(pet, "ppm-backup.service", "ControlGroup");
  await machine.run([
    "sh",
    "-c",
    'kill -9 $(cat /sys/fs/cgroup"$1"/cgroup.procs /sys/fs/cgroup/unified"$1"/cgroup.procs 2>/dev/null)',
    "sh",
    group,
  ]);
  await pet.run(["sh", "-c", "while [ -e ~/.ppm/intent.json ]; do sleep 0.1; done"]);
});

eitherRelease(
  "ppm-recover.timer recovers within a minute, and only what is to be recovered",
  async (release) => {
    await using machine = await server(release);
    const pet = await petWith(machine, "backups_scheduled: {}");
    await pet.ppm(["setup"]);
    await standIn(machine, "");
    await pet.run(["touch", ".ppm/intent.json"]);
    await pet.run(["systemctl", "--user", "start", "ppm-recover.timer"]);
    await pet.run(["sh", "-c", 'until [ "$(grep -c recover ~/runs)" = 2 ]; do sleep 1; done'], {
      seconds: 130,
      check: false,
    });
    strictEqual(await pet.read("runs"), "recover\nrecover\n");
  },
);
