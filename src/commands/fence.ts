/** `ppm backup --fence`: the last backup before the application moves to another server. */
import { withLock } from "../apply/lock.ts";
import { type Fence, fenceWords, readFence } from "../backup/fence.ts";
import { requireBackupConfig } from "../backup/open_repository.ts";
import { type BackupRequest, leaveRequest } from "../backup/request.ts";
import { type ExitName, UserError } from "../errors.ts";
import { requireManifest } from "../plan/read_manifest.ts";
import { raiseFence } from "../remove/raise_fence.ts";
import { whileInterruptible } from "../upgrade/interruptible.ts";
import { settleInterrupted } from "../upgrade/interrupted.ts";
import type { Context } from "./command.ts";
import { checkedConfig } from "./plan_setup.ts";

/** Stops, saves, proves and holds; does nothing where that is done already. */
export async function fence(
  context: Context,
  { json, ...request }: BackupRequest & { readonly json: boolean },
): Promise<ExitName> {
  const { system, output, clock } = context;
  const onWait = (holder: string) => output.info(`Waiting for the lock: it is held by ${holder}`);
  const raised = await withLock(
    system,
    { verb: "backup --fence", clock, wait: true, onWait },
    () => whileInterruptible(context, "fencing", () => raise(context, request)),
  );
  if (json) output.json(raised);
  else if (raised.changed) {
    output.info(
      "Next, on the other server: ppm setup && ppm start. To stay here after all: ppm start --unfence",
    );
  } else output.info("Nothing to do: the application is fenced already");
  return "done";
}

/** A fence as `--json` prints it. */
interface Raised {
  readonly changed: boolean;
  /** RFC 3339. */
  readonly since: string;
  readonly snapshot: string | null;
}

async function raise(context: Context, request: BackupRequest): Promise<Raised> {
  const { system, clock } = context;
  await settleInterrupted(context);
  const standing = readFence(system);
  if (standing !== undefined) return { changed: false, ...inShort(movable(standing)) };
  const manifest = requireManifest(system);
  if (request.accept || request.takeOver) leaveRequest(system, request, clock.now());
  const configFile = context.configFile ?? manifest.config.file;
  const backup = manifest.backup === null
    ? undefined
    : requireBackupConfig(checkedConfig({ ...context, configFile }).config);
  return {
    changed: true,
    ...inShort(await raiseFence(context, { manifest, backup, purpose: "move", data: false })),
  };
}

function inShort({ time, snapshot }: Fence): Omit<Raised, "changed"> {
  return { since: time, snapshot };
}

function movable(fence: Fence): Fence {
  if (fence.purpose === "move") return fence;
  throw new UserError(`Cannot fence the application: it ${fenceWords(fence)}`, {
    exit: "refused",
    hint: "Go on with the removal: ppm remove",
  });
}
