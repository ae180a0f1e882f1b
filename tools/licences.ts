/** Collects the licences of what an executable holds: Deno, and each npm package that went into the bundle. */

import { fail, output } from "./run.ts";

/** Given the bundle's directory, returns the notices of Deno and of the packages that its source maps name. */
export async function licences(bundled: string): Promise<string> {
  const info: { readonly npmCache: string } = JSON.parse(await output([Deno.execPath(), "info", "--json"]));
  const notices = [`Deno ${Deno.version.deno}\n\n${DENO_LICENCE}`];
  for (const name of await bundledPackages(bundled)) {
    notices.push(`${name}\n\n${await licenceText(info.npmCache, name)}`);
  }
  return notices.join(`\n${"-".repeat(80)}\n\n`);
}

/** The packages in the bundle, as "eta/4.6.0" or "@noble/hashes/2.4.0", sorted. */
async function bundledPackages(bundled: string): Promise<string[]> {
  const packages = new Set<string>();
  for await (const { name } of Deno.readDir(bundled)) {
    if (!name.endsWith(".map")) continue;
    const map: { readonly sources: readonly string[] } = JSON.parse(
      await Deno.readTextFile(`${bundled}/${name}`),
    );
    for (const source of map.sources) {
      const found = /^npm\/((?:@[^/]+\/)?[^/]+\/[^/]+)\//.exec(source)?.[1];
      if (found !== undefined) packages.add(found);
    }
  }
  return [...packages].sort();
}

/** The text of a package's licence: its own file, or the common text that its package.json names. Without either it may not be shipped. */
async function licenceText(npmCache: string, name: string): Promise<string> {
  for await (const registry of Deno.readDir(npmCache)) {
    const directory = `${npmCache}/${registry.name}/${name}`;
    const files = await Array.fromAsync(Deno.readDir(directory)).catch(() => []);
    const file = files.find((entry) => /^licen[cs]e/i.test(entry.name));
    if (file !== undefined) return await Deno.readTextFile(`${directory}/${file.name}`);
    const common = await commonLicence(`${directory}/package.json`);
    if (common !== undefined) return common;
  }
  return fail(`Cannot find the licence of ${name} in ${npmCache}`);
}

/** The text in tools/licences/ that a package.json asks for, with the package's author. */
async function commonLicence(packageJson: string): Promise<string | undefined> {
  const { license, author }: {
    readonly license?: string;
    readonly author?: string | { readonly name?: string };
  } = JSON
    .parse(await Deno.readTextFile(packageJson).catch(() => "{}"));
  if (license === undefined) return undefined;
  const text = await Deno.readTextFile(new URL(`licences/${license}.txt`, import.meta.url)).catch(() =>
    undefined
  );
  const holder = typeof author === "string" ? author : author?.name ?? "the authors of the package";
  return text === undefined ? undefined : `Copyright ${holder}\n\n${text}`;
}

const DENO_LICENCE = `MIT License

Copyright 2018-2026 the Deno authors

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge,
publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so,
subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE
FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION
WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;
