/** `ppm doctor` on a machine in memory: what it says, to whom, and how it ends. */
import assert from "node:assert/strict";
import { doctorView } from "../../src/commands/doctor_view.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { findingsOf } from "../../src/doctor/finding.ts";
import type { FileStat, User } from "../../src/host/system.ts";
import { FENCE_FILE } from "../../src/layout.ts";
import { formatState } from "../../src/neighbours/state_file.ts";
import { makeStyle } from "../../src/ui/style.ts";
import { displayWidth } from "../../src/ui/text.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest, aUnit, shown } from "../support/manifest.ts";
import { runPpm } from "../support/run_ppm.ts";

const STATE = "/var/lib/ppm/state";
const CONFIG = "definition:\n  repository: https://git.example.org/web.git\n";
const ROOT: User = { name: "root", uid: 0, gid: 0, home: "/root", runtimedirectory: "/run/user/0" };

/** A server that root has prepared, on which the application "web" runs as it should. */
class Prepared extends FakeSystem {
  constructor(options: { readonly user?: User; readonly setUp?: boolean } = {}) {
    super(options);
    this.variables.XDG_RUNTIME_DIR = this.user.runtimedirectory;
    this.addFile(`${STATE}/app/state.yml`, "");
    this.owners.set(STATE, 0);
    this.owners.set(`${STATE}/app`, 1000);
    this.owners.set(`${STATE}/app/state.yml`, 1000);
    for (const path of [`${this.user.runtimedirectory}/bus`, "/usr/bin/git"]) this.addFile(path, "");
    this.users.set("app", 1000);
    for (const path of [STATE, `${STATE}/app`]) this.setMode(path, 0o755);
    this.addFile("/home/app/config.yml", CONFIG);
    if (options.setUp ?? true) this.addManifest();
    this.addFile("/etc/subuid", "app:100000:65536\n");
    this.addFile("/etc/subgid", "app:100000:65536\n");
    this.program("git", () => ({ stdout: "git version 2.47.3\n" }))
      .program("cat", () => ({ stdout: "1024\n" }))
      .program("df", () => ({ stdout: "Avail Size IFree Inodes\n9000000000 10000000000 90 100\n" }))
      .program("apt-get", () => ({}))
      .program("systemctl", (args) => this.systemctl(args));
    for (const [name, version] of [["restic", "0.18.0"], ["podman", "5.4.2"]] as const) {
      this.program(name, () => ({ stdout: `${name} ${version}\n` }));
    }
    for (const name of ["newuidmap", "newgidmap", "pasta"]) this.program(name, () => ({}));
  }

  override lstat(path: string): FileStat | undefined {
    const stat = super.lstat(path);
    return stat && (path === "/etc/ppm" || path === "/etc/ppm/claims.yml") && !this.owners.has(path)
      ? { ...stat, uid: 0 }
      : stat;
  }

  addManifest(grants: readonly string[] = []): void {
    const manifest = aManifest({ units: [aUnit("web.service")], grants });
    this.addFile("/home/app/.ppm/manifest.json", JSON.stringify(manifest));
  }

  systemctl(args: readonly string[]) {
    if (args.includes("--version")) return { stdout: "systemd 257 (257.9)\n" };
    if (args[0] === "show") {
      return { stdout: "Id=chrony.service\nActiveState=active\nLoadState=loaded\n" };
    }
    if (args.includes("list-units")) {
      return { stdout: "user@1000.service loaded active running User Manager\n" };
    }
    if (args.includes("--property=Id,Version")) return { stdout: "Version=257\n" };
    const page = { UnitFileState: "enabled" };
    return { stdout: shown({ "web.target": page, "web.service": page }) };
  }
}

async function amiss(system: FakeSystem): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runPpm("doctor --json", { system });
  assert.match(stderr, /^(Looking at this server and the repository\n)?$/);
  const { well, findings }: { well: boolean; findings: readonly Finding[] } = JSON.parse(stdout);
  const wrong = findings.filter(({ state }) => state === "wrong" || state === "unknown");
  assert.equal(code, wrong.length === 0 ? 0 : 3);
  assert.equal(well, wrong.length === 0);
  return wrong.map(({ check, what }) => `${check}: ${what}`);
}

