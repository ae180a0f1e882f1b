/** What a removal stands on: why nothing is lost by it. Where nothing says so, it is refused. */
import type { Hands } from "../apply/hands.ts";
import { type Fence, readFence } from "../backup/fence.ts";
import type { BackupConfig } from "../config/config.ts";
import { UserError } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import { DATA_DIRECTORY } from "../layout.ts";
import type { Manifest } from "../plan/manifest.ts";
import { claimedElsewhere } from "./claimed_elsewhere.ts";

/** What is asked for. */
export interface RemovalRequest {
  readonly data: boolean;
  readonly withoutBackup: boolean;
  /** Reads where the backups go; throws where config.yml does not say. */
  readonly backupConfig: () => BackupConfig;
}

/** Why nothing is lost. */
export type Ground =
  /** A removal is under way, which had its ground. */
  | { readonly kind: "begun"; readonly fence: Fence }
  /** It is fenced, and another server has its data and its claim. */
  | {
    readonly kind: "elsewhere";
    readonly fence: Fence;
    readonly words: string;
    readonly snapshot: string;
  }
  /** A last backup is to be made and proven. */
  | { readonly kind: "save"; readonly backup: BackupConfig }
  /** Nothing is to be saved: `why` says so. */
  | { readonly kind: "bare"; readonly fence: Fence | undefined; readonly why: string };

/** Returns the ground; undefined where there is nothing to remove. Throws (exit code 8) where going on could lose data. Changes nothing. */
export async function chooseGround(
  hands: Hands<ReadSystem>,
  manifest: Manifest | undefined,
  request: RemovalRequest,
): Promise<Ground | undefined> {
  const fence = readFence(hands.system);
  if (fence?.purpose === "remove") return begun(fence, request);
  const { data, withoutBackup } = request;
  if (manifest === undefined) return withoutApplication(hands.system, fence, request);
  if (withoutBackup) return { kind: "bare", fence, why: "--without-backup" };
  if (manifest.backup === null) {
    if (data) throw notSaved(manifest);
    return { kind: "bare", fence, why: "the definition says that there is nothing to back up" };
  }
  try {
    const backup = request.backupConfig();
    const elsewhere = fence && await claimedElsewhere(hands, manifest, { backup, fence });
    if (fence === undefined || elsewhere === undefined) return { kind: "save", backup };
    const { words, snapshot, claim } = elsewhere;
    if (snapshot !== undefined && claim.why === "higher") {
      return { kind: "elsewhere", fence, words, snapshot };
    }
    throw new UserError(
      claim.why === "higher"
        ? `${capital(words)}, and the repository holds no good snapshot of it`
        : capital(words),
      { exit: "refused" },
    );
  } catch (error) {
    throw unproven(manifest, error);
  }
}

/** Returns what to tell where nothing proves that the data is safe: exit code 8, and how to remove it all the same. */
export function unproven({ app }: Manifest, error: unknown): unknown {
  if (!(error instanceof UserError) || error.exit === "locked" || error.exit === "usage") return error;
  const refusal = `Cannot remove "${app.name}"`;
  const message = error.message.startsWith("Cannot remove ")
    ? error.message
    : `${refusal} without a proven backup. ${error.message}`;
  const hint = [
    ...error.hint === undefined ? [] : [error.hint],
    "To remove it without a last backup: ppm remove --without-backup",
  ];
  return new UserError(message, { exit: "refused", hint: hint.join("\n"), cause: error });
}

/** What was begun without a backup may take data only where somebody says so now. */
function begun(fence: Fence, { data, withoutBackup }: RemovalRequest): Ground {
  if (!data || fence.data || fence.snapshot !== null || withoutBackup) {
    return { kind: "begun", fence: { ...fence, data: fence.data || data } };
  }
  throw new UserError("Cannot remove data/: the removal was begun without a backup of it", {
    exit: "refused",
    hint:
      "Finish it, and keep data/: ppm remove\nTo remove data/ as it is: ppm remove --data --without-backup",
  });
}

function withoutApplication(
  system: ReadSystem,
  fence: Fence | undefined,
  { data, withoutBackup }: RemovalRequest,
): Ground | undefined {
  const stands = system.lstat(`${system.user.home}/${DATA_DIRECTORY}`) !== undefined;
  if (fence === undefined && !(data && stands)) return undefined;
  if (!data || !stands || withoutBackup) return { kind: "bare", fence, why: "nothing is set up here" };
  throw new UserError("Cannot remove data/: nothing is set up, so nobody can back it up", {
    exit: "refused",
    hint:
      "To save it first: ppm setup && ppm remove --data\nTo remove it as it is: ppm remove --data --without-backup",
  });
}

function notSaved({ app }: Manifest): UserError {
  return new UserError(
    `Cannot remove the data of "${app.name}": its definition has no backups (backups_none), so no snapshot holds it`,
    {
      exit: "refused",
      hint: "To keep data/: ppm remove\nTo remove it all the same: ppm remove --data --without-backup",
    },
  );
}

function capital(text: string): string {
  return text.replace(/^./, (letter) => letter.toUpperCase());
}
