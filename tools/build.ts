/**
 * Builds dist/: one executable for each target, the licences of what is in it, and the man page.
 *
 *     deno run -A tools/build.ts [--self-extracting]
 *
 * The program is bundled, then wrapped: by `deno compile`, or, where Deno's bare runtime for the target cannot be had, as a
 * self-extracting file around the whole Deno. Which of the two was made is said aloud, and again by `ppm version`.
 */

import { bundle } from "./bundle.ts";
import { licences } from "./licences.ts";
import { makeManPage } from "./man.ts";
import { attempt, DIST, fail, output, REPOSITORY } from "./run.ts";
import { selfExtracting } from "./self_extracting.ts";
import type { PermissionSet } from "./permissions.ts";

const TARGETS = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"];

/** What the build takes from deno.json. */
export interface DenoConfig {
  readonly version: string;
  readonly unstable?: readonly string[];
  readonly imports: Readonly<Record<string, string>>;
  readonly permissions: { readonly ppm: PermissionSet };
}

async function main(): Promise<void> {
  const config: DenoConfig = JSON.parse(await Deno.readTextFile(`${REPOSITORY}/deno.json`));
  const commit = await output(["git", "describe", "--always", "--dirty", "--abbrev=12"]);
  const info = { version: config.version, commit };
  await Deno.mkdir(DIST, { recursive: true });
  const bundled = await bundle(config, { ...info, built: "deno compile" });
  const missing: string[] = [];
  for (const target of TARGETS) {
    if (Deno.args.includes("--self-extracting") || !await compile(bundled, target)) missing.push(target);
    else console.log(`dist/ppm-${target}: made by deno compile`);
  }
  if (missing.length > 0) {
    const rebundled = await bundle(config, { ...info, built: "self-extracting" });
    for (const target of missing) {
      await selfExtracting(rebundled, { config, target, to: `${DIST}/ppm-${target}` });
      console.log(`dist/ppm-${target}: made as a SELF-EXTRACTING file`);
    }
  }
  await Deno.writeTextFile(`${DIST}/LICENCES.txt`, await licences(bundled));
  await Deno.writeTextFile(`${DIST}/ppm.1`, await makeManPage(config.version));
}

/**
 * Compiles the bundle for a target; false where only Deno's bare runtime is missing. That nothing else is wrong is proved by compiling
 * once more with the whole Deno in the runtime's place: if that fails too, the build fails with its message.
 */
async function compile(bundled: string, target: string): Promise<boolean> {
  const to = `${DIST}/ppm-${target}`;
  const argv = (file: string) => [
    ...[
      Deno.execPath(),
      "compile",
      "-q",
      "-P=ppm",
      "--no-prompt",
      "--no-remote",
      "--no-npm",
      "--cached-only",
    ],
    ...["--include", bundled, "--target", target, "-o", file, `${bundled}/main.js`],
  ];
  const trial = `${REPOSITORY}/.cache/build/trial`; // deno compile does not overwrite what it has not made
  const made = await attempt(argv(trial));
  if (made.success) {
    await Deno.rename(trial, to);
    return true;
  }
  const proof = await attempt(argv(trial), { DENORT_BIN: Deno.execPath() });
  if (!proof.success) fail(`deno compile failed:\n${proof.stderr}`);
  await Deno.remove(trial);
  const reason = made.stderr.split("\n").find((line) => line.includes("error sending request")) ??
    made.stderr;
  console.error(
    `Deno's bare runtime for ${target} cannot be had (DENORT_BIN may name a copy): ${reason.trim()}`,
  );
  return false;
}

if (import.meta.main) await main();
