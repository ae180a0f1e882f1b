/** Applies a plan: one handler per kind of action. Decides nothing; whatever stops it, the next run finishes the job. */
import { runSystemctl, systemctl } from "../host/systemd.ts";
import type { System } from "../host/system.ts";
import { temporaryPath } from "../host/durable_file.ts";
import { CLONE_DIRECTORY, NEW_CLONE_DIRECTORY, parents } from "../layout.ts";
import type { Action } from "../plan/actions.ts";
import { checkInvariants } from "../plan/invariants.ts";
import { writeGeneration, writeManifest } from "./generations.ts";
import { forgetOldest } from "./prune_generations.ts";
import { finalManifest, type ManifestInput, pendingManifest } from "./make_manifest.ts";

/** What happens to an action while a plan is applied. */
export type Report = (action: Action) => void;

/** Applies the plan in `input` from its first action to its last; `report` hears of each before it happens. */
export async function apply(system: System, input: ManifestInput, report: Report): Promise<void> {
  checkInvariants(input.plan);
  if (input.plan.actions.length === 0) return;
  for (const path of Object.keys(input.previous?.pending ?? {})) {
    system.removeFile(temporaryPath(`${system.user.home}/${path}`)); // half written by a run that was killed
  }
  writeManifest(system, pendingManifest(input));
  for (const action of input.plan.actions) {
    report(action);
    await (action.kind === "record-generation" ? record(system, action, input) : carryOut(system, action));
  }
}

/** Everything that an action can be but the record of the whole plan. */
export type Deed = Exclude<Action, { readonly kind: "record-generation" }>;

/** Does one thing. */
export async function carryOut(system: System, deed: Deed): Promise<void> {
  await HANDLERS[deed.kind](system, deed as never);
}

async function record(
  system: System,
  { isNew }: Extract<Action, { readonly kind: "record-generation" }>,
  input: ManifestInput,
): Promise<void> {
  const manifest = await finalManifest(system, input);
  if (isNew) writeGeneration(system, manifest, input);
  writeManifest(system, manifest);
  forgetOldest(system, [manifest.generation, input.previous?.generation]);
}

type Handler<K extends Deed["kind"]> = (
  system: System,
  action: Extract<Action, { kind: K }>,
) => void | Promise<unknown>;

const HANDLERS: { readonly [K in Deed["kind"]]: Handler<K> } = {
  "adopt-clone": (system) => system.rename(at(system, NEW_CLONE_DIRECTORY), at(system, CLONE_DIRECTORY)),
  "write-secrets": (system, { files }) =>
    files.forEach((file) => system.writeFile(at(system, file.path), file.content, 0o600)),
  "stop-units": (system, { units }) => runSystemctl(system, systemctl("stop", units)),
  "disable-units": (system, { units }) => runSystemctl(system, systemctl("disable", units)),
  "keep-aside": (system, { to, content }) => {
    for (const directory of parents(to)) system.makeDirectory(at(system, directory), 0o700);
    system.writeFile(at(system, to), content, 0o600);
  },
  "make-directory": (system, { path }) => system.makeDirectory(at(system, path), 0o755),
  "write-file": (system, { path, content, mode }) => system.writeFile(at(system, path), content, mode),
  "set-mode": (system, { path, mode }) => system.setMode(at(system, path), mode),
  "remove-file": (system, { path }) => system.removeFile(at(system, path)),
  "remove-directory": (system, { path }) => void system.removeEmptyDirectory(at(system, path)),
  "reload-manager": (system) => runSystemctl(system, systemctl("daemon-reload", [])),
  "enable-units": (system, { units }) => runSystemctl(system, systemctl("enable", units)),
  // What runs is to read its new file, and what does not run starts.
  "start-units": (system, { units }) => runSystemctl(system, systemctl("restart", units)),
  "publish-state": (system, { path, content, tells }) => {
    system.writeFile(path, content, 0o644);
    // One watch on the state directory hears of all applications, but only of what happens to the directories in it.
    if (tells) system.touch(path.slice(0, path.lastIndexOf("/")));
  },
};

function at(system: System, path: string): string {
  return `${system.user.home}/${path}`;
}
