/** What real restics printed, and how they ended. */

const HERE = new URL("../../fixtures/restic/", import.meta.url);

/** The releases of Debian 12 and 13. */
export const RELEASES = ["0.14", "0.18"] as const;

export type Release = (typeof RELEASES)[number];

export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Returns one recorded run. */
export function printed(release: Release, name: string): Printed {
  const directory = new URL(`${release}/`, HERE);
  const code = new RegExp(`^${name} (\\d+)$`, "m").exec(Deno.readTextFileSync(new URL("codes", directory)))
    ?.[1];
  if (code === undefined) throw new Error(`${release}/codes does not name ${name}`);
  return {
    code: Number(code),
    stdout: Deno.readTextFileSync(new URL(`${name}.stdout`, directory)),
    stderr: Deno.readTextFileSync(new URL(`${name}.stderr`, directory)),
  };
}

export function versionText(release: Release): string {
  return Deno.readTextFileSync(new URL(`${release}/version.stdout`, HERE));
}
