/**
 * Faults in the middle of `ppm setup`, on real servers: whatever is killed or full when, the next plain run ends where an undisturbed one
 * ends. strace(1) injects the faults into the shipped executable, at the n-th system call of a kind.
 */
import { match, ok, strictEqual } from "node:assert/strict";
import { makePet, type Pet, plainDefinition } from "./pet.ts";
import { SOAK } from "./sampling.ts";
import { bootServer, eitherRelease, type Server } from "./server.ts";

/** What differs between any two runs: times, and the secrets of an instance. */
const PRIVATE =
  "^\\./\\.(ppm/(definition/|lock|secrets.yml|key|manifest.json|generations/[0-9]+/(generation.json|files/.config/web/private))|config/web/private)";

/** Runs setup with a fault injected at the `count`-th call of `syscall`; returns the exit code. */
async function disturbed(pet: Pet, syscall: string, fault: string, count: number): Promise<number> {
  const strace = [
    "strace",
    "-f",
    "-qqq",
    "-o",
    "/dev/null",
    "-e",
    `trace=${syscall}`,
    "-e",
    `inject=${syscall}:${fault}:when=${count}`,
  ];
  return (await pet.run([...strace, "ppm", "setup"], { check: false })).code;
}

/** Brings the home directory back to what `state` kept, and systemd with it. */
async function reset(pet: Pet, state: string): Promise<void> {
  await pet.run([
    "sh",
    "-c",
    `rm -rf ~/.ppm ~/.config && cp -a ${state}/. ~ && systemctl --user daemon-reload`,
  ]);
}

/** What the undisturbed run makes, as `Pet.listing` shows it, and with what systemd has enabled. */
async function outcome(pet: Pet): Promise<string> {
  const enabled = await pet.run([
    "sh",
    "-c",
    "systemctl --user list-unit-files --no-legend --state=enabled | grep -E '^(web|extra)' | awk '{print $1}'",
  ], { check: false });
  const running = await pet.run([
    "sh",
    "-c",
    "systemctl --user list-units --no-legend --plain 'web.*' 'extra.*' | awk '{print $1, $3}'",
  ]);
  return [await pet.listing(PRIVATE), enabled.stdout, running.stdout].join("\n");
}

/** A second definition that adds, changes and drops files, over hand edits: every kind of action is in its plan. */
const SECOND = {
  "appinfo.yml": plainDefinition(["web", "more"])["appinfo.yml"] ?? "",
  "templates/.config/systemd/user/extra.service.eta": null,
  "templates/.config/systemd/user/more.service.eta":
    "[Service]\nExecStart=/bin/sleep 1d\n[Install]\nWantedBy=web.target\n",
  "templates/.config/web/index.html.eta": "other <%= it.variables.greeting %>\n",
  "templates/.config/web/deep/new.conf": "new\n",
  "templates/.config/old/gone.conf": null,
};

async function prepare(server: Server): Promise<Pet> {
  await server.copyPpm();
  await server.run(["ppm", "version"]);
  const definition = { ...plainDefinition(["web", "extra"]), "templates/.config/old/gone.conf": "old\n" };
  const pet = await makePet(server, { definition });
  await pet.run([
    "sh",
    "-c",
    "mkdir -p ~/.config/systemd/user /tmp/empty/.config; cp -a ~/.config/. /tmp/empty/.config",
  ]);
  return pet;
}

/** Makes the state from which the second definition is applied: the first one running, with a hand edit, and a clone that has moved on. */
async function prepareSecond(pet: Pet): Promise<void> {
  await pet.ppm(["setup"]);
  await pet.server.writeFile(".config/web/index.html", "edited by hand\n", { user: pet.user });
  await pet.commit(SECOND);
  await pet.moveClone();
  await pet.run(["sh", "-c", "mkdir /tmp/first && cp -a ~/.ppm ~/.config /tmp/first/"]);
}

/** `PPM_SOAK=1` disturbs every call; else every `stride`-th on one release and others on the other, which keeps `make test` within its time. */
const POINTS = [
  { syscall: "rename", fault: "signal=KILL", stride: 6 },
  { syscall: "fsync", fault: "signal=KILL", stride: 12 },
  { syscall: "mkdir", fault: "signal=KILL", stride: 14 },
  { syscall: "unlink", fault: "signal=KILL", stride: 6 },
  { syscall: "rename", fault: "error=ENOSPC", stride: 12 },
  { syscall: "fsync", fault: "error=EIO", stride: 14 },
];

