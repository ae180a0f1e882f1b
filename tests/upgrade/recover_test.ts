import assert from "node:assert/strict";
import { recover } from "../../src/upgrade/interrupted.ts";
import { Output } from "../../src/ui/output.ts";
import { aManifest, shown } from "../support/manifest.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { runPpm } from "../support/run_ppm.ts";
import { FakeClock, MemorySink } from "../support/terminal.ts";

const INTENT = "/home/app/.ppm/intent.json";

/** A machine on which a ppm was killed that had stopped web.service, in the life `boot` of the machine. */
function interrupted(boot: string | undefined = "boot-1"): FakeSystem {
  const intent = {
    version: 1,
    operation: "backup",
    units: ["web.service"],
    boot,
    time: "2026-01-02T03:00:00Z",
  };
  const system = new FakeSystem({
    files: { [INTENT]: JSON.stringify(intent), "/home/app/.ppm/manifest.json": JSON.stringify(aManifest()) },
  });
  system.setMode("/home/app/.ppm", 0o700);
  system.program("cat", () => ({ stdout: "boot-1\n" }));
  return system.program("systemctl", (args) => {
    const names = args.slice(args.indexOf("--") + 1);
    return args.includes("show")
      ? { stdout: shown(Object.fromEntries(names.map((name) => [name, {}]))) }
      : {};
  });
}

function told(system: FakeSystem): readonly string[] {
  return system.commands.filter((line) => /^systemctl --user (--no-block )?(start|stop|restart)/.test(line))
    .map((line) => line.replace(/^systemctl --user (--no-block )?/, "").replace("-- ", ""));
}

Deno.test("ppm recover starts what an interrupted backup had stopped, and nothing else", async () => {
  const system = interrupted();
  const { code, stderr } = await runPpm("recover", { system });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Starting what an interrupted backup had stopped: web\.service/);
  assert.deepEqual(told(system), ["start web.service", "stop ppm-recover.timer"]);
  assert.equal(system.lstat(INTENT), undefined);
});

Deno.test("ppm recover starts nothing after a reboot: the target has done that", async () => {
  const system = interrupted("boot-0");
  assert.equal((await runPpm("recover", { system })).code, 0);
  assert.deepEqual(told(system), ["stop ppm-recover.timer"]);
  assert.equal(system.lstat(INTENT), undefined);
});

Deno.test("ppm recover starts, after a reboot too, what the target could not: it was held", async () => {
  const system = interrupted("boot-0");
  system.addFile("/home/app/.ppm/hold", "");
  const { code, stderr } = await runPpm("recover", { system });
  assert.equal(code, 0, stderr);
  assert.deepEqual(told(system), ["start web.service", "stop ppm-recover.timer"]);
  assert.equal(system.lstat("/home/app/.ppm/hold"), undefined);
  assert.equal(system.lstat(INTENT), undefined);
});

Deno.test("ppm recover leaves a living ppm alone", async () => {
  const system = interrupted();
  const lock = system.tryLock("/home/app/.ppm/lock", "ppm backup, pid 7");
  const { code, stderr } = await runPpm("recover", { system });
  assert.equal(code, 0);
  assert.match(stderr, /held by ppm backup, pid 7/);
  assert.deepEqual(told(system), []);
  assert.ok(system.lstat(INTENT));
  lock?.release();
});

Deno.test("ppm recover works without a manifest that can be read", async () => {
  const system = interrupted();
  system.addFile("/home/app/.ppm/manifest.json", "{");
  assert.equal((await runPpm("recover", { system })).code, 0);
  assert.deepEqual(told(system), ["start web.service", "stop ppm-recover.timer"]);
});

Deno.test("ppm recover keeps the intent where systemd cannot be asked", async () => {
  const system = interrupted();
  system.program(
    "systemctl",
    () => ({ code: 1, stderr: "Failed to connect to user scope bus via local transport" }),
  );
  assert.equal((await runPpm("recover", { system })).code, 1);
  assert.ok(system.lstat(INTENT));
});

Deno.test("ppm recover does nothing where nothing was interrupted", async () => {
  const system = interrupted();
  system.removeFile(INTENT);
  assert.equal((await runPpm("recover", { system })).code, 0);
  assert.deepEqual(told(system), ["stop ppm-recover.timer"]);
});

