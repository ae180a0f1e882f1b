/** A home directory on the disk with a clone that real git fetches into, and a systemd that is none: for what an upgrade reads from a repository. */
import type { FileStat, Invocation, RunResult, RunWatch, User } from "../../src/host/system.ts";
import { HomeSystem, Place } from "../definition/clone_fixture.ts";
import { PatientClock } from "./backup_scene.ts";
import { FakeManager } from "./fake_manager.ts";
import { FAKE_USER, FakeSystem } from "./fake_system.ts";
import { type Outcome, runPpm } from "./run_ppm.ts";

/** The real file system and the real git; whatever else is run answers as a {@linkcode FakeSystem} is told. */
class HalfRealSystem extends HomeSystem {
  override readonly user: User;
  onRun: (invocation: Invocation) => void = () => {};
  readonly programs = new FakeSystem();
  readonly #roots: string;

  constructor(home: string, rootsDirectory: string) {
    super(home);
    this.user = { ...FAKE_USER, home };
    this.#roots = rootsDirectory;
  }

  override lstat(path: string): FileStat | undefined {
    if (
      path === "/usr/bin/ppm" || path.endsWith("/systemd/private") ||
      path.startsWith("/var/lib/systemd/linger/")
    ) {
      return this.programs.lstat("/run/user/1000/systemd/private");
    }
    const stat = super.lstat(path);
    const { uid, gid } = this.user; // whoever runs the tests
    return stat && (path === this.#roots ? { ...stat, uid: 0 } : { ...stat, uid, gid });
  }

  override which(program: string): string | undefined {
    return this.programs.which(program);
  }

  override run(invocation: Invocation, watch?: RunWatch): Promise<RunResult> {
    this.onRun(invocation);
    return invocation.program === "git" ? super.run(invocation) : this.programs.run(invocation, watch);
  }
}

/** What systemd-analyze(1) says of any calendar. */
const DAILY = "  Next elapse: Sat 2026-01-03 04:00:00 UTC\n Iteration #2: Sun 2026-01-04 04:00:00 UTC\n";

/** What a version of the application says in its appinfo.yml beside what it must. */
export interface Release {
  /** What web.service runs; `broken` does not come up. */
  readonly web: string;
  /** More lines of appinfo.yml. */
  readonly appinfo?: string;
}

/** An application that was set up from {@linkcode Place.upstream}, and runs. */
export class UpgradePlace extends Place {
  readonly #state = `${this.top}/state`;
  override readonly system = new HalfRealSystem(this.home, this.#state);
  readonly manager = new FakeManager(this.system);

  /** Sets a first release up. */
  static async make(first: Partial<Release> = {}): Promise<UpgradePlace> {
    const place = new UpgradePlace();
    Deno.chmodSync(`${place.home}/.ppm`, 0o700);
    Deno.mkdirSync(`${place.#state}/app`, { recursive: true });
    place.system.programs.program("ppm", () => ({})).program("systemctl", place.manager.run)
      .program("systemd-analyze", (args) => args[0] === "calendar" ? { stdout: DAILY } : {})
      .program("cat", () => ({ stdout: "" })); // nothing is mounted
    place.configure();
    place.release({ web: "one", ...first });
    const { code, stderr } = await place.ppm("setup");
    if (code !== 0) throw new Error(stderr);
    place.manager.run(["start", "--", "web.target"]);
    place.system.programs.invocations.length = 0;
    return place;
  }

  /** Writes config.yml; `definition` are more lines of that section. */
  configure(definition = ""): void {
    const text = `definition:\n  repository: ${this.upstream}\n${definition}statedirectory: ${this.#state}\n`;
    Deno.writeTextFileSync(`${this.home}/config.yml`, text);
    Deno.chmodSync(`${this.home}/config.yml`, 0o600);
  }

  /** Commits a release upstream, and returns the commit. */
  release({ web, appinfo = "" }: Release): string {
    return this.commit({
      "appinfo.yml": `name: web\ndescription: A site.\nversion: "${web}"\nmainunit: web\n` +
        `enableunits: [web.service]\nplugins:\n  backups_none: { reason: Nothing is kept. }\n${appinfo}`,
      "templates/.config/systemd/user/web.service":
        `[Service]\nExecStart=/usr/bin/true ${web}\n[Install]\nWantedBy=web.target\n`,
    }, `Release ${web}`);
  }

  /** Runs ppm. */
  ppm(line: string): Promise<Outcome> {
    return runPpm(line, { system: this.system, clock: new PatientClock() });
  }

  /** What is checked out. */
  get head(): string {
    return Deno.readTextFileSync(`${this.clone}/.git/HEAD`).trim();
  }

  /** Reads a file below the home directory. */
  read(path: string): string {
    return Deno.readTextFileSync(`${this.home}/${path}`);
  }

  /** Which units systemd was told to stop, start or restart, without those of ppm's own. */
  get told(): readonly string[] {
    return this.system.programs.commands.filter((line) => / (stop|start|restart) -- (?!ppm-)/.test(line));
  }
}