Deno.test("ppm doctor is content before the first setup where everything is there for one", async () => {
  assert.deepEqual(await amiss(new Prepared({ setUp: false })), []);
});

Deno.test("ppm doctor before the first setup says that there is no config.yml, and nothing else", async () => {
  const system = new Prepared({ setUp: false });
  system.removeFile("/home/app/config.yml");
  assert.deepEqual(await amiss(system), ["config: Cannot read /home/app/config.yml: it does not exist"]);
});

Deno.test("ppm doctor says each problem of an invalid config.yml, once", async () => {
  const system = new Prepared({ setUp: false });
  system.addFile("/home/app/config.yml", `${CONFIG}  revison: main\ninstace: web\n`);
  assert.deepEqual(await amiss(system), ["config: /home/app/config.yml is invalid"]);
  const { stdout } = await runPpm("doctor", { system });
  assert.match(stdout, /config\.yml:3:\d+: .*revison[^]*config\.yml:4:\d+: .*instace/);
});

Deno.test("ppm doctor of a user who does not linger finds that alone, though no systemd answers either", async () => {
  const system = new Prepared();
  system.removeFile("/var/lib/systemd/linger/app");
  system.removeFile("/run/user/1000/systemd/private");
  assert.deepEqual(await amiss(system), ["lingering: app does not linger"]);
});

Deno.test("ppm doctor names what it could not look at, and goes on", async () => {
  const system = new Prepared({ setUp: false });
  system.program("df", () => ({ code: 1, stderr: "df: stale file handle\n" }));
  const [first, ...others] = await amiss(system);
  assert.match(first ?? "", /^space: .*stale file handle/);
  assert.deepEqual(others, []);
});

