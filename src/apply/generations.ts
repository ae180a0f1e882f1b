/** Generations: what ppm made of this home directory, each as plain files that can be looked at and compared with diff(1). */
import type { ReadSystem, System, TreeFile } from "../host/system.ts";
import { GENERATIONS_DIRECTORY, MANIFEST_FILE } from "../layout.ts";
import type { Manifest } from "../plan/manifest.ts";
import type { DesiredFile } from "../plan/plan.ts";

/**
 * Writes the generation that `manifest` describes to `.ppm/generations/<number>/`: `generation.json`, and under `files/` every
 * rendered file. A file that the generation before had as well is the same file on the disk.
 */
export function writeGeneration(
  system: System,
  manifest: Manifest,
  files: readonly DesiredFile[],
  previous: Manifest | undefined,
): void {
  const root = `${system.user.home}/${GENERATIONS_DIRECTORY}`;
  system.makeDirectory(root, 0o700);
  const tree: TreeFile[] = files.map((file) => ({
    path: `files/${file.path}`,
    content: file.content,
    ...(previous?.files[file.path]?.sha256 === file.sha256
      ? { twin: `${root}/${previous.generation}/files/${file.path}` }
      : {}),
  }));
  const { pending: _, ...description } = manifest;
  const json: TreeFile = {
    path: "generation.json",
    content: formatJson({ ...description, outcome: "done" }),
  };
  system.writeTree(`${root}/${manifest.generation}`, [json, ...tree]);
}

/** Returns the highest number that a generation on the disk has; 0 if there is none. */
export function lastGeneration(system: ReadSystem): number {
  const names = system.readDirectory(`${system.user.home}/${GENERATIONS_DIRECTORY}`) ?? [];
  return Math.max(0, ...names.filter((name) => /^[1-9]\d*$/.test(name)).map(Number));
}

/** Writes the manifest: from then on it says what stands. */
export function writeManifest(system: System, manifest: Manifest): void {
  system.writeFile(`${system.user.home}/${MANIFEST_FILE}`, formatJson(manifest), 0o600);
}

function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
