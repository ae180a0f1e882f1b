/**
 * A restic that answers what no restic should, to one command of one verb of ppm's: never success, never data out of a doubt, never "bug in ppm",
 * and an end within bounded time.
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { civil, makeNotes, type Notes } from "./backup_support.ts";
import { sample } from "./sampling.ts";
import { bootServer, eachRelease } from "./server.ts";

/** What is answered to whom. */
interface Fake {
  /** The verb of ppm. */
  readonly verb: "setup" | "backup" | "snapshots" | "restore";
  /** restic's command that is answered. */
  readonly command: "snapshots" | "ls" | "restore" | "backup";
  readonly code: number;
  readonly output: "nothing" | "garbage" | "truncated JSON" | "endless";
}

const COMMANDS: Readonly<Record<Fake["verb"], readonly Fake["command"][]>> = {
  setup: ["snapshots", "ls", "restore"],
  backup: ["snapshots", "backup"],
  snapshots: ["snapshots"],
  restore: ["snapshots", "ls", "restore"],
};

/** 11 says that somebody else has locked the repository, which is waited for: see repository_locks_test.ts. */
const CODES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 130];

const PRINT: Readonly<Record<Fake["output"], string>> = {
  nothing: ":",
  garbage:
    "head -c 5000 /dev/urandom; echo; echo '{\"message_type\":\"summary\"}'; echo 'null'; echo '[[]]' ",
  "truncated JSON": `printf '[{"time":"2026-11-22T03:00:00Z","tree":"0123","paths":["/data"],"hostn'`,
  // No exit code follows it.
  endless: `while echo '{"message_type":"verbose_status","action":"new","item":"/data/x"}'; do :; done`,
};

/** Every command, exit code and output; an endless output has no exit code. */
const FAKES: readonly Fake[] = (Object.keys(COMMANDS) as Fake["verb"][]).flatMap((verb) =>
  COMMANDS[verb].flatMap((command) =>
    CODES.flatMap((code) =>
      (["nothing", "garbage", "truncated JSON", "endless"] as const)
        .filter((output) => output !== "endless" || code === 0)
        .map((output) => ({ verb, command, code, output }))
    )
  )
);

/** Returns the script. restic's command is the first of its commands' names among the arguments. */
function fakeRestic(fake: Fake): string {
  return `#!/bin/sh
for word; do case $word in
  ${fake.command}) ${PRINT[fake.output]}; exit ${fake.code} ;;
  snapshots | ls | restore | backup | cat | check | forget | tag | unlock | prune | version | init | stats | key | list) break ;;
esac; done
exec /usr/bin/restic "$@"
`;
}

eachRelease(
  "an answer that restic should not give is never taken for success, for no data, or for a bug of ppm's",
  async (release, t) => {
    await using server = await bootServer({ release });
    const notes = await makeNotes(server);
    const before = await notes.standing();
    const fakes = sample(FAKES.filter(({ output }) => output !== "endless"), 14, release);
    const endless = sample(FAKES.filter(({ output }) => output === "endless"), 2, release);
    for (const fake of [...fakes, ...endless]) {
      await t.step(
        `ppm ${fake.verb}: restic ${fake.command} ends with ${fake.code} and ${fake.output}`,
        async () => {
          await answers(notes, fake);
        },
      );
    }
    await notes.pet.run(["sh", "-c", "systemctl --user stop notes.target; rm -rf ~/data"]);
    await notes.done("setup");
    deepStrictEqual(await notes.broken(before), []);
  },
);

/** The data steps aside where it is to be missing, and back: restoring it each time would take most of the test. */
async function answers(notes: Notes, fake: Fake): Promise<void> {
  const missing = fake.verb === "setup";
  if (missing) await notes.pet.run(["sh", "-c", "systemctl --user stop notes.target; mv ~/data ~/.cache/"]);
  await notes.server.writeFile("/usr/local/bin/restic", fakeRestic(fake), { mode: 0o755 });
  try {
    const started = performance.now();
    const ran = await notes.ppm(fake.verb);
    const seconds = (performance.now() - started) / 1000;
    ok(seconds < 90, `it took ${seconds} s`);
    civil(ran);
    ok(ran.code !== 0, `success is said: ${ran.stdout}${ran.stderr}`);
    await notes.idle();
    if (missing) ok(!await notes.exists("data"), "setup made a data/");
    else ok(await notes.up(60), "the application is down");
  } finally {
    await notes.server.run(["rm", "/usr/local/bin/restic"]);
    // -T: into a data/ that should not be there, this fails.
    if (missing) await notes.pet.run(["mv", "-T", ".cache/data", "data"]);
    await notes.start();
  }
}
