/** What differs from the last setup, as findings. Pure: `plan/drift.ts` has looked. */
import type { Drift } from "../plan/drift.ts";
import type { Manifest } from "../plan/manifest.ts";
import { type Finding, type FindingDetails, findingsOf } from "./finding.ts";

/** Why each kind of drift matters; what lingering means, its own check says. */
const WHY: Readonly<Record<Exclude<Drift["kind"], "linger">, string>> = {
  interrupted: "Some of its files may be old, and some new.",
  config: "What it says now does not hold yet.",
  file: "It is not what the definition and config.yml make of it, and the next setup writes it anew.",
  definition: "What runs is not what stands in the clone.",
  restart: "They run with what their files said before.",
  reload: "systemd goes by what their files said before.",
};

/** What `ppm setup` settles, after a look at what it will do. */
const BY_SETUP: readonly Drift["kind"][] = ["config", "file", "definition"];

const SETTLING: FindingDetails = {
  advice: "Look first; and where ppm setup says that something is to be restarted, then with ppm restart.",
  mend: ["ppm diff", "ppm setup"],
};

/** Returns one finding for each fault: what follows from another check's, or from another drift, is left out. */
export function examineDrift(
  drifts: readonly Drift[],
  { stateFile }: Pick<Manifest, "stateFile">,
  { hasConfig, isPublishable }: { readonly hasConfig: boolean; readonly isPublishable: boolean },
): readonly Finding[] {
  const { good, wrong } = findingsOf("drift");
  const settling = drifts.some(({ kind }) => kind === "interrupted" || BY_SETUP.includes(kind));
  const counted = drifts.flatMap((drift) => {
    const { kind, message } = drift;
    if (kind === "linger") return [];
    if (kind === "config" && !hasConfig) return [];
    if (kind === "file" && !isPublishable && stateFile !== null && message.startsWith(stateFile.path)) {
      return [];
    }
    return kind === "reload" && settling ? [] : [{ ...drift, kind }];
  });
  if (counted.length === 0) return [good("everything is as the last setup left it")];
  return counted.map(({ kind, message, next }) =>
    wrong(message, { why: WHY[kind], ...BY_SETUP.includes(kind) ? SETTLING : { mend: [next] } })
  );
}
