/** A server with an application of which everything that `ppm doctor` looks at is as it should be, for tests that break one thing after the other. */
import { ok, strictEqual } from "node:assert/strict";
import type { Finding } from "../../src/doctor/finding.ts";
import { makeRepository } from "./backup_support.ts";
import { makePet, type Pet } from "./pet.ts";
import { bootServer, makeImage, type Release, type RunOptions, type Server } from "./server.ts";

const UNITS = "templates/.config/systemd/user";

/** A page, a socket at a port of root's, a container with subordinate ids; where there is Quadlet, another one. */
function definition(release: Release): Record<string, string> {
  const quadlet = release === "trixie";
  const service = (...lines: readonly string[]) => ["[Service]", ...lines, INSTALL].join("\n");
  const box = ["Image=localhost/busybox", "Network=none", "Exec=sleep infinity", "StopTimeout=0"];
  return {
    "appinfo.yml": [
      "name: page",
      'version: "1"',
      "mainunit: page",
      `enableunits: [page.service, low.socket, jar.service${quadlet ? ", box.service" : ""}]`,
      "healthcheck: { http: { port: 8100, text: well }, interval: 1s, startperiod: 5s }",
      "plugins:",
      '  backups_scheduled: { oncalendar: "*-*-* 03:00" }',
      '  upgrade_scheduled: { oncalendar: "*-12-31 23:00" }',
      "",
    ].join("\n"),
    [`${UNITS}/page.service`]: service(
      "WorkingDirectory=%h/data",
      "ExecStartPre=/bin/sh -c 'mkdir -p page && echo well >page/index.html'",
      "ExecStart=/bin/busybox httpd -f -p 127.0.0.1:8100 -h %h/data/page",
    ),
    [`${UNITS}/low.socket`]: ["[Socket]", "ListenStream=80", "Accept=yes", INSTALL].join("\n"),
    [`${UNITS}/low@.service`]: ["[Service]", "ExecStart=/bin/true", "StandardInput=socket", ""].join("\n"),
    [`${UNITS}/jar.service`]: service(
      "ExecStart=/usr/bin/podman run --rm --replace --name=jar --network=none --stop-timeout=0 localhost/busybox sleep infinity",
      "ExecStop=/usr/bin/podman rm --force --ignore --time=0 jar",
    ),
    ...quadlet
      ? {
        "templates/.config/containers/systemd/box.container": [
          "[Container]",
          ...box,
          "[Service]",
          "Restart=on-failure",
          INSTALL,
        ].join("\n"),
      }
      : {},
  };
}

const INSTALL = "[Install]\nWantedBy=page.target\n";

const REPOSITORY = "/srv/backup/app";

/** What `ppm doctor --json` prints. */
interface Report {
  readonly well: boolean;
  readonly findings: readonly Finding[];
}

export class DoctorPlace implements AsyncDisposable {
  readonly server: Server;
  readonly pet: Pet;

  /** Use {@linkcode makeDoctorPlace}. */
  constructor(server: Server, pet: Pet) {
    this.server = server;
    this.pet = pet;
  }

  /** Runs a script as root. */
  async root(script: string): Promise<string> {
    return (await this.server.run(["sh", "-ec", script])).stdout;
  }

  /** Runs a script as the application's user. */
  async app(script: string): Promise<string> {
    return (await this.pet.run(["bash", "-ec", script])).stdout;
  }

  /** Asks the doctor, as the application's user or as root. */
  async ask(options: Pick<RunOptions, "user"> = { user: this.pet.user }): Promise<Report> {
    const ran = await this.server.run(["ppm", "doctor", "--json"], { ...options, check: false });
    ok(ran.code === 0 || ran.code === 3, `exit code ${ran.code}: ${ran.stderr}`);
    const report: Report = JSON.parse(ran.stdout);
    strictEqual(report.well, ran.code === 0);
    return report;
  }

  /** Returns what is not as it should be, as `check: what`. */
  async amiss(options?: Pick<RunOptions, "user">): Promise<readonly Finding[]> {
    return (await this.ask(options)).findings.filter(({ state }) => state === "wrong" || state === "unknown");
  }

  /** Does what a finding says: first root's script, then each command. */
  async mend({ rootSteps, mend }: Finding, options: Pick<RunOptions, "user"> = { user: this.pet.user }) {
    if (rootSteps.length > 0) await this.runRootScript(options);
    for (const command of mend) await this.app(command);
  }

  /** Has the doctor print the script, and root run it; returns the script. */
  async runRootScript(options: Pick<RunOptions, "user"> = { user: this.pet.user }): Promise<string> {
    const { stdout } = await this.server.run(["ppm", "doctor", "--root-script"], options);
    await this.server.run(["sh"], { stdin: stdout });
    return stdout;
  }

  /** Waits until nothing is amiss; throws with what is, after 30 s. */
  async content(options?: Pick<RunOptions, "user">): Promise<void> {
    let amiss = await this.amiss(options);
    const deadline = Date.now() + 30_000;
    while (amiss.length > 0 && Date.now() < deadline) {
      await this.root("sleep 1");
      amiss = await this.amiss(options);
    }
    strictEqual(amiss.map(said).join("\n"), "");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server[Symbol.asyncDispose]();
  }
}

/** Returns a finding in one line. */
export function said({ check, what }: Finding): string {
  return `${check}: ${what}`;
}

/** Makes the place; a proven backup is there. The repository has a small file system of its own, which can be filled. */
export async function makeDoctorPlace(release: Release): Promise<DoctorPlace> {
  const server = await bootServer({ release, name: "doctor" });
  await server.copyPpm();
  const pet = await makePet(server, { definition: definition(release) });
  const place = new DoctorPlace(server, pet);
  await place.root(
    "mkdir -p /srv/backup && mount -t tmpfs -o size=160m tmpfs /srv/backup && install -d -m 700 /srv/backup/app",
  );
  await makeRepository(server, REPOSITORY);
  await place.root(`chown -R app: ${REPOSITORY}`);
  await server.writeFile(".restic-password", "canary-of-the-repository", { user: "app", mode: 0o600 });
  await pet.configure(`backup:\n  repository: ${REPOSITORY}\n  passwordfile: .restic-password\n`);
  await makeImage(server, "app");
  return place;
}
