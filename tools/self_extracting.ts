/**
 * Makes the self-extracting executable: the head (self_extracting.sh) with its blanks filled, and behind it a compressed tar of the
 * target's Deno and the bundle. Deno's part is compressed once and kept; gzip members, like tar entries, may simply follow each other.
 */

import type { DenoConfig } from "./build.ts";
import { permissionFlags, permittedVariables } from "./permissions.ts";
import { fail, output, REPOSITORY } from "./run.ts";
import { END_OF_ARCHIVE, tarEntry } from "./tar.ts";

/** npm's packages of Deno's binaries, by target. */
const DENO_PACKAGES: Readonly<Record<string, string>> = {
  "x86_64-unknown-linux-gnu": "@deno/linux-x64-glibc",
  "aarch64-unknown-linux-gnu": "@deno/linux-arm64-glibc",
};

/** Writes the executable for a target. The same bundle gives the same bytes. */
export async function selfExtracting(
  bundled: string,
  { config, target, to }: { readonly config: DenoConfig; readonly target: string; readonly to: string },
): Promise<void> {
  const runtime = await compressedRuntime(target);
  const program = await compressedProgram(bundled);
  const payload = concatenate([runtime, program]);
  const head = fillHead(await Deno.readTextFile(`${REPOSITORY}/tools/self_extracting.sh`), {
    VERSION: config.version,
    TARGET: target,
    ID: await contentId(payload),
    SIZE: String(payload.length),
    MIB: String(Math.ceil((await Deno.stat(await denoBinary(target))).size / 2 ** 20) + 5),
    ...commandLine(config),
  });
  const beside = `${to}.new`;
  await Deno.writeFile(beside, concatenate([new TextEncoder().encode(head), payload]), { mode: 0o755 });
  await Deno.chmod(beside, 0o755);
  await Deno.rename(beside, to);
}

/** The variables and the flags of `deno run`, from the one permission set. */
export function commandLine(config: DenoConfig): { readonly VARIABLES: string; readonly FLAGS: string } {
  // TZ is for the runtime's own clock, not for the program to read.
  const names = [...permittedVariables(config.permissions.ppm), "TZ"].filter((name) => name !== "PATH");
  const flags = [
    ...["-q", "--no-config", "--no-lock", "--no-prompt", "--no-remote", "--no-npm", "--cached-only"],
    ...(config.unstable ?? []).map((name) => `--unstable-${name}`),
    ...permissionFlags(config.permissions.ppm),
  ];
  return {
    VARIABLES: names.map((name) => `\${${name}+"${name}=$${name}"}`).join(" \\\n    "),
    FLAGS: flags.map((flag) => /^[\w=,./-]+$/.test(flag) ? flag : `'${flag}'`).join(" \\\n    "),
  };
}

/** Given the head's text and its values, returns it with each @NAME@ replaced; ends the build where one is left over. */
function fillHead(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(
    /@([A-Z]+)@/g,
    (_, name: string) => values[name] ?? fail(`The head asks for @${name}@`),
  );
}

/** Deno's part of the payload, compressed once for each Deno and target. */
async function compressedRuntime(target: string): Promise<Uint8Array<ArrayBuffer>> {
  const kept = `${REPOSITORY}/.cache/runtime/${Deno.version.deno}-${target}.gz`;
  const found = await Deno.readFile(kept).catch(() => undefined);
  if (found !== undefined) return found;
  const contents = await Deno.readFile(await denoBinary(target));
  const compressed = await gzip(tarEntry({ name: "ppm", mode: 0o755, contents }));
  await Deno.mkdir(`${REPOSITORY}/.cache/runtime`, { recursive: true });
  await Deno.writeFile(`${kept}.new`, compressed);
  await Deno.rename(`${kept}.new`, kept);
  return compressed;
}

/** The bundle's part of the payload. */
async function compressedProgram(bundled: string): Promise<Uint8Array<ArrayBuffer>> {
  const names = (await Array.fromAsync(Deno.readDir(bundled))).map((entry) => entry.name).sort();
  const entries = await Promise.all(
    names.map(async (name) =>
      tarEntry({ name, mode: 0o644, contents: await Deno.readFile(`${bundled}/${name}`) })
    ),
  );
  return await gzip(concatenate([...entries, END_OF_ARCHIVE]));
}

/** The path of the target's Deno, in the version that runs this: this one itself, or the one that npm has. */
async function denoBinary(target: string): Promise<string> {
  if (target === Deno.build.target) return Deno.execPath();
  const name = DENO_PACKAGES[target] ?? fail(`No Deno is known for ${target}`);
  const directory = `${REPOSITORY}/.cache/runtime/${Deno.version.deno}-${target}`;
  const binary = `${directory}/package/deno`;
  if (await Deno.stat(binary).catch(() => undefined)) return binary;
  await Deno.mkdir(directory, { recursive: true });
  const archive = await output(
    ["npm", "pack", "--silent", "--pack-destination", directory, `${name}@${Deno.version.deno}`],
  );
  await output(["tar", "-xzf", `${directory}/${archive}`, "-C", directory, "package/deno"]);
  await Deno.remove(`${directory}/${archive}`);
  return binary;
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Sixteen hexadecimal digits that stand for these bytes. */
async function contentId(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 16);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
