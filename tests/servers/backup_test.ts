/** Making backups on real servers: what is saved, what is stopped and started again, and what is refused. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { makePet, type Pet } from "./pet.ts";
import { bootServer, eachRelease, eitherRelease, type Ran, type Release, type Server } from "./server.ts";

const REPOSITORY = "/srv/backups/app";

const CONFIG = `backup: { repository: ${REPOSITORY}, passwordfile: .restic-password }\n`;

/** One service that writes without end, and one that does nothing. */
const DEFINITION = {
  "appinfo.yml": [
    "name: notes",
    "description: Writes",
    'version: "1"',
    "mainunit: notes",
    "enableunits: [writer.service, idle.service]",
    "plugins:",
    '  backups_scheduled: { oncalendar: "Sun 04:00" }',
    "",
  ].join("\n"),
  "templates/.config/systemd/user/writer.service": "[Service]\n" +
    'ExecStart=/bin/sh -c "while :; do date +%%s >>%h/data/log; sleep 0.1; done"\n' +
    "[Install]\nWantedBy=notes.target\n",
  "templates/.config/systemd/user/idle.service":
    "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=notes.target\n",
};

/** An application that runs, with data and an empty repository. */
async function runningPet(server: Server): Promise<Pet> {
  await server.copyPpm();
  const pet = await makePet(server, { definition: DEFINITION, config: CONFIG });
  await server.run(["install", "-d", "-o", pet.user, "/srv/backups"]);
  await server.writeFile(".restic-password", "long enough\n", { user: pet.user, mode: 0o600 });
  await restic(pet, ["init"]);
  await shell(
    pet,
    "mkdir data && for i in $(seq 40); do echo $i >data/$i; done; head -c 2000000 /dev/urandom >data/blob",
  );
  await pet.ppm(["setup"]);
  await pet.ppm(["start"]);
  return pet;
}

function shell(pet: Pet, script: string, options: { readonly check?: boolean } = {}): Promise<Ran> {
  return pet.run(["sh", "-c", script], options);
}

function restic(pet: Pet, args: readonly string[], options: { readonly check?: boolean } = {}): Promise<Ran> {
  return pet.run(
    ["/usr/bin/restic", "-r", REPOSITORY, "--password-file", ".restic-password", ...args],
    options,
  );
}

/** The kinds of the snapshots in the repository, in the order of their making. */
async function kinds(pet: Pet): Promise<readonly string[]> {
  const { stdout } = await restic(pet, ["snapshots", "--json", "--no-lock"]);
  const snapshots: readonly { readonly tags: readonly string[] }[] = JSON.parse(stdout);
  return snapshots.map(({ tags }) =>
    tags.find((tag) => /^ppm-(good|hot|suspect|incomplete|claim)$/.test(tag)) ?? "none"
  ).filter((kind) => kind !== "ppm-hot");
}

async function property(pet: Pet, unit: string, name: string): Promise<string> {
  const { stdout } = await pet.run(["systemctl", "--user", "show", "--value", `--property=${name}`, unit]);
  return stdout.trim();
}

/** What tells whether the writer was stopped meanwhile. */
function lifeOf(pet: Pet): Promise<string> {
  return property(pet, "writer.service", "InvocationID");
}

