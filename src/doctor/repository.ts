/** Whether backups can be made and read: the password, the repository that answers to it, and whose it is. */
import { isFuture } from "../backup/choose.ts";
import { refusal } from "../backup/claim.ts";
import { judgeClaims, readLineage } from "../backup/lineage.ts";
import { openRepository, passwordFault } from "../backup/open_repository.ts";
import { checkPin } from "../backup/pin.ts";
import { readRecord } from "../backup/record.ts";
import type { Snapshot } from "../backup/snapshot.ts";
import { identityOf, machineTag, readSnapshot } from "../backup/tags.ts";
import type { BackupConfig } from "../config/config.ts";
import { UserError } from "../errors.ts";
import { quote } from "../host/command_line.ts";
import { listSnapshots, redactRepository, type Repository } from "../host/restic/repository.ts";
import type { ReadSystem } from "../host/system.ts";
import type { Manifest } from "../plan/manifest.ts";
import { type Finding, findingsOf, guarded, notLookedAt } from "./finding.ts";
import { type Ground, userWord } from "./ground.ts";

/** How long the repository may take to answer: as long as `ppm backup` gives it before it stops anything. */
const ANSWER_MS = 60_000;

const WITHOUT = "Without it nothing is backed up, and after a fire nothing comes back.";

/** Looks at one after the other: what comes later can only be asked of what came before. */
export async function examineRepository(ground: Ground): Promise<readonly Finding[]> {
  const { system, manifest, config } = ground;
  if (manifest?.backup === null) return [];
  if (config === undefined) return [notLookedAt("repository", "there is no config.yml that names it")];
  if (config.backup === undefined) return manifest === undefined ? [] : [unnamed()];
  const password = examinePassword(ground, config.backup);
  if (password.state !== "good") return [password];
  if (system.which("restic") === undefined) {
    return [password, notLookedAt("repository", "restic is not there")];
  }
  const repository = openRepository(ground, config.backup);
  return [password, ...await guarded("repository", () => ask(ground, repository))];
}

function unnamed(): Finding {
  return findingsOf("repository").wrong('config.yml has no key "backup"', {
    why: `The application is one that is backed up. ${WITHOUT}`,
    advice: "Name the repository and its password file under backup: in config.yml",
  });
}

function examinePassword(ground: Ground, { passwordfile }: BackupConfig): Finding {
  const { system } = ground;
  const { good, wrong } = findingsOf("password-file");
  const fault = passwordFault(system.lstat(passwordfile), passwordfile, system.user);
  if (fault === undefined) return good(`${passwordfile} is ${system.user.name}'s alone`);
  const path = quote(passwordfile);
  const user = userWord(system);
  const details = {
    why: fault.kind === "open" ? "It opens every backup to whoever can read it." : WITHOUT,
  };
  switch (fault.kind) {
    case "open":
      return wrong(fault.message, { ...details, mend: [`chmod 600 ${path}`] });
    case "foreign":
      return wrong(fault.message, {
        ...details,
        rootSteps: [{
          command: `chown ${user} ${path} && chmod 600 ${path}`,
          reason: `ppm believes only a password file that is ${user}'s alone`,
          undo: "nothing needs it as it was",
        }],
      });
    case "missing":
    case "no-file":
      return wrong(fault.message, { ...details, advice: fault.hint });
  }
}

async function ask(ground: Ground, repository: Repository<ReadSystem>): Promise<readonly Finding[]> {
  const { manifest, nowMs } = ground;
  const { good, wrong, note } = findingsOf("repository");
  const location = redactRepository(repository.access.repository);
  let snapshots: readonly Snapshot[];
  try {
    snapshots = (await listSnapshots(repository, { timeoutMs: ANSWER_MS })).map(readSnapshot);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [wrong(error.message, { why: WITHOUT, advice: error.hint ?? "" })];
  }
  const ahead = snapshots.find((snapshot) => isFuture(snapshot, nowMs));
  return [
    good(`${location} answers`),
    ...ahead === undefined ? [] : [
      note(`the snapshot ${ahead.id.slice(0, 8)} is dated ${new Date(ahead.timeMs).toISOString()}`, {
        why:
          "Whoever made it had a clock that was wrong, or this one's is: it is not restored unless it is named.",
      }),
    ],
    ...manifest === undefined ? [] : [await examineClaim(ground, repository, { manifest, snapshots })],
  ];
}

/** Whether it is the repository that this server wrote to, and this server the one that may. */
async function examineClaim(
  { system, fence }: Ground,
  repository: Repository<ReadSystem>,
  { manifest, snapshots }: { readonly manifest: Manifest; readonly snapshots: readonly Snapshot[] },
): Promise<Finding> {
  const { good, wrong, note } = findingsOf("claim");
  const why = "Two servers that write to the same backups take the one's data for the other's.";
  try {
    const identity = await identityOf(manifest);
    const lineage = readLineage(system);
    if (lineage?.repository) {
      await checkPin(repository, lineage.repository, { snapshots, mine: readRecord(system).mine });
    }
    const own = snapshots.filter((snapshot) => snapshot.identity.instance === identity.instance);
    const verdict = judgeClaims(lineage, own, await machineTag(system));
    if (verdict.kind === "foreign" && verdict.why !== "forgotten" && fence !== undefined) {
      return note(`another server has the backups of "${identity.instance}" now`, {
        why: "The application is fenced here, and can have moved there.",
        mend: ["ppm remove"],
      });
    }
    if (verdict.kind === "foreign") throw refusal(identity, verdict, lineage);
    if (verdict.kind === "ours") return good(`the backups of "${identity.instance}" are this server's`);
    return note(`this server has not claimed the backups of "${identity.instance}" yet`, {
      why: "A first backup does.",
      mend: ["ppm backup"],
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return wrong(error.message, { why, advice: error.hint ?? "" });
  }
}
