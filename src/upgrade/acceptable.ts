/** Whether what the remote has now may be used at all: asked before anything of it is rendered. */
import type { Hands } from "../apply/hands.ts";
import { isAncestor, requireDescendant } from "../definition/commits.ts";
import type { DefinitionPlace } from "../definition/clone.ts";
import type { Fetched } from "../definition/fetch.ts";
import { requireSignature } from "../definition/signature.ts";
import { UserError } from "../errors.ts";
import type { ReadSystem } from "../host/system.ts";
import type { Manifest } from "../plan/manifest.ts";
import { type Quarantined, quarantined, type Upgrades } from "./upgrades.ts";

/** What was fetched, for whom. */
export interface Offer {
  readonly fetched: Fetched;
  readonly place: DefinitionPlace & { readonly allowedsigners: string | undefined };
  readonly manifest: Manifest;
  readonly upgrades: Upgrades;
}

/**
 * Throws, to exit with 4, unless the new commit descends from the one that was accepted last, and, where config.yml names allowed signers, it and all
 * that came since bear a signature by one of them. Another revision in config.yml, or the full id of that very commit, is the
 * administrator's own leap: what it leaves may be anywhere in history.
 */
export async function requireAcceptable({ system }: Hands<ReadSystem>, offer: Offer): Promise<void> {
  const { place, manifest, upgrades } = offer;
  const { clone, tag, name } = offer.fetched;
  const { directory, commit } = clone;
  const accepted = upgrades.accepted?.commit ?? manifest.source.commit;
  const isNamed = upgrades.accepted !== null && upgrades.accepted.revision !== (place.revision ?? null);
  const isLeap = isNamed || place.revision === commit;
  if (!isLeap) await requireDescendant(system, { directory, accepted, commit, name });
  if (place.allowedsigners === undefined) return;
  const since = !isLeap || await isAncestor(system, directory, accepted, commit) ? accepted : undefined;
  await requireSignature(system, { directory, commit, tag, since }, place.allowedsigners);
}

/**
 * Returns why the timer is to leave the new commit alone, if it is; `retry` is the commit that an administrator wants to have tried once
 * more, or its beginning. Throws where that is another one than what the remote has.
 */
export function leftAlone({ fetched, upgrades }: Offer, retry: string | undefined): Quarantined | undefined {
  const { commit } = fetched.clone;
  if (retry === undefined) return quarantined(upgrades, commit);
  if (/^[0-9a-f]{4,}$/i.test(retry) && commit.startsWith(retry.toLowerCase())) return undefined;
  throw new UserError(`Cannot try "${retry}" again: ${fetched.name} is at ${commit.slice(0, 12)}`, {
    exit: "usage",
    hint: `To have that commit tried: ppm upgrade --apply --retry ${commit.slice(0, 12)}`,
  });
}
