/** What must hold of a server from which an application was removed. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Notes } from "./backup_support.ts";

/** What `ppm remove` leaves of `.ppm/`. */
const KEPT = ["RECOVER.md", "key", "lineage.json", "secrets.yml"];

/** Sees that nothing of it is left but the data and what belongs to it, or nothing at all; `aside`: copies of edited files are left too. */
export async function isRemoved(
  notes: Notes,
  { data, aside = false }: { readonly data: boolean; readonly aside?: boolean },
): Promise<void> {
  const lines = async (script: string) =>
    (await notes.pet.run(["sh", "-c", `cd; ${script}`], { check: false })).stdout.split("\n").filter(Boolean);
  const overwritten = aside ? ["overwritten"] : [];
  deepStrictEqual(
    (await lines("ls -A .ppm 2>/dev/null")).sort(),
    [...data ? KEPT : [], ...overwritten].sort(),
  );
  strictEqual(await notes.exists("data"), data, "data/");
  const names = "'notes.*' 'ppm-*'";
  deepStrictEqual(await lines(`systemctl --user list-unit-files --no-legend ${names}`), []);
  deepStrictEqual(await lines(`systemctl --user list-units --all --no-legend ${names}`), []);
  deepStrictEqual(await lines("find .config ! -type d | grep -E 'notes[.]|ppm|token'"), []);
  const entry = `/var/lib/ppm/state/${notes.pet.user}`;
  deepStrictEqual(await lines(`ls -A ${entry}`), [], "what it told its neighbours");
  const listed = JSON.parse((await notes.server.run(["ppm", "list", "--json"])).stdout);
  deepStrictEqual(listed.applications, []);
}

/** Sees that the application stands as if nobody had asked for its removal. */
export async function isWhole(notes: Notes): Promise<void> {
  strictEqual(await notes.up(30), true, "what ran runs again");
  strictEqual(await notes.exists(".ppm/fence.json"), false, "a fence");
  strictEqual(await notes.exists(".ppm/hold"), false, "a hold");
  const setup = JSON.parse((await notes.done("setup", "--dry-run", "--json")).stdout);
  deepStrictEqual(setup.actions, []);
}
