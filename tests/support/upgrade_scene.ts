/** A server whose application stands as generation 1 and may become another one: a systemd that believes unit files, a clone and a restic, in memory. */
import { apply } from "../../src/apply/apply.ts";
import { readGenerationRecord } from "../../src/apply/generation_record.ts";
import { lastGeneration } from "../../src/apply/generations.ts";
import { observeAll } from "../../src/apply/observe_all.ts";
import type { Prepared } from "../../src/apply/prepare.ts";
import { STATE_HEADER } from "../../src/neighbours/state_file.ts";
import { makePlan } from "../../src/plan/plan.ts";
import { readManifest, requireManifest } from "../../src/plan/read_manifest.ts";
import type { UpgradeJob } from "../../src/upgrade/get_ready.ts";
import { readSwitch, type Switch, writeSwitch } from "../../src/upgrade/switch.ts";
import { readUpgrades } from "../../src/upgrade/upgrades.ts";
import { file, planInput } from "../plan/plan_fixture.ts";
import { aPolicy } from "./backup.ts";
import { aBackupScene, IDENTITY } from "./backup_scene.ts";
import { FakeGit } from "./fake_git.ts";
import type { FakeSystem } from "./fake_system.ts";
import { FakeManager } from "./fake_manager.ts";
import { aManifest, aUnit } from "./manifest.ts";
import { makeRestorable } from "./restorable.ts";
import { aSnapshot } from "./snapshots.ts";

const HOME = "/home/app";
const UNITS = ".config/systemd/user";

/** Commits, each the parent of the next. */
export const [ONE, TWO, THREE] = ["1".repeat(40), "2".repeat(40), "3".repeat(40)] as const;

/** The snapshot that holds the data of generation 1 where a scene begins after it was taken. */
export const SAVED = "5".repeat(64);

/** What a generation consists of. */
export interface Version {
  readonly commit: string;
  /** What web.service runs: it comes up unless this says `broken`. */
  readonly web: string;
  /** The image that it runs that in, if it is a container. */
  readonly image?: string;
  /** Whether its data is backed up. @default {true} */
  readonly backedUp?: boolean;
  readonly mainunit?: string;
  /** Whether there is a db.service. @default {true} */
  readonly db?: boolean;
}

const CONFIG_TEXT = "definition: { repository: https://git.example.org/web.git }\n" +
  "backup: { repository: /srv/restic, passwordfile: .restic-password }\n";

/** What a scene begins with. */
interface SceneOptions {
  /** Units that do not run. */
  readonly stopped?: readonly string[];
  /** What generation 1 is, beside its commit. */
  readonly first?: Partial<Version>;
}

