import assert from "node:assert/strict";
import type { Manifest } from "../../src/plan/manifest.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest, aUnit, shown } from "../support/manifest.ts";
import { runPpm } from "../support/run_ppm.ts";

type Properties = Record<string, string>;

const FAILED = {
  ActiveState: "failed",
  SubState: "failed",
  Result: "exit-code",
  ExecMainCode: "1",
  ExecMainStatus: "7",
};
const STOPPED = { ActiveState: "inactive", SubState: "dead" };

/** A machine on which web.service is, at one look after another, as `looks` say; the last one stays. */
function aMachine(looks: readonly Properties[], manifest: Manifest = aManifest()): FakeSystem {
  const remaining = [...looks];
  const system = new FakeSystem({ files: { "/home/app/.ppm/manifest.json": JSON.stringify(manifest) } });
  system.program("systemctl", (args) => {
    if (!args.includes("show")) return {};
    const web = (remaining.length > 1 ? remaining.shift() : remaining[0]) ?? {};
    const names = args.slice(args.indexOf("--") + 1);
    const properties = Object.fromEntries(names.map((name) => [name, name === "db.service" ? {} : web]));
    return { stdout: shown(properties) };
  });
  return system.program("journalctl", () => ({ stdout: "starting\n\x1b[31moh no\x1b[0m\n" }));
}

/** What was asked of systemd, looks aside. */
function requests(system: FakeSystem): readonly string[] {
  return system.commands.filter((line) => line.startsWith("systemctl") && !line.includes(" show "));
}

Deno.test("ppm start starts the target and returns when all has stayed up", async () => {
  const system = aMachine([STOPPED, { ActiveState: "activating", SubState: "start" }, {}]);
  const { code, stdout, stderr } = await runPpm("start", { system });
  assert.equal(code, 0);
  assert.equal(stdout, "");
  assert.match(stderr, /Waiting for web\.service \(starting\)\n.*watching.*\nweb: up\n$/);
  assert.deepEqual(requests(system), ["systemctl --user --no-block start -- web.target"]);
});

Deno.test("ppm start fails with the culprit's state and its last lines", async () => {
  const { code, stderr } = await runPpm("start", { system: aMachine([STOPPED, FAILED]) });
  assert.equal(code, 1);
  assert.equal(
    stderr,
    'error: Cannot start "web": not up: web.service\n' +
      "web.service: failed (exit code 7)\n    starting\n    oh no\n" +
      "hint: More of it: ppm logs web.service\n",
  );
});

Deno.test("ppm start lets units start again that had failed too often", async () => {
  const system = aMachine([FAILED, {}]);
  assert.equal((await runPpm("start", { system })).code, 0);
  assert.deepEqual(requests(system), [
    "systemctl --user reset-failed -- web.service",
    "systemctl --user --no-block start -- web.target",
  ]);
});

Deno.test("ppm start gives up at its time limit and names what is not up", async () => {
  const looping = { ActiveState: "activating", SubState: "auto-restart", NRestarts: "9", Result: "timeout" };
  const { code, stderr } = await runPpm("start --timeout 20s", { system: aMachine([STOPPED, looping]) });
  assert.equal(code, 1);
  assert.match(stderr, /not up within the time limit: web\.service\n.*time limit reached, restarted 9 times/);
});

const FORBIDDEN = { code: 1, stderr: "No journal files were opened due to insufficient permissions.\n" };

