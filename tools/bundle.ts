/**
 * Bundles the program into files that lie side by side: main.js, which answers `ppm version` out of itself, because one more file costs
 * a third of a millisecond; cli.js and its chunks, of which a start loads only what it runs; and worker.js, one file, because a worker
 * without permissions may load no other. The bundler rewrites no worker's URL: the program looks for worker.js beside itself.
 */

import type { DenoConfig } from "./build.ts";
import { fail, output, REPOSITORY } from "./run.ts";
import { verbShapes } from "./verb_shapes.ts";

/** What `ppm version` says of an executable, in the place of src/build_info.json, which is the checkout's own. */
export interface BuildInfo {
  readonly version: string;
  readonly commit: string;
  readonly built: "deno compile" | "self-extracting";
}

/** Given deno.json and what to say of the build, returns the directory of the bundle. Equal sources give equal bytes. */
export async function bundle(config: DenoConfig, info: BuildInfo): Promise<string> {
  const build = `${REPOSITORY}/.cache/build`;
  const to = `${build}/bundle`;
  await Deno.remove(to, { recursive: true }).catch(() => {});
  await Deno.mkdir(to, { recursive: true });
  await Deno.writeTextFile(`${build}/build_info.json`, JSON.stringify(info));
  await Deno.writeTextFile(`${build}/verb_shapes.json`, JSON.stringify(await verbShapes()));
  await Deno.writeTextFile(`${build}/import_map.json`, JSON.stringify({ imports: importMap(config) }));
  const common = [
    ...[
      Deno.execPath(),
      "bundle",
      "-q",
      "--minify",
      "--keep-names",
      "--sourcemap=linked",
      "--platform",
      "browser",
    ],
    ...["--import-map", `${build}/import_map.json`],
  ];
  await output([...common, "--code-splitting", "--outdir", to, "src/cli.ts"]);
  await output([...common, "--external", "./cli.ts", "-o", `${to}/main.js`, "src/main.ts"]);
  await pointToBundledCli(`${to}/main.js`, info);
  await output([...common, "-o", `${to}/worker.js`, "src/definition/worker.ts"]);
  for await (const { name } of Deno.readDir(to)) {
    if (name.endsWith(".map")) await shortenSourceMap(`${to}/${name}`);
  }
  return to;
}

/**
 * Lets main.js, bundled with cli.ts left out, load cli.js. Deno reads every file that an import names in so many words before it starts, also
 * those that a start never gets to: 2 ms for all of ppm. Beside a self-extracting main.js it is therefore named as an expression;
 * `deno compile` is to see the name, and embeds what it reads.
 */
async function pointToBundledCli(main: string, { built }: BuildInfo): Promise<void> {
  const parts = (await Deno.readTextFile(main)).split('import("./cli.ts")');
  if (parts.length !== 2) fail("src/main.ts is to load cli.ts once, when it is needed");
  const name = built === "self-extracting" ? '["./cli.js"][0]' : '"./cli.js"';
  await Deno.writeTextFile(main, parts.join(`import(${name})`));
}

/** deno.json's imports, and what only a build knows in the place of the checkout's files; paths are as seen from .cache/build/. */
function importMap(config: DenoConfig): Record<string, string> {
  const imports = Object.entries(config.imports).map((
    [name, target],
  ) => [name, target.replace(/^\.\//, "../../")]);
  return {
    ...Object.fromEntries(imports),
    "../../src/build_info.json": "./build_info.json",
    "../../src/completion/verb_shapes.json": "./verb_shapes.json",
  };
}

/** What a source map says of one file. */
interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly (string | null)[];
}

/** Names sources as a reader knows them ("src/main.ts", "npm/eta/4.6.0/…"), not by this machine's paths; leaves foreign text out. */
async function shortenSourceMap(file: string): Promise<void> {
  const map: SourceMap = JSON.parse(await Deno.readTextFile(file));
  const sources = map.sources.map((source) => shortSource(new URL(source, `file://${file}`).pathname));
  const sourcesContent = map.sourcesContent?.map((text, index) =>
    sources[index]?.startsWith("npm/") ? null : text
  );
  await Deno.writeTextFile(file, JSON.stringify({ ...map, sources, sourcesContent }));
}

/** Given the path of a bundled source, returns its path in the checkout or "npm/NAME/VERSION/PATH". */
export function shortSource(path: string): string {
  if (path.startsWith(`${REPOSITORY}/`)) return path.slice(REPOSITORY.length + 1);
  return path.replace(/^.*\/npm\/[^/]+\//, "npm/");
}