async function waitFor(what: string, isSo: () => Promise<boolean>, seconds = 30): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!await isSo()) {
    ok(Date.now() < deadline, `within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function runs(pet: Pet): Promise<boolean> {
  return await property(pet, "writer.service", "ActiveState") === "active" &&
    await property(pet, "idle.service", "ActiveState") === "active";
}

/** Starting it waits for the run that a backup has started. */
async function housekeepingIsOver(pet: Pet): Promise<void> {
  await pet.run(["systemctl", "--user", "start", "ppm-housekeeping.service"]);
}

async function boot(release: Release): Promise<Server> {
  return await bootServer({ release, name: "backup" });
}

eachRelease(
  "ppm backup saves, stops only what runs, starts exactly that again, and says for how long",
  async (release) => {
    await using server = await boot(release);
    const pet = await runningPet(server);
    const before = await lifeOf(pet);
    const { stdout, stderr } = await pet.ppm(["backup"]);
    match(
      stdout,
      /^Saved as snapshot [0-9a-f]{8}: 4\d entries, .* the application was down for \d+\.\d s\n$/,
    );
    match(stderr, /Saving while the application runs\n.*Stopping the application/s);
    ok(await lifeOf(pet) !== before, "it was stopped");
    ok(await runs(pet));
    deepStrictEqual(await kinds(pet), ["ppm-claim", "ppm-good"]);
    await pet.ppm(["stop", "idle"]);
    await pet.ppm(["backup", "-q"]);
    strictEqual(
      await property(pet, "idle.service", "ActiveState"),
      "inactive",
      "what the administrator stopped stays stopped",
    );
    strictEqual(await property(pet, "writer.service", "ActiveState"), "active");
    await pet.run(["systemctl", "--user", "start", "--wait", "ppm-backup.service"]);
    deepStrictEqual(
      await kinds(pet),
      ["ppm-claim", "ppm-good", "ppm-good", "ppm-good"],
      "the timer's unit does the same",
    );
    await pet.ppm(["stop"]);
    const { stdout: still } = await pet.ppm(["backup", "--json"]);
    strictEqual(JSON.parse(still).outcome, "done");
    strictEqual(await property(pet, "writer.service", "ActiveState"), "inactive");
  },
);

eitherRelease(
  "ppm backup never stops the application for a repository that it cannot write to",
  async (release) => {
    await using server = await boot(release);
    const pet = await runningPet(server);
    const life = await lifeOf(pet);
    const failing = async (config: string, expected: RegExp) => {
      await pet.configure(config);
      const { code, stderr } = await pet.ppm(["backup"], { check: false });
      strictEqual(code, 6, stderr);
      match(stderr, expected);
      strictEqual(await lifeOf(pet), life, stderr);
    };
    await failing(CONFIG.replace(REPOSITORY, "/srv/backups/none"), /error: .*\n.*hint: /s);
    await failing(CONFIG.replace(REPOSITORY, "rest:http://127.0.0.1:9/"), /error: .*\n.*hint: /s);
    await shell(pet, "echo wrong >.restic-password");
    await failing(CONFIG, /password/);
    await shell(pet, "echo long enough >.restic-password");
    await pet.configure(CONFIG);
    strictEqual((await pet.ppm(["backup"])).code, 0);
  },
);

eitherRelease(
  "ppm backup waits for a living lock while the application runs, and removes a dead one",
  async (release) => {
    await using server = await boot(release);
    const pet = await runningPet(server);
    await pet.ppm(["backup"]);
    await housekeepingIsOver(pet);
    const life = await lifeOf(pet);
    const locked = async () => (await shell(pet, `ls ${REPOSITORY}/locks`)).stdout !== "";
    const lock = async () => {
      // A check shuts everybody else out; stopped, it goes on doing so. In a session of its own: the kernel wakes stopped orphans of this one.
      const { stdout } = await shell(
        pet,
        `setsid /usr/bin/restic -r ${REPOSITORY} --password-file .restic-password check --read-data >/dev/null 2>&1 & pid=$!
       until ls ${REPOSITORY}/locks | grep -qv tmp; do sleep 0.01; done; kill -STOP $pid; echo $pid`,
      );
      return stdout.trim();
    };
    const living = await lock();
    ok(await locked());
    const backup = pet.ppm(["backup"]);
    await waitFor(
      "it waits",
      async () =>
        /unlock the repository/.test(
          (await pet.run(["journalctl", "--user", "-u", "ppm-backup", "-o", "cat"])).stdout,
        ),
      60,
    );
    strictEqual(await lifeOf(pet), life);
    await pet.run(["kill", "-CONT", living]);
    strictEqual((await backup).code, 0);
    await housekeepingIsOver(pet);
    await pet.run(["kill", "-KILL", await lock()]);
    ok(await locked());
    strictEqual((await pet.ppm(["backup"])).code, 0);
  },
);

eitherRelease(
  "ppm backup tells data that is gone, empty, shrunk or unreadable from good data",
  async (release) => {
    await using server = await boot(release);
    const pet = await runningPet(server);
    await pet.ppm(["backup"]);
    const good = JSON.parse(await pet.read(".ppm/backup.json")).good.snapshot;
    const backup = async (args: readonly string[] = []) =>
      await pet.ppm(["backup", ...args], { check: false });
    const last = async () => (await kinds(pet)).at(-1);

    await shell(pet, "rm data/[1-9]*");
    const shrunk = await backup();
    strictEqual(shrunk.code, 6);
    match(shrunk.stderr, /as suspect .*entries, and had 4\d.*\n.*hint: .*ppm backup --accept/s);
    strictEqual(await last(), "ppm-suspect");
    ok(await runs(pet));
    strictEqual((await backup()).code, 6, "it is told until somebody accepts it");
    strictEqual(JSON.parse(await pet.read(".ppm/backup.json")).good.snapshot, good);
    strictEqual((await backup(["--accept"])).code, 0);
    strictEqual(await last(), "ppm-good");

    await shell(pet, "chmod 000 data/blob");
    const unreadable = await backup();
    strictEqual(unreadable.code, 6);
    match(unreadable.stderr, /as incomplete .*data\/blob/);
    strictEqual(await last(), "ppm-incomplete");
    ok(await runs(pet));
    await shell(pet, "chmod 600 data/blob");

    await pet.ppm(["stop"]);
    const count = (await kinds(pet)).length;
    await shell(pet, "mv data kept && mkdir data");
    const empty = await backup();
    strictEqual(empty.code, 6);
    match(empty.stderr, /as suspect .*data\/ is empty/);
    for (const script of ["rmdir data", "ln -s kept data", "rm data; echo x >data"]) {
      await shell(pet, script);
      const { code, stderr } = await backup();
      strictEqual(code, 8, `${script}: ${stderr}`);
      match(stderr, /Cannot back up \/home\/app\/data: it /);
    }
    strictEqual((await kinds(pet)).length, count + 1, "what is refused makes no snapshot");
    await shell(pet, "rm data; mv kept data");
    strictEqual((await backup()).code, 0);
  },
);

/** From now on the pass that counts waits, with the application stopped, until it is killed or told to go on. */
async function holdPasses(server: Server): Promise<void> {
  const script = `#!/bin/sh
case "$1 $*" in *backup*ppm-good*) if [ -e /tmp/hold ]; then touch /tmp/held; while [ -e /tmp/hold ]; do sleep 0.1; done; fi ;; esac
exec /usr/bin/restic "$@"
`;
  await server.writeFile("/usr/local/bin/restic", script, { mode: 0o755 });
  await server.run(["sh", "-c", "touch /tmp/hold; chmod 666 /tmp/hold"]);
}

/** Each kill with what it does, and within how many seconds the application must run again. */
const KILLS: readonly { readonly name: string; readonly script: string; readonly seconds: number }[] = [
  { name: "ppm", script: "kill -KILL $(systemctl --user show --value -p MainPID ppm-backup)", seconds: 10 },
  {
    name: "the whole unit",
    script: "systemctl --user kill --signal=KILL --kill-whom=all ppm-backup",
    seconds: 10,
  },
  {
    name: "its control group",
    script: "echo 1 >/sys/fs/cgroup$(systemctl --user show --value -p ControlGroup ppm-backup)/cgroup.kill",
    seconds: 10,
  },
  { name: "restic", script: "pkill -KILL -x restic", seconds: 10 },
  { name: "ppm by an administrator", script: "systemctl --user stop ppm-backup", seconds: 40 },
];

eitherRelease(
  "the application runs again whatever is killed while it is stopped for a backup, also after a power cut",
  async (release, t) => {
    await using server = await boot(release);
    const pet = await runningPet(server);
    await pet.ppm(["backup"]);
    await holdPasses(server);
    for (const { name, script, seconds } of KILLS) {
      await t.step(name, async () => {
        await server.run(["sh", "-c", "touch /tmp/hold; chmod 666 /tmp/hold; rm -f /tmp/held"]);
        const before = await kinds(pet);
        const good = JSON.parse(await pet.read(".ppm/backup.json")).good;
        const backup = pet.ppm(["backup"], { check: false });
        await waitFor(
          "it is stopped",
          async () =>
            (await shell(pet, "ls /tmp/held", { check: false })).code === 0 &&
            await property(pet, "writer.service", "ActiveState") === "inactive",
        );
        await shell(pet, script);
        await waitFor("the application runs again", () => runs(pet), seconds);
        const { code, stderr } = await backup;
        strictEqual(code, 6, stderr);
        match(stderr, /^error: /m);
        await waitFor(
          "no intent stands",
          async () => (await shell(pet, "ls .ppm/intent.json", { check: false })).code !== 0,
        );
        deepStrictEqual(await kinds(pet), before, "nothing half made counts");
        deepStrictEqual(JSON.parse(await pet.read(".ppm/backup.json")).good, good);
      });
    }
    await t.step("the power", async () => {
      await server.run(["sh", "-c", "touch /tmp/hold; chmod 666 /tmp/hold; rm -f /tmp/held"]);
      await pet.run(["systemctl", "--user", "start", "--no-block", "ppm-backup"]);
      const isHeld = async () => (await shell(pet, "ls /tmp/held", { check: false })).code === 0;
      await waitFor("it is stopped", isHeld);
      await server.powerCut();
      await server.boot(); // and /tmp is empty
      await waitFor("the application runs", () => runs(pet));
      const isIntent = async () => (await shell(pet, "ls .ppm/intent.json", { check: false })).code === 0;
      await waitFor("no intent stands", async () => !await isIntent());
    });
    strictEqual((await pet.ppm(["backup"])).code, 0, "the next backup needs no help");
  },
);

eitherRelease(
  "ppm stop during a backup keeps the application down, ppm start waits for the backup",
  async (release) => {
    await using server = await boot(release);
    const pet = await runningPet(server);
    await holdPasses(server);
    const held = () =>
      waitFor("it is stopped", async () => (await shell(pet, "ls /tmp/held", { check: false })).code === 0);
    let backup = pet.ppm(["backup"], { check: false });
    await held();
    await pet.ppm(["stop"]);
    await server.run(["rm", "-f", "/tmp/hold", "/tmp/held"]);
    strictEqual((await backup).code, 0);
    strictEqual(await property(pet, "writer.service", "ActiveState"), "inactive");
    await pet.ppm(["start"]);
    await server.run(["sh", "-c", "touch /tmp/hold; chmod 666 /tmp/hold"]);
    backup = pet.ppm(["backup"], { check: false });
    await held();
    const start = pet.ppm(["start"]);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    strictEqual(await property(pet, "writer.service", "ActiveState"), "inactive", "not under restic's hands");
    await server.run(["rm", "-f", "/tmp/hold"]);
    strictEqual((await start).code, 0);
    strictEqual((await backup).code, 0);
    ok(await runs(pet));
  },
);