Deno.test("ppm doctor --root-script has the commands that doctor prints, and runs as nobody", async () => {
  const system = new Prepared({ setUp: false });
  system.removeFile("/var/lib/systemd/linger/app");
  system.setMode(STATE, 0o777);
  const before = system.files;
  const { code, stdout } = await runPpm("doctor --root-script", { system });
  assert.equal(code, 0);
  assert.deepEqual(stdout.split("\n").filter((line) => /^(?!#|set |echo \d)./.test(line)), [
    "loginctl enable-linger app",
    `install -d -o root -g root -m 755 ${STATE}`,
  ]);
  assert.deepEqual(system.files, before);
});

Deno.test("ppm doctor gives too few subordinate ids of somebody without containers no thought, of others a range that nobody has", async () => {
  const system = new Prepared();
  system.addFile("/etc/subuid", "other:100000:65536\n");
  const manifest = (containers: boolean) =>
    system.addFile(
      "/home/app/.ppm/manifest.json",
      JSON.stringify(aManifest({ units: [aUnit("web.service", { containers })] })),
    );
  const ids = async () => (await amiss(system)).filter((line) => line.startsWith("subordinate-ids"));
  manifest(false);
  assert.deepEqual(await ids(), []);
  manifest(true);
  assert.deepEqual(await ids(), ["subordinate-ids: app has too few subordinate ids in /etc/subuid"]);
  const { stdout } = await runPpm("doctor --root-script", { system });
  assert.match(
    stdout,
    /^grep -qx app:200000:65536 \/etc\/subuid \|\| usermod --add-subuids 200000-265535 app$/m,
  );
});

Deno.test("ppm doctor refuses to print a script as JSON, and another state directory for anybody but root", async () => {
  const system = new Prepared();
  for (const args of ["--json --root-script", "--state-directory /srv/state"]) {
    assert.equal((await runPpm(`doctor ${args}`, { system })).code, 2, args);
  }
});

Deno.test("ppm doctor looks at the server for root, and reads no home directory", async () => {
  const system = new Prepared({ user: ROOT });
  const read: string[] = [];
  const readFile = system.readFile.bind(system);
  system.readFile = (path) => {
    read.push(path);
    return readFile(path);
  };
  system.removeFile(`${STATE}/app/state.yml`);
  assert.deepEqual(await amiss(system), ["lingering: app does not linger"]);
  assert.deepEqual(read.filter((path) => path.startsWith("/home")), []);
  system.addFile("/var/lib/systemd/linger/app", "");
  assert.deepEqual(await amiss(system), []);
});

Deno.test("ppm doctor tells root of a published port that only root may listen at", async () => {
  const system = new Prepared({ user: ROOT });
  system.addFile("/var/lib/systemd/linger/app", "");
  const published = {
    version: 1,
    instance: "web",
    user: "app",
    host: "server",
    app: { name: "web", description: "A site.", version: "1.0" },
    definition: { repository: "https://git.example.org/web.git", commit: "a".repeat(40) },
    units: ["web.service"],
    plugins: { firewall: { open: [{ first: 80, last: 80, protocol: "tcp", from: ["0.0.0.0/0"] }] } },
    state: {},
    times: {},
  } as const;
  system.addFile(`${STATE}/app/state.yml`, formatState(published, [], { line: 1, column: 1 }));
  system.owners.set(`${STATE}/app/state.yml`, 1000);
  assert.deepEqual(await amiss(system), ["ports: only root may listen at port 80"]);
  system.program("cat", () => ({ stdout: "80\n" }));
  assert.deepEqual(await amiss(system), []);
});

Deno.test("ppm doctor finds no fault with what is down of a fenced application", async () => {
  const system = new Prepared();
  system.systemctl = (args) =>
    args[0] === "show" || args.includes("--version") || args.includes("--property=Id,Version")
      ? Prepared.prototype.systemctl.call(system, args)
      : {
        stdout: shown(
          Object.fromEntries(
            ["web.target", "web.service"].map((name) => [name, { ActiveState: "inactive" }]),
          ),
        ),
      };
  assert.deepEqual(await amiss(system), [
    "drift: /home/app/config.yml changed since the last setup",
    "units: web.target is stopped",
  ]);
  const fence = { version: 1, purpose: "move", time: "2026-01-02T03:04:05Z", snapshot: null, data: false };
  system.addFile(`/home/app/${FENCE_FILE}`, JSON.stringify(fence));
  assert.deepEqual(await amiss(system), []);
  const { stdout } = await runPpm("doctor", { system });
  assert.match(
    stdout,
    /· fence: the application is fenced since 2026-01-02T03:04:05Z, to move to another server\n/,
  );
  assert.match(stdout, /→ ppm start --unfence\n/);
});

Deno.test("ppm doctor tells root of claims that others may write, and of a user whose place is another's", async () => {
  const system = new Prepared({ user: ROOT });
  system.removeFile(`${STATE}/app/state.yml`);
  system.addFile("/var/lib/systemd/linger/app", "");
  system.addFile("/etc/ppm/claims.yml", "app: {}\n", 0o666);
  system.owners.set(`${STATE}/app`, 1001);
  const { stdout } = await runPpm("doctor --root-script", { system });
  assert.match(stdout, /^chmod go-w \/etc\/ppm\/claims\.yml$/m);
  assert.match(stdout, /^install -d -m 755 -o app -g "\$\(id -g app\)" \/var\/lib\/ppm\/state\/app$/m);
  assert.equal((await amiss(system)).length, 2);
});

Deno.test("doctorView() keeps to the width in all but commands, and says how many are wrong last", () => {
  const { good, wrong, note } = findingsOf("space");
  const long = "what is long ".repeat(20).trim();
  const findings = [
    good("fine"),
    note(long, { why: long }),
    wrong(long, {
      why: long,
      advice: `${long}\n${long}`,
      mend: ["ppm clean"],
      rootSteps: [{ command: "df", reason: "", undo: "" }],
    }),
  ];
  const lines = doctorView(findings, { style: makeStyle(false), columns: 40 });
  assert.deepEqual(lines.slice(0, -1).filter((line) => displayWidth(line) > 40), []);
  assert.equal(lines.at(-1), "1 not as it should be, 1 good, 1 note; for root: ppm doctor --root-script");
  assert.deepEqual(lines.filter((line) => /as root:|→/.test(line)), ["    as root: df", "    → ppm clean"]);
});

Deno.test("doctorView() lets no control characters of others through", () => {
  const lines = doctorView([findingsOf("units").wrong("a\x1b[2Jb", { why: "\x07", mend: ["\x9b1m"] })], {
    style: makeStyle(false),
    columns: 80,
  });
  // deno-lint-ignore no-control-regex -- control characters are what this is about
  assert.doesNotMatch(lines.join("\n"), /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
});