Deno.test("ppm start says what went wrong although the journal cannot be read", async () => {
  const system = aMachine([STOPPED, FAILED]).program("journalctl", () => FORBIDDEN);
  const { stderr } = await runPpm("start", { system });
  assert.match(
    stderr,
    /failed \(exit code 7\)\n {4}\(its journal cannot be read\. As root: .*usermod .* app\)/,
  );
  system.program("journalctl", () => ({ code: 4 }));
  assert.match((await runPpm("start", { system })).stderr, /\n {4}\(its journal cannot be read: /);
});

Deno.test("ppm logs says who must do what where the journal cannot be read", async () => {
  const system = aMachine([{}]).program("journalctl", () => FORBIDDEN);
  const { code, stderr } = await runPpm("logs", { system });
  assert.equal(code, 1);
  assert.match(stderr, /^error: Cannot read the journal: app may not\nhint: As root: /);
});

Deno.test("ppm restart with a unit leaves the others alone", async () => {
  const system = aMachine([{}]);
  const { code, stderr } = await runPpm("restart web", { system });
  assert.equal(code, 0);
  assert.match(stderr, /web\.service: up\n$/);
  assert.deepEqual(requests(system), ["systemctl --user --no-block restart -- web.service"]);
});

Deno.test("ppm start, stop and restart show with --dry-run what they would do, and do nothing", async () => {
  for (const verb of ["start", "stop", "restart"]) {
    const system = aMachine([{}]);
    const { code, stdout } = await runPpm(`${verb} --dry-run`, { system });
    assert.equal(code, 0);
    assert.equal(stdout, `systemctl --user ${verb} -- web.target\n`);
    assert.deepEqual(system.commands, []);
  }
});

Deno.test("ppm start names the nearest unit to one that does not exist", async () => {
  const { code, stderr } = await runPpm("start wbe", { system: aMachine([{}]) });
  assert.equal(code, 2);
  assert.match(stderr, /Cannot find the unit "wbe": web has none of that name\nhint: Did you mean "web"\?/);
});

Deno.test("ppm start says who must do what where no manager runs", async () => {
  const system = aMachine([{}]);
  system.removeFile("/run/user/1000/systemd/private");
  const lingering = await runPpm("start", { system });
  assert.equal(lingering.code, 1);
  assert.match(lingering.stderr, /\nhint: As root: systemctl restart user@1000\.service/);
  system.removeFile("/var/lib/systemd/linger/app");
  const { stderr } = await runPpm("start", { system });
  assert.match(
    stderr,
    /Cannot reach the systemd user manager of app.*\nhint: As root: loginctl enable-linger app/,
  );
});

Deno.test("ppm start and status say the same where a manager left nothing but its socket", async () => {
  for (const bus of ["bus", "user scope bus via local transport"]) {
    const refused = { code: 1, stderr: `Failed to connect to ${bus}: Connection refused\n` };
    const system = aMachine([{}]).program("systemctl", () => refused);
    for (const verb of ["start", "status", "stop"]) {
      const { code, stderr } = await runPpm(verb, { system });
      assert.equal(code, 1);
      assert.match(
        stderr,
        /user manager of app: it has ended\nhint: As root: systemctl restart user@1000\.service/,
      );
    }
  }
});

Deno.test("ppm start warns where everything would stop at the end of the session", async () => {
  const system = aMachine([{}]);
  system.removeFile("/var/lib/systemd/linger/app");
  const { code, stderr } = await runPpm("start -q", { system });
  assert.equal(code, 0);
  assert.match(stderr, /^warning: app's systemd ends with the last session.*loginctl enable-linger app\n$/);
});

Deno.test("ppm start and status ask for a setup where there was none", async () => {
  const start = await runPpm("start");
  assert.deepEqual([start.code, start.stdout], [1, ""]);
  assert.match(start.stderr, /nothing was set up yet\nhint: Set it up first: ppm setup/);
  assert.equal((await runPpm("status")).code, 3);
});

Deno.test("ppm start says what is wrong with a damaged manifest", async () => {
  for (
    const [content, complaint] of [["{", "JSON"], ["{}", "version is not 1"], [
      "[]",
      "the whole is not a mapping",
    ]]
  ) {
    const system = new FakeSystem({ files: { "/home/app/.ppm/manifest.json": content! } });
    const { code, stderr } = await runPpm("start", { system });
    assert.equal(code, 1);
    assert.match(
      stderr,
      new RegExp(`Cannot understand .ppm/manifest.json: .*${complaint}.*\nhint: .*ppm setup`),
    );
  }
});

Deno.test("ppm stop returns when nothing runs any more", async () => {
  const stopping = { ActiveState: "deactivating", SubState: "stop-sigterm" };
  const manifest = aManifest({ units: [aUnit("web.service")] });
  const system = aMachine([stopping, stopping, STOPPED], manifest);
  const { code, stderr } = await runPpm("stop", { system });
  assert.equal(code, 0);
  assert.equal(stderr, "Waiting for web.service to stop\nweb: stopped\n");
  assert.deepEqual(requests(system), ["systemctl --user --no-block stop -- web.target"]);
});

Deno.test("ppm stop names what goes on running", async () => {
  const { code, stderr } = await runPpm("stop", { system: aMachine([STOPPED]) });
  assert.equal(code, 1);
  assert.match(
    stderr,
    /Cannot stop "web": still running: db\.service\nhint: .*systemctl --user status db\.service/,
  );
});

Deno.test("ppm logs asks the journal for the application's units", async () => {
  const journal = async (line: string) => {
    const system = aMachine([{}]);
    await runPpm(`logs ${line}`, { system });
    return system.commands[0];
  };
  const all = "--unit=web.target --unit=web.service --unit=db.service";
  assert.equal(await journal(""), `journalctl --user --no-pager --lines=100 ${all}`);
  assert.equal(
    await journal("-f -n 5 db"),
    "journalctl --user --no-pager --lines=5 --follow --unit=db.service",
  );
  assert.equal(
    await journal("--since today web"),
    "journalctl --user --no-pager --since=today --unit=web.service",
  );
  assert.equal(await journal("systemd-web"), "journalctl --user --no-pager --lines=100 --unit=web.service");
});

Deno.test("ppm logs finds the unit of a container", async () => {
  const manifest = aManifest({ units: [aUnit("web.service", { containers: true })] });
  const system = aMachine([{}], manifest).program("podman", () => ({
    stdout: JSON.stringify([{ Names: ["frontend"], Labels: { PODMAN_SYSTEMD_UNIT: "web.service" } }]),
  }));
  assert.equal((await runPpm("logs frontend", { system })).code, 0);
  assert.ok(system.commands.at(-1)?.endsWith("--unit=web.service"));
  assert.equal((await runPpm("logs backend", { system })).code, 2);
});

Deno.test("ppm logs says that podman cannot be understood, and calls it no bug", async () => {
  const manifest = aManifest({ units: [aUnit("web.service", { containers: true })] });
  const system = aMachine([{}], manifest).program("podman", () => ({ stdout: "no JSON" }));
  const { code, stderr } = await runPpm("logs frontend", { system });
  assert.equal(code, 1);
  assert.match(stderr, /^error: Cannot understand podman: what it printed is no JSON\n/);
});
