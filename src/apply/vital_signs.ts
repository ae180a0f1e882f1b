/** What tells, beside systemd, how an application is: its healthcheck, and the health of its containers. */
import type { Healthcheck } from "../definition/healthcheck.ts";
import { UserError } from "../errors.ts";
import { parseContainers, podmanPs } from "../host/podman.ts";
import { parseHealthOutput, podmanInspectHealth } from "../host/podman_health.ts";
import type { Manifest } from "../plan/manifest.ts";
import { printable } from "../ui/text.ts";
import { ask } from "./ask.ts";
import { type CheckProgress, isDue, judgeAnswer } from "./check.ts";
import { isUnhealthy, judgeContainers } from "./container_health.ts";
import type { Hands } from "./hands.ts";
import type { Goal, UnitVerdict } from "./settle.ts";
import { wantedUnits } from "./units.ts";

/** How often podman is asked: each time takes it 60 ms. */
const PODMAN_EVERY_MS = 1000;

/** Within the settling time the application is asked at least twice, though not more often than this. */
const LEAST_INTERVAL_MS = 1000;

/** Takes the vital signs of an application, look after look, each as often as it is due. */
export class VitalSigns {
  readonly #hands: Hands;
  readonly #healthcheck: Healthcheck | null;
  readonly #everyMs: number;
  /** Whose containers count; none: podman is not asked. */
  readonly #owners: ReadonlySet<string>;
  /** Whose journals tell why a healthcheck failed. */
  readonly #services: readonly string[];
  #check: CheckProgress | undefined;
  #warned = false;
  #containers: { readonly atMs: number; readonly verdicts: readonly UnitVerdict[] } | undefined;

  constructor(hands: Hands, manifest: Manifest, { units, settleMs }: Pick<Goal, "units" | "settleMs">) {
    const whole = wantedUnits(manifest).every((unit) => units.includes(unit));
    const concerned = manifest.units.filter((unit) => whole || units.includes(unit.name));
    this.#hands = hands;
    this.#healthcheck = whole ? manifest.healthcheck : null;
    this.#everyMs = Math.min(
      this.#healthcheck?.intervalMs ?? Infinity,
      Math.max(settleMs / 2, LEAST_INTERVAL_MS),
    );
    this.#owners = new Set(concerned.filter((unit) => unit.containers).map((unit) => unit.name));
    this.#services = this.#healthcheck?.probe.kind === "unit"
      ? [this.#healthcheck.probe.unit]
      : units.filter((unit) => unit.endsWith(".service"));
  }

  /** Returns how everything is that systemd does not know of. Asks what is due, `elapsedMs` after waiting began, and remembers the rest. */
  async take(elapsedMs: number): Promise<readonly UnitVerdict[]> {
    const [checked, containers] = await Promise.all([
      this.#askApplication(elapsedMs),
      this.#askPodman(elapsedMs),
    ]);
    return [...checked, ...containers];
  }

  async #askApplication(elapsedMs: number): Promise<readonly UnitVerdict[]> {
    const check = this.#healthcheck;
    if (check === null) return [];
    if (isDue(this.#check, elapsedMs, this.#everyMs)) {
      const answer = await ask(this.#hands.system, check);
      this.#check = judgeAnswer(check, { elapsedMs, answer }, this.#check);
    }
    if (this.#check === undefined) return [];
    return [{ unit: "healthcheck", verdict: this.#check.verdict, journals: this.#services }];
  }

  async #askPodman(elapsedMs: number): Promise<readonly UnitVerdict[]> {
    if (this.#owners.size === 0) return [];
    const last = this.#containers;
    if (last !== undefined && elapsedMs - last.atMs < PODMAN_EVERY_MS) return last.verdicts;
    const verdicts = await this.#listContainers();
    this.#containers = { atMs: elapsedMs, verdicts };
    return verdicts;
  }

  /** That podman does not answer says nothing about the application. */
  async #listContainers(): Promise<readonly UnitVerdict[]> {
    const { system, output } = this.#hands;
    try {
      const containers = parseContainers((await system.run(podmanPs())).stdout);
      const outputs = new Map<string, string>();
      for (const { name } of containers.filter((container) => isUnhealthy(container, this.#owners))) {
        const output = parseHealthOutput((await system.run(podmanInspectHealth(name))).stdout);
        if (output !== undefined) outputs.set(name, printable(output));
      }
      return judgeContainers(containers, this.#owners, outputs);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (!this.#warned) output.warn(`Nothing is known of the health of the containers: ${error.message}`);
      this.#warned = true;
      return [];
    }
  }
}
