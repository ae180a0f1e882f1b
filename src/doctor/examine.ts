/** Everything that must hold for the application of one user: all checks, side by side, each with its own findings. */
import { examineApplication } from "./application.ts";
import { examineClock } from "./clock.ts";
import { type Finding, guarded, isAmiss, notLookedAt } from "./finding.ts";
import { type Ground, type Patient, runsContainers, standOn } from "./ground.ts";
import { examinePorts, wantedPorts } from "./ports.ts";
import { examinePrograms } from "./programs.ts";
import { examineRepository } from "./repository.ts";
import { examineOwnPublication } from "./published.ts";
import { lookAtServerUnits } from "./server_units.ts";
import { examineNetworkOnline, examineSession, examineShell, type SessionLook } from "./session.ts";
import { examineSpace } from "./space.ts";
import { examineStateDirectory } from "./state_directory.ts";
import { examineSubordinateIds } from "./subordinate_ids.ts";

/**
 * Looks at everything, in an order in which what root installs comes before what needs it. Nothing waits without a limit: programs are
 * asked for 15 s, the repository for a minute.
 */
export async function examine(patient: Patient): Promise<readonly Finding[]> {
  const { ground, findings } = standOn(patient);
  const { system, output, manifest } = ground;
  const server = lookAtServerUnits(system);
  server.catch(() => {}); // whoever needs it says what came of it
  const session = examineSession(ground);
  const state = guarded(
    "state-directory",
    () => examineStateDirectory(system, ground.statedirectory, system.user),
  );
  output.progress("Looking at this server and the repository");
  const looks = await Promise.all([
    guarded("programs", () => examinePrograms(ground)),
    guarded("lingering", async () => (await session).findings),
    examineShell(ground),
    examineNetworkOnline(ground, server),
    guarded(
      "subordinate-ids",
      () => examineSubordinateIds(system, system.user, runsContainers(ground)),
    ),
    guarded("ports", () => examinePorts(system, manifest === undefined ? [] : wantedPorts(manifest))),
    findings,
    state,
    guarded("published", async () => await examinePublished(ground, await state)),
    guarded("space", () => examineSpace(ground)),
    guarded("clock", () => examineClock(ground, server)),
    guarded("repository", () => examineRepository(ground)),
    guarded("units", async () => await examineSetUp(ground, await session, await state)),
  ]);
  output.endProgress();
  return looks.flat();
}

/** In a directory that is not as it should be, others may have written. */
async function examinePublished(
  { system, manifest, fence, statedirectory }: Ground,
  state: readonly Finding[],
): Promise<readonly Finding[]> {
  if (manifest === undefined || fence !== undefined || state.some(isAmiss)) return [];
  return await examineOwnPublication(system, statedirectory, system.user.name);
}

async function examineSetUp(
  ground: Ground,
  { answers }: SessionLook,
  state: readonly Finding[],
): Promise<readonly Finding[]> {
  const { manifest, fence } = ground;
  if (manifest === undefined || fence !== undefined) return [];
  if (!answers) return [notLookedAt("units", `the systemd of ${ground.system.user.name} does not answer`)];
  return await examineApplication(ground, manifest, { isPublishable: !state.some(isAmiss) });
}
