/** Generations: what ppm made of this home directory, each as plain files that can be looked at and compared with diff(1). */
import { UserError } from "../errors.ts";
import type { ReadSystem, System, TreeFile } from "../host/system.ts";
import { GENERATIONS_DIRECTORY, MANIFEST_FILE } from "../layout.ts";
import { sha256 } from "../plan/digest.ts";
import type { Manifest } from "../plan/manifest.ts";
import type { DesiredFile } from "../plan/plan.ts";
import { MANIFEST } from "../plan/read_manifest.ts";
import { formatRecord, NEW_RECORD } from "./generation_record.ts";
import type { ManifestInput } from "./make_manifest.ts";

/** What `generation.json` says: the manifest as it was when the generation had been made. */
export type GenerationDescription = Omit<Manifest, "pending">;

/** A generation that is on the disk, whole. */
export interface Generation {
  readonly number: number;
  readonly description: GenerationDescription;
  readonly files: readonly DesiredFile[];
  /** The state file, with the times of back then. */
  readonly stateContent: Uint8Array;
}

/** Returns where a generation stands. */
export function generationDirectory({ user }: ReadSystem, number: number): string {
  return `${user.home}/${GENERATIONS_DIRECTORY}/${number}`;
}

/**
 * Writes the generation that `manifest` describes to `.ppm/generations/<number>/`: `generation.json`, `record.json`, `state.yml`, and under
 * `files/` every rendered file. A file that the generation before had as well is the same file on the disk.
 */
export function writeGeneration(
  system: System,
  manifest: Manifest,
  { files, desired, record, previous }: Pick<ManifestInput, "files" | "desired" | "record" | "previous">,
): void {
  system.makeDirectory(`${system.user.home}/${GENERATIONS_DIRECTORY}`, 0o700);
  const { pending: _, ...description } = manifest;
  system.writeTree(generationDirectory(system, manifest.generation), [
    { path: "generation.json", content: formatJson(description satisfies GenerationDescription) },
    {
      path: "record.json",
      content: formatRecord({ ...NEW_RECORD, previous: previous?.generation || null, ...record }),
    },
    { path: "state.yml", content: desired.state.content },
    ...files.map((file): TreeFile => ({
      path: `files/${file.path}`,
      content: file.content,
      ...twinOf(system, file, previous),
    })),
  ]);
}

/** The same file in the generation before. What somebody changed there would be wrong here too, and is no twin. */
function twinOf(
  system: ReadSystem,
  { path, sha256, content }: DesiredFile,
  previous: Manifest | undefined,
): Pick<TreeFile, "twin"> {
  if (previous?.files[path]?.sha256 !== sha256) return {};
  const twin = `${generationDirectory(system, previous.generation)}/files/${path}`;
  const kept = system.readFile(twin);
  return kept?.length === content.length && kept.every((byte, at) => byte === content[at]) ? { twin } : {};
}

/** Returns the numbers of all generations on the disk, the oldest first. */
export function listGenerations(system: ReadSystem): readonly number[] {
  const names = system.readDirectory(`${system.user.home}/${GENERATIONS_DIRECTORY}`) ?? [];
  return names.filter((name) => /^[1-9]\d*$/.test(name)).map(Number).sort((a, b) => a - b);
}

/** Returns the highest number that a generation on the disk has; 0 if there is none. */
export function lastGeneration(system: ReadSystem): number {
  return listGenerations(system).at(-1) ?? 0;
}

/**
 * Returns a generation with all its files, each as its hash says; undefined where there is none of this number. Throws
 * {@linkcode UserError} where anything of it is missing or is another than it was.
 */
export async function readGeneration(system: ReadSystem, number: number): Promise<Generation | undefined> {
  const root = generationDirectory(system, number);
  if (system.lstat(root) === undefined) return undefined;
  const description = readDescription(system, number);
  if (description === undefined) throw damaged(number, "generation.json");
  const read = async (path: string, hash: string | undefined): Promise<Uint8Array> => {
    const content = system.readFile(`${root}/${path}`);
    if (content === undefined || await sha256(content) !== hash) throw damaged(number, path);
    return content;
  };
  const files: DesiredFile[] = [];
  for (const [path, { sha256, mode, origin }] of Object.entries(description.files)) {
    files.push({ path, content: await read(`files/${path}`, sha256), mode, origin, sha256 });
  }
  return {
    number,
    description,
    files,
    stateContent: await read("state.yml", description.stateFile?.sha256),
  };
}

/** Whether the generation that stands is on the disk with all its files, as far as that is seen without reading them. */
export function isRecorded(system: ReadSystem, { generation, files }: Manifest): boolean {
  const root = generationDirectory(system, generation);
  return ["generation.json", "state.yml"].every((name) => system.lstat(`${root}/${name}`)?.kind === "file") &&
    Object.entries(files).every(([path, file]) => system.lstat(`${root}/files/${path}`)?.size === file.size);
}

/** The same, for a generation that must be there. */
export async function requireGeneration(system: ReadSystem, number: number): Promise<Generation> {
  const generation = await readGeneration(system, number);
  if (generation !== undefined) return generation;
  throw new UserError(`Cannot go back to generation ${number}: there is none`, {
    hint: "See which there are: ppm history",
  });
}

/** Returns what `generation.json` says; undefined where it is missing or cannot be understood. */
export function readDescription(system: ReadSystem, number: number): GenerationDescription | undefined {
  const content = system.readFile(`${generationDirectory(system, number)}/generation.json`);
  if (content === undefined) return undefined;
  try {
    return MANIFEST({ ...JSON.parse(new TextDecoder().decode(content)), pending: null }, "");
  } catch {
    return undefined;
  }
}

function damaged(number: number, path: string): UserError {
  return new UserError(
    `Cannot go back to generation ${number}: .ppm/generations/${number}/${path} is damaged or missing`,
    { hint: "See which others there are: ppm history" },
  );
}

/** Writes the manifest: from then on it says what stands. */
export function writeManifest(system: System, manifest: Manifest): void {
  system.writeFile(`${system.user.home}/${MANIFEST_FILE}`, formatJson(manifest), 0o600);
}

function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
