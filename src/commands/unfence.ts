/** `ppm start --unfence`: the application stays on this server after all. */
import { withLock } from "../apply/lock.ts";
import { afterFence, type Fence, fenceWords, readFence } from "../backup/fence.ts";
import { requireBackupConfig } from "../backup/open_repository.ts";
import { UserError } from "../errors.ts";
import { requireManifest } from "../plan/read_manifest.ts";
import type { Manifest } from "../plan/manifest.ts";
import { claimedElsewhere } from "../remove/claimed_elsewhere.ts";
import { lowerFence } from "../remove/raise_fence.ts";
import { settleInterrupted } from "../upgrade/interrupted.ts";
import type { Context } from "./command.ts";
import { checkedConfig } from "./plan_setup.ts";

/**
 * Takes the fence away, if one stands. Throws (exit code 8) where the application is being removed, and where another server has claimed its backups since: it
 * may run there. A repository that does not answer is no leave to start.
 */
export async function unfenceHere(
  context: Context,
  { dryRun }: { readonly dryRun: boolean },
): Promise<void> {
  const { system, output, clock } = context;
  const standing = readFence(system);
  if (standing === undefined) return output.info("Nothing to take back: the application is not fenced");
  if (dryRun) return output.print(`take back the fence of ${standing.time}`);
  const onWait = (holder: string) => output.info(`Waiting for the lock: it is held by ${holder}`);
  await withLock(system, { verb: "start --unfence", clock, wait: true, onWait }, async () => {
    await settleInterrupted(context);
    const manifest = requireManifest(system);
    const fence = readFence(system);
    if (fence === undefined) return;
    if (fence.purpose === "remove") throw underWay(fence);
    if (manifest.backup !== null) await requireOurs(context, manifest, fence);
    await lowerFence(system, manifest);
    output.info(`The fence of ${fence.time} is taken back`);
  });
}

async function requireOurs(context: Context, manifest: Manifest, fence: Fence): Promise<void> {
  const configFile = context.configFile ?? manifest.config.file;
  const backup = requireBackupConfig(checkedConfig({ ...context, configFile }).config);
  const elsewhere = await claimedElsewhere(context, manifest, { backup, fence });
  if (elsewhere === undefined) return;
  throw new UserError(`Cannot start "${manifest.app.name}" here: ${elsewhere.words}`, {
    exit: "refused",
    hint: "If it lives there, take it away here: ppm remove\n" +
      "If it lives there no longer, bring its newest backup here: ppm remove --data && ppm setup && ppm start",
  });
}

function underWay(fence: Fence): UserError {
  return new UserError(`Cannot start the application: it ${fenceWords(fence)}`, {
    exit: "refused",
    hint: `Go on with the removal: ${afterFence(fence)}`,
  });
}
