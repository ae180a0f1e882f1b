/** Whether another server has taken over the application that is fenced here. */
import type { Hands } from "../apply/hands.ts";
import { type ClaimQuestion, type Foreign, lookAtClaims, rivalWords } from "../backup/claim.ts";
import { isOf } from "../backup/choose.ts";
import type { Fence } from "../backup/fence.ts";
import { openRepository } from "../backup/open_repository.ts";
import { believed } from "../backup/open_verdict.ts";
import { askRepository } from "../backup/probe.ts";
import { identityOf } from "../backup/tags.ts";
import type { BackupConfig } from "../config/config.ts";
import type { ReadSystem } from "../host/system.ts";
import type { Manifest } from "../plan/manifest.ts";

/** What another server's claim says. */
export interface Elsewhere {
  readonly claim: Foreign;
  /** Who has claimed the backups, and when. */
  readonly words: string;
  /** A good snapshot that this server's data is in, or that the other one has made since; undefined where the repository holds none. */
  readonly snapshot: string | undefined;
}

/** Asks the repository; undefined: the backups are this server's. Throws where it does not answer: that is no answer. */
export async function claimedElsewhere(
  hands: Hands<ReadSystem>,
  manifest: Manifest,
  { backup, fence }: { readonly backup: BackupConfig; readonly fence: Fence },
): Promise<Elsewhere | undefined> {
  const identity = await identityOf(manifest);
  const repository = openRepository(hands, backup);
  hands.output.progress("Asking the repository");
  const snapshots = await askRepository(repository, identity);
  hands.output.endProgress();
  const question: ClaimQuestion = { repository, identity, snapshots };
  const { verdict, lineage } = await lookAtClaims(question);
  if (verdict.kind !== "foreign") return undefined;
  const good = believed(hands.system, snapshots).filter((each) =>
    each.kind === "good" && isOf(each, identity)
  );
  const holdsIt = good.find(({ id, lineage }) =>
    (fence.snapshot !== null && id.startsWith(fence.snapshot)) || lineage === verdict.by.lineage
  );
  return { claim: verdict, words: rivalWords(verdict, lineage), snapshot: holdsIt?.id };
}
