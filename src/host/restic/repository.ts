/** What ppm does with a restic repository. Everything that looks takes no lock and works on a machine that is only looked at. */
import type { ReadSystem, System } from "../system.ts";
import type { Repository } from "./access.ts";
import type { Progress, ResticSnapshot, TreeEntry } from "./messages.ts";
import type { ResticVersion } from "./outcome.ts";
export type { Repository, ResticAccess } from "./access.ts";

export interface PassOptions {
  readonly paths: readonly string[];
  readonly excludes: readonly string[];
  readonly host: string;
  readonly tags: readonly string[];
  /** A snapshot's id; none: everything is read anew. */
  readonly parent?: string | undefined;
}
export interface PassResult {
  /** As restic prints it: short (8 digits) before 0.15. */
  readonly snapshot: string | null;
  readonly incomplete: boolean;
  readonly entries: number;
  readonly bytes: number;
  readonly addedBytes: number;
  readonly complaints: readonly string[];
}
export interface ResticWatch {
  onProgress?(progress: Progress): void;
  readonly signal?: AbortSignal;
}
/** restic's words and meaning. */
export interface KeepRule {
  readonly hourly: number;
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  readonly yearly: number;
}
export interface ForgetPlan {
  readonly keep: readonly string[];
  readonly remove: readonly string[];
}

export function resticVersion(_system: ReadSystem): Promise<ResticVersion> {
  throw new Error("not yet");
}
export function repositoryId(_r: Repository<ReadSystem>): Promise<string> {
  throw new Error("not yet");
}
export function listSnapshots(
  _r: Repository<ReadSystem>,
  _options: { instance?: string; tags?: readonly string[]; timeoutMs?: number } = {},
): Promise<readonly ResticSnapshot[]> {
  throw new Error("not yet");
}
export function backUp(
  _r: Repository<System>,
  _pass: PassOptions,
  _watch: ResticWatch = {},
): Promise<PassResult> {
  throw new Error("not yet");
}
export function restoreSnapshot(
  _r: Repository<System>,
  _id: string,
  _target: string,
  _watch: ResticWatch = {},
): Promise<void> {
  throw new Error("not yet");
}
export function listFiles(
  _r: Repository<ReadSystem>,
  _id: string,
  _onEntry: (entry: TreeEntry) => void,
): Promise<void> {
  throw new Error("not yet");
}
export function tagSnapshot(
  _r: Repository<System>,
  _id: string,
  _tags: { add?: readonly string[]; remove?: readonly string[] },
): Promise<void> {
  throw new Error("not yet");
}
export function planForget(
  _r: Repository<ReadSystem>,
  _options: { instance: string; tags: readonly string[]; keep: KeepRule },
): Promise<ForgetPlan> {
  throw new Error("not yet");
}
export function forgetSnapshots(_r: Repository<System>, _ids: readonly string[]): Promise<void> {
  throw new Error("not yet");
}
export function prune(_r: Repository<System>): Promise<void> {
  throw new Error("not yet");
}
export function checkRepository(
  _r: Repository<System>,
  _options: { subset?: { part: number; of: number } } = {},
): Promise<void> {
  throw new Error("not yet");
}
export function unlockStale(_r: Repository<System>): Promise<void> {
  throw new Error("not yet");
}