Deno.test("ppm recover --dry-run says what it would do", async () => {
  const system = interrupted();
  assert.equal((await runPpm("recover --dry-run", { system })).stdout, "start web.service\n");
  system.addFile(
    "/home/app/.ppm/pull.json",
    JSON.stringify([{ name: "docker.io/library/web:1", id: "0123456789abcdef", digest: null }]),
  );
  assert.equal(
    (await runPpm("recover --dry-run", { system })).stdout,
    "let docker.io/library/web:1 mean the image 0123456789ab again\nstart web.service\n",
  );
  assert.deepEqual(told(system), []);
});

Deno.test("ppm stop takes back what a backup is going to start again", async () => {
  const system = interrupted();
  system.program("systemctl", (args) => {
    const names = args.slice(args.indexOf("--") + 1);
    const down = { ActiveState: "inactive", SubState: "dead" };
    return args.includes("show")
      ? { stdout: shown(Object.fromEntries(names.map((name) => [name, down]))) }
      : {};
  });
  assert.equal((await runPpm("stop", { system })).code, 0);
  assert.equal(system.lstat(INTENT), undefined);
});

Deno.test("ppm start first finishes what an interrupted backup left", async () => {
  const system = interrupted();
  assert.equal((await runPpm("start", { system })).code, 0);
  assert.deepEqual(told(system), ["start web.service", "stop ppm-recover.timer", "start web.target"]);
});

/** A machine on which a restore was killed between its renames, in the life `boot` of the machine; notes what stands at data/ when systemd is told something. */
function betweenRenames(
  { boot, running }: { readonly boot: string | undefined; readonly running: boolean },
): { readonly system: FakeSystem; readonly seen: readonly string[] } {
  const system = interrupted(boot);
  if (boot === undefined) system.removeFile(INTENT);
  const staging = "data.restore-0a1b2c3d";
  system.addFile(`/home/app/${staging}/data/page`, "restored");
  system.addFile(
    "/home/app/.ppm/swap.json",
    JSON.stringify({ version: 1, staging, before: "data.before-20260102T030000Z" }),
  );
  const seen: string[] = [];
  let isActive = running;
  system.program("systemctl", (args) => {
    const names = args.slice(args.indexOf("--") + 1);
    const state = isActive ? {} : { ActiveState: "inactive", SubState: "dead" };
    if (args.includes("show")) {
      return { stdout: shown(Object.fromEntries(names.map((name) => [name, state]))) };
    }
    const verb = args.find((arg) => arg === "start" || arg === "stop");
    if (verb !== undefined && names.includes("web.service")) {
      isActive = verb === "start";
      seen.push(`${verb}: ${system.files["/home/app/data/page"] ?? "nothing"}`);
    }
    return {};
  });
  return { system, seen };
}

for (
  const { name, expected, ...state } of [
    { name: "what it had stopped", boot: "boot-1", running: false, expected: ["start: restored"] },
    {
      name: "what the target has started with other data",
      boot: "boot-0",
      running: true,
      expected: ["stop: nothing", "start: restored"],
    },
    {
      name: "what the target could not start without data",
      boot: "boot-0",
      running: false,
      expected: ["stop: nothing", "start: restored"],
    },
    {
      name: "what somebody has started meanwhile",
      boot: undefined,
      running: true,
      expected: ["stop: nothing", "start: restored"],
    },
    { name: "nothing where nothing ran", boot: undefined, running: false, expected: [] },
  ]
) {
  Deno.test(`ppm recover puts restored data in place, and only then starts ${name}`, async () => {
    const { system, seen } = betweenRenames(state);
    const { code, stderr } = await runPpm("recover", { system });
    assert.equal(code, 0, stderr);
    assert.deepEqual(seen, expected);
    assert.equal(system.files["/home/app/data/page"], "restored");
    assert.equal(system.lstat("/home/app/.ppm/swap.json"), undefined);
    assert.equal(system.lstat(INTENT), undefined);
  });
}

Deno.test("recover() does not wait for a living ppm", async () => {
  const system = interrupted();
  system.tryLock("/home/app/.ppm/lock", "ppm backup, pid 7");
  const clock = new FakeClock();
  const output = new Output({ stdout: new MemorySink(), stderr: new MemorySink() });
  const begin = clock.now();
  assert.deepEqual(await recover({ system, clock, output }), { any: false, rolledBack: undefined });
  assert.equal(clock.now(), begin);
});
