import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { type ExitName, UserError } from "../../src/errors.ts";
import { Output } from "../../src/ui/output.ts";
import { leftAlone, type Offer, requireAcceptable } from "../../src/upgrade/acceptable.ts";
import { FakeGit } from "../support/fake_git.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { aManifest } from "../support/manifest.ts";
import { FakeClock, MemorySink } from "../support/terminal.ts";

const [ONE, TWO, THREE] = ["1".repeat(40), "2".repeat(40), "3".repeat(40)] as const;
const STRANGE = "4".repeat(40);
const SIGNERS = "/etc/ppm/signers";

interface Scene {
  /** What the remote has now. @default {THREE} */
  readonly commit?: string;
  /** What was accepted last, and as which revision; null: nothing since the setup. */
  readonly accepted?: Offer["upgrades"]["accepted"];
  /** What config.yml names now. */
  readonly revision?: string;
  readonly allowedsigners?: string;
  readonly signed?: boolean;
}

/** A clone with the history 1, 2, 3, of which the setup has used 1. */
function aScene({ commit = THREE, accepted = null, revision, allowedsigners, signed = true }: Scene) {
  const git = new FakeGit([ONE, TWO, THREE]);
  git.signed = signed;
  const system = new FakeSystem({ files: { [SIGNERS]: "" } }).program("git", git.run);
  const offer: Offer = {
    fetched: {
      clone: { directory: "/clone", commit, repository: "r", isNew: false, warnings: [] },
      tag: null,
      name: "the branch main",
    },
    place: { repository: "r", revision, directory: ".", allowedsigners },
    manifest: aManifest({ source: { repository: "r", directory: ".", commit: ONE } }),
    upgrades: { version: 1, accepted, quarantine: [], upgraded: null },
  };
  const output = new Output({ stdout: new MemorySink(), stderr: new MemorySink() });
  return { system, offer, ask: () => requireAcceptable({ system, clock: new FakeClock(), output }, offer) };
}

async function refused(scene: Scene, message: RegExp): Promise<void> {
  await rejects(aScene(scene).ask(), (error) => {
    ok(error instanceof UserError, String(error));
    deepStrictEqual([error.exit, message.test(error.message)], ["invalid", true], error.message);
    return true;
  });
}

/** From where on signatures were asked for; `none`: of the tip alone; undefined: not at all. */
async function signedSince(scene: Scene): Promise<string | undefined> {
  const { system, ask } = aScene({ ...scene, allowedsigners: SIGNERS });
  await ask();
  const since = system.commands.find((line) => line.includes(" rev-list "))?.replace(/.*\^(.).*/, "$1");
  return since ?? (system.commands.some((line) => line.includes("verify-commit")) ? "none" : undefined);
}

Deno.test("requireAcceptable() wants a descendant of what the setup has used, and then of what was accepted last", async () => {
  await aScene({}).ask();
  await aScene({ accepted: { commit: TWO, revision: null } }).ask();
  await aScene({ accepted: { commit: THREE, revision: null } }).ask();
  await refused({ commit: STRANGE }, /^Cannot follow the branch main to the commit 444444444444: /);
  await refused({ commit: TWO, accepted: { commit: THREE, revision: null } }, /it was set back/);
});

Deno.test("requireAcceptable() lets an administrator leap anywhere by naming another revision, or that very commit, and only then", async () => {
  await aScene({ commit: STRANGE, accepted: { commit: TWO, revision: null }, revision: STRANGE }).ask();
  await aScene({ commit: STRANGE, accepted: { commit: TWO, revision: "main" } }).ask();
  await refused(
    { commit: STRANGE, accepted: { commit: TWO, revision: "main" }, revision: "main" },
    /Cannot follow/,
  );
  await aScene({ commit: STRANGE, revision: STRANGE }).ask();
  await refused({ commit: STRANGE, revision: "v2" }, /Cannot follow/);
});

Deno.test("requireAcceptable() asks for signatures only where config.yml names who may sign", async () => {
  const { system, ask } = aScene({ signed: false });
  await ask();
  ok(!system.commands.some((line) => line.includes("verify-commit")));
  await refused({ signed: false, allowedsigners: SIGNERS }, /no key in \/etc\/ppm\/signers has signed it/);
});

Deno.test("requireAcceptable() wants all signed that came since, also after a leap that stays in one history", async () => {
  strictEqual(await signedSince({}), "1");
  strictEqual(await signedSince({ accepted: { commit: TWO, revision: null } }), "2");
  strictEqual(await signedSince({ accepted: { commit: TWO, revision: null }, revision: "v3" }), "2");
  const leap = { commit: TWO, accepted: { commit: THREE, revision: null }, revision: TWO };
  strictEqual(await signedSince(leap), "none", "of what is behind or beside, the tip");
});

Deno.test("requireAcceptable() looks at the history before it looks at signatures", async () => {
  await refused({ commit: STRANGE, signed: false, allowedsigners: SIGNERS }, /Cannot follow/);
});

const TIRED = { commit: THREE, time: "2026-01-02T03:04:05.000Z", why: "it failed" };

function offered(quarantine: Offer["upgrades"]["quarantine"]): Offer {
  const { offer } = aScene({});
  return { ...offer, upgrades: { ...offer.upgrades, quarantine } };
}

Deno.test("leftAlone() knows the commit that has failed, and no other one", () => {
  strictEqual(leftAlone(offered([{ ...TIRED, commit: TWO }]), undefined), undefined);
  strictEqual(leftAlone(offered([{ ...TIRED, commit: TWO }, TIRED]), undefined), TIRED);
});

Deno.test("leftAlone() lets an administrator name the commit that is to be tried again, in full or in part", () => {
  for (const retry of [THREE, "3333"]) strictEqual(leftAlone(offered([TIRED]), retry), undefined);
  const capital = "ABCD";
  const { offer } = aScene({ commit: "abcd".padEnd(40, "0") });
  strictEqual(leftAlone(offer, capital), undefined);
});

for (const retry of ["333", "2222", "main", "", "3333x", `${THREE}3`]) {
  Deno.test(`leftAlone() says what the remote has where "${retry}" is to be tried again`, () => {
    throws(() => leftAlone(offered([TIRED]), retry), (error) => {
      ok(error instanceof UserError);
      const exit: ExitName = "usage";
      deepStrictEqual([error.message, error.exit], [
        `Cannot try "${retry}" again: the branch main is at 333333333333`,
        exit,
      ]);
      match(error.hint ?? "", /ppm upgrade --apply --retry 333333333333$/);
      return true;
    });
  });
}