eitherRelease(
  "ppm setup that is killed, or told that the disk is full, at any write is finished by the next one",
  async (release, t) => {
    await using server = await bootServer({ release });
    const pet = await prepare(server);
    const scenarios = [{ name: "first setup", state: "/tmp/empty", before: () => Promise.resolve() }, {
      name: "change",
      state: "/tmp/first",
      before: () => prepareSecond(pet),
    }];
    for (const { name, state, before } of scenarios) {
      await before();
      await reset(pet, state);
      await pet.ppm(["setup"]);
      const expected = await outcome(pet);
      for (const { syscall, fault, stride } of POINTS) {
        await t.step(`${name}: ${fault} at each ${syscall}`, async () => {
          let disturbances = 0;
          const first = SOAK || release === "bookworm" ? 1 : 2;
          for (let count = first;; count += SOAK ? 1 : stride) {
            await reset(pet, state);
            const code = await disturbed(pet, syscall, fault, count);
            if (code === 0) break;
            disturbances++;
            await pet.ppm(["setup"]);
            strictEqual(await outcome(pet), expected, `${name}, ${fault} at ${syscall} ${count}`);
          }
          ok(disturbances > 0, `${syscall} ${first} never happened`);
        });
      }
    }
  },
);

eitherRelease(
  "ppm setup that is killed before, in or after any program it runs is finished by the next one",
  async (release) => {
    await using server = await bootServer({ release });
    const pet = await prepare(server);
    // A systemctl, git and systemd-analyze that kill their caller at the n-th call, before or after doing their work.
    const killer = `#!/bin/sh
n=$(($(cat /tmp/calls) + 1)); echo $n >/tmp/calls
[ "$n" = "$KILL_AT" ] && [ "$KILL_WHEN" = before ] && kill -9 $PPID
/usr/bin/\${0##*/} "$@"; code=$?
[ "$n" = "$KILL_AT" ] && [ "$KILL_WHEN" = after ] && kill -9 $PPID
exit $code
`;
    await pet.ppm(["setup"]);
    await reset(pet, "/tmp/empty");
    await pet.ppm(["setup"]);
    const expected = await outcome(pet);
    const moments = SOAK ? ["before", "after"] : [release === "bookworm" ? "before" : "after"];
    for (const when of moments) {
      for (let count = 1; count <= 60; count++) {
        await reset(pet, "/tmp/empty");
        for (const program of ["systemctl", "git", "systemd-analyze"]) {
          const text = killer.replaceAll("$KILL_AT", String(count)).replaceAll("$KILL_WHEN", when);
          await server.writeFile(`/opt/killer/${program}`, text, { mode: 0o755 });
        }
        await pet.run(["sh", "-c", "echo 0 >/tmp/calls"]);
        const { code } = await pet.ppm(["setup"], {
          check: false,
          env: { PATH: "/opt/killer:/usr/local/bin:/usr/bin:/bin" },
        });
        if (code === 0) {
          ok(count > 8, `only ${count} programs were run`);
          break;
        }
        await pet.ppm(["setup"]);
        strictEqual(await outcome(pet), expected, `killed ${when} the end of program ${count}`);
      }
    }
  },
);

eitherRelease("ppm setup on a full disk says so, and is finished once there is room", async (release) => {
  await using server = await bootServer({ release });
  const pet = await prepare(server);
  await pet.ppm(["setup"]);
  await reset(pet, "/tmp/empty");
  await pet.ppm(["setup"]);
  const expected = await outcome(pet);
  // .ppm and .config stand on a file system of their own, which holds some pages of 4 KiB more each time.
  let failures = 0;
  for (let pages = 4; pages <= 400; pages += SOAK ? 4 : 8) {
    await server.run([
      "sh",
      "-c",
      `rm -rf /home/app/.ppm /home/app/.config; mkdir -p /home/app/.config /home/app/.ppm; chown app: /home/app/.config /home/app/.ppm`,
    ]);
    await server.run([
      "sh",
      "-c",
      `mount -t tmpfs -o size=${
        pages * 4096
      },mode=0700,uid=$(id -u app),gid=$(id -g app) tmpfs /home/app/.ppm`,
    ]);
    await server.run([
      "sh",
      "-c",
      `mkdir -p /home/app/.ppm/config && mount --bind /home/app/.ppm/config /home/app/.config && chown app: /home/app/.ppm/config`,
    ]);
    await pet.run(["systemctl", "--user", "daemon-reload"]);
    const { code, stderr } = await pet.ppm(["setup"], { check: false });
    if (code !== 0) {
      failures++;
      match(stderr, /No space left on device|Out of diskspace|unable to write|cannot/i);
      ok(!stderr.includes("bug in ppm"), stderr);
      await server.run(["mount", "-o", "remount,size=64m", "/home/app/.ppm"]);
      await pet.ppm(["setup"]);
      strictEqual((await outcome(pet)).replace(/.*\.ppm\/config.*\n/g, ""), expected, `${pages} pages`);
    }
    await server.run(["sh", "-c", "umount /home/app/.config /home/app/.ppm"]);
    if (code === 0) break;
  }
  ok(failures >= 5, `only ${failures} runs met a full disk`);
});
