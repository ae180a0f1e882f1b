/** `.ppm/snapshot.json`: what a snapshot says about itself, in the snapshot. Who reads it has restic and not ppm. */
import type { Manifest } from "../plan/manifest.ts";
import type { SnapshotTags } from "./snapshot.ts";

/** Which pass is about to make the snapshot. */
export interface Pass {
  readonly tags: SnapshotTags;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  readonly hostname: string;
  readonly uid: number;
}

/** Returns the content of `.ppm/snapshot.json` (rule 2: whose data it is, in which ids, how much, made from which definition). Pure. */
export function snapshotRecord(manifest: Manifest, { tags, timeMs, hostname, uid }: Pass): string {
  const { identity, lineage, unshare, size, kind } = tags;
  const { repository, directory, commit } = manifest.source;
  const record = {
    version: 1,
    time: new Date(timeMs).toISOString(),
    instance: identity.instance,
    app: { name: manifest.app.name, version: manifest.app.version },
    definition: { repository, directory, commit },
    generation: manifest.generation,
    lineage,
    kind,
    /** In whose numbering the owners are: that of the server, or that inside `podman unshare`. */
    owners: unshare ? "podman unshare" : "server",
    host: hostname,
    uid,
    size,
  };
  return `${JSON.stringify(record, null, 2)}\n`;
}