/** Sets the scene: generation 1 stands. */
export async function anUpgradeScene({ stopped = [], first }: SceneOptions = {}) {
  const scene = aBackupScene({
    snapshots: [aSnapshot("good", "2026-01-01T03:00", { identity: IDENTITY, id: SAVED })],
  });
  const { system, restic, events } = scene;
  makeRestorable(scene);
  system.addFile(`${HOME}/config.yml`, CONFIG_TEXT, 0o600);
  system.addFile("/var/lib/ppm/state/app/x", "");
  system.owners.set("/var/lib/ppm/state", 0);
  system.setMode(`${HOME}/.ppm`, 0o700);
  system.addFile(`${HOME}/.ppm/definition/.git/HEAD`, "");
  const git = new FakeGit([ONE, TWO, THREE]);
  const manager = new FakeManager(system);
  system.program("git", git.run).program("systemctl", manager.run).program("systemd-analyze", () => ({}))
    .program("restic", async (args, invocation) => {
      const answer = await restic.run(args, invocation);
      for (const { id, tags } of restic.saved.splice(0)) {
        const kind = tags.includes("ppm-good") ? "good" : "hot";
        restic.snapshots.push(aSnapshot(kind, "2026-01-02T03:00", { identity: IDENTITY, id }));
      }
      return answer;
    });
  const watch = system.onRun;
  system.onRun = (invocation) => {
    watch(invocation);
    const { program, args } = invocation;
    if (program === "git" && args.includes("checkout")) events.push(`checkout ${args.at(-2)?.slice(0, 1)}`);
  };
  await setUp({ commit: ONE, web: "one", ...first });
  for (const unit of ["web.service", "db.service"]) {
    if (!stopped.includes(unit)) manager.active.add(unit);
  }
  manager.active.add("web.target");
  events.length = 0;

  /** Makes a generation, as a setup does. */
  async function setUp(version: Version): Promise<void> {
    const prepared = await prepareVersion(system, version);
    await apply(system, { ...prepared, previous: readManifest(system), nowMs: 0 }, () => {});
    git.head = version.commit;
  }

  return {
    ...scene,
    git,
    manager,
    setUp,
    /** An upgrade to `version`. */
    upgradeTo: async (version: Version, changes: Partial<UpgradeJob> = {}): Promise<UpgradeJob> => ({
      manifest: requireManifest(system),
      prepared: await prepareVersion(system, version),
      accepted: { commit: version.commit, revision: null },
      backup: scene.job.backup,
      scheduled: false,
      ...changes,
    }),
    /** Leaves the machine as a ppm did that was killed in the middle of an upgrade from 1 to 2. */
    interrupt: (changes: Partial<Switch>): Switch => writeSwitch(system, aSwitch(changes)),
    text: (path: string) => textOf(system, path),
    switched: () => readSwitch(system),
    record: (generation: number) => readGenerationRecord(system, generation),
    upgrades: () => readUpgrades(system),
    manifest: () => requireManifest(system),
  };
}

/** Returns where an upgrade from generation 1 to 2 is. */
export function aSwitch(changes: Partial<Switch>): Switch {
  return {
    version: 1,
    operation: "upgrade",
    phase: "switching",
    goal: 1,
    other: 2,
    commit: TWO,
    revision: null,
    units: ["web.service", "db.service"],
    tried: ["web.service", "db.service"],
    snapshot: SAVED,
    restoresData: false,
    why: null,
    failedData: null,
    config: CONFIG_TEXT,
    scheduled: false,
    attempt: 1,
    told: null,
    time: "2026-01-02T03:00:00.000Z",
    ...changes,
  };
}

/** Plans a version of the application on top of what stands. */
export async function prepareVersion(
  system: FakeSystem,
  { commit, web, image, backedUp = true, mainunit = "web", db = true }: Version,
): Promise<Prepared> {
  const program = image === undefined ? "/usr/bin/true" : `/usr/bin/podman run ${image}`;
  const files = [
    file(`${UNITS}/web.service`, `[Service]\nExecStart=${program} ${web}\n`),
    ...db ? [file(`${UNITS}/db.service`, "[Service]\nExecStart=/usr/bin/true\n")] : [],
  ];
  const units = files.map(({ path }) => aUnit(path.slice(UNITS.length + 1), { files: [path] }));
  const input = planInput({ files });
  const manifest = readManifest(system);
  const { instance, source, config } = aManifest();
  const desired = {
    ...input.desired,
    instance,
    definition: {
      ...input.desired.definition,
      app: {
        ...input.desired.definition.app,
        version: web,
        mainunit,
        enableunits: units.map(({ name }) => name),
      },
    },
    source: { ...source, commit, configSha256: config.sha256 },
    units,
    target: `${mainunit}.target`,
    backup: backedUp ? aPolicy() : null,
    state: {
      ...input.desired.state,
      content: new TextEncoder().encode(`${STATE_HEADER}version: 1\ncommit: ${commit}\n`),
    },
  };
  const inputs = `inputs of ${commit}`;
  const plan = makePlan({
    ...input,
    desired,
    observed: await observeAll(system, desired, files, manifest),
    inputs,
    lastGeneration: lastGeneration(system),
    manifest,
  });
  return { desired, files, plan, inputs, neighbours: null, config, secrets: [], warnings: [] };
}

/** Returns what a file below the home directory says; nothing where it is missing. */
export function textOf(system: FakeSystem, path: string): string {
  return new TextDecoder().decode(system.readFile(`${HOME}/${path}`));
}
