/** What a snapshot says of itself: restic's tags, written and read. Pure, but for the digests. */
import type { ResticSnapshot } from "../host/restic/messages.ts";
import { machineId } from "../host/identity.ts";
import type { ReadSystem } from "../host/system.ts";
import { sha256 } from "../plan/digest.ts";
import type { Manifest } from "../plan/manifest.ts";
import { withoutCredentials } from "../ui/redaction.ts";
import type { Identity, Snapshot, SnapshotKind, SnapshotTags } from "./snapshot.ts";

/** Every snapshot that ppm made has it. */
export const PPM_TAG = "ppm";

/** What a snapshot that is proven to be whole has: restic's own rule for forgetting acts on these alone. */
export const GOOD_TAG = "ppm-good";

/** What {@linkcode GOOD_TAG} is replaced by where restic could not read everything. */
export const INCOMPLETE_TAG = "ppm-incomplete";

const UNSHARE_TAG = "ppm-unshare";

/** The kinds that have a tag, the one that wins first: a snapshot that says two things of itself is worth the least of them. */
const KINDS = ["claim", "incomplete", "suspect", "hot", "good"] as const satisfies readonly SnapshotKind[];

/** How many hexadecimal digits tell two definitions, or two machines, apart. */
const SHORT_DIGEST = 12;

/** Returns the tags for a snapshot about to be made. */
export function encodeTags(tags: SnapshotTags): readonly string[] {
  const { kind, identity, lineage, unshare, size, claim } = tags;
  return [
    PPM_TAG,
    `ppm-${kind}`,
    `ppm-app=${encode(identity.app)}`,
    `ppm-definition=${identity.definition}`,
    `ppm-lineage=${lineage}`,
    ...(size === null ? [] : [`ppm-size=${size.entries}/${size.bytes}`]),
    ...(unshare ? [UNSHARE_TAG] : []),
    ...(claim === null ? [] : [
      `ppm-counter=${claim.counter}`,
      `ppm-server=${encode(claim.server)}`,
      `ppm-machine=${claim.machine}`,
    ]),
  ];
}

/** Returns the tags that all snapshots of one identity, and no others of the same host, have in common. */
export function identityTags({ app, definition }: Identity): readonly string[] {
  return [PPM_TAG, `ppm-app=${encode(app)}`, `ppm-definition=${definition}`];
}

/** Reads what restic lists. What ppm did not make has the kind `unknown`, as has whatever does not say what it is good for. */
export function readSnapshot(listed: ResticSnapshot): Snapshot {
  const { tags } = listed;
  const value = (name: string) =>
    tags.find((tag) => tag.startsWith(`ppm-${name}=`))?.slice(`ppm-${name}=`.length);
  const kind = tags.includes(PPM_TAG) ? KINDS.find((kind) => tags.includes(`ppm-${kind}`)) : undefined;
  return {
    id: listed.id,
    timeMs: listed.timeMs,
    kind: kind ?? "unknown",
    identity: {
      instance: listed.hostname,
      app: decode(value("app")),
      definition: value("definition") ?? "",
    },
    lineage: value("lineage") ?? "",
    unshare: tags.includes(UNSHARE_TAG),
    size: readSize(value("size")),
    claim: kind !== "claim" ? null : {
      counter: count(value("counter")) ?? 0,
      server: decode(value("server")),
      machine: value("machine") ?? "",
    },
  };
}

/** Returns what tells definitions apart: 12 hexadecimal digits over where one comes from, credentials aside. */
export async function definitionId(
  source: { readonly repository: string; readonly directory: string },
): Promise<string> {
  return shortDigest(await sha256(`${withoutCredentials(source.repository)}\n${source.directory}`));
}

/** Returns which application `manifest` is of. */
export async function identityOf(
  manifest: Pick<Manifest, "instance" | "app" | "source">,
): Promise<Identity> {
  return {
    instance: manifest.instance,
    app: manifest.app.name,
    definition: await definitionId(manifest.source),
  };
}

/** Returns what tells machines apart without naming one, empty where it has no id: machine-id(5) asks that it is not shown as it is. */
export async function machineTag(system: ReadSystem): Promise<string> {
  const id = machineId(system);
  return id === undefined ? "" : shortDigest(await sha256(id));
}

function shortDigest(digest: string): string {
  return digest.slice(0, SHORT_DIGEST);
}

/** restic splits tags at commas; whatever else could be misread is written in percent signs and hexadecimal digits as well. */
function encode(text: string): string {
  return Array.from(
    new TextEncoder().encode(text),
    (byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9._-]/.test(character) ? character : `%${byte.toString(16).padStart(2, "0")}`;
    },
  ).join("");
}

/** What others wrote may be no such text: it is shown as it is. */
function decode(text = ""): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readSize(text = ""): Snapshot["size"] {
  const [, entries, bytes] = /^(\d{1,15})\/(\d{1,15})$/.exec(text) ?? [];
  return entries === undefined ? null : { entries: Number(entries), bytes: Number(bytes) };
}

function count(text = ""): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
