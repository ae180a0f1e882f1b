/** What stands in the way of an upgrade that goes back, on real servers: a full disk, a repository that is gone, a power that fails in the trial. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { type Fault, interpose, interrupt } from "./interruptions.ts";
import { bootServer, eitherRelease, type Ran, type Server } from "./server.ts";
import { civil, type Ledger, makeLedger } from "./upgrade_support.ts";

const INTERPOSED = {
  programs: ["git", "systemctl"],
  verbs: ["start", "restart", "stop", "daemon-reload", "enable"],
};

/** The call that starts, or restarts, the new version. */
const TRIAL = "systemctl .*start -- .*ledger.service";

/** Waits until `condition`, a shell's, holds for the user. */
async function until(ledger: Ledger, condition: string, seconds = 90): Promise<void> {
  const wait =
    `i=0; until ${condition}; do i=$((i+1)); [ $i -le $((${seconds} * 10)) ] || exit 1; sleep .1; done`;
  const { code } = await ledger.pet.run(["sh", "-c", `cd; ${wait}`], { check: false, seconds: seconds + 20 });
  strictEqual(code, 0, `never: ${condition}`);
}

function strikeUpgrade(
  ledger: Ledger,
  { fault, ...moment }: {
    readonly matching: string;
    readonly when: "before" | "after";
    readonly fault: Fault | (() => Promise<unknown>);
  },
): Promise<Ran & { readonly struck: boolean }> {
  return interrupt(ledger, ["upgrade", "--apply"], { moment, fault });
}

/** Leaves no byte on the file system of the home directories. */
function fill(server: Server): () => Promise<Ran> {
  const script =
    "for size in 1M 64k 4k 1; do dd if=/dev/zero bs=$size oflag=append conv=notrunc of=/home/fill; done 2>/dev/null; true";
  return () => server.run(["sh", "-c", script]);
}

eitherRelease(
  "an upgrade that meets a full disk once it has begun to switch brings the old generation back, running",
  async (release, t) => {
    await using server = await bootServer({ release });
    await server.run(["mount", "-t", "tmpfs", "-o", "size=900m,mode=755", "tmpfs", "/home"]);
    const many = Object.fromEntries(
      Array.from({ length: 200 }, (_, at) => [`templates/.config/ledger/many/${at}`, "small\n"]),
    );
    const ledger = await makeLedger(server);
    await interpose(ledger, INTERPOSED);
    // Files that only one of the versions has: each takes a block or two when it comes, and gives it back when it goes.
    const moments = [
      { matching: "^git .*checkout", when: "before", goesTo: many },
      { matching: "^git .*checkout", when: "after", goesTo: many },
      { matching: "daemon-reload", when: "before", goesTo: undefined },
    ] as const;
    for (const { goesTo, ...moment } of moments) {
      await t.step(`${moment.when} ${moment.matching}`, async () => {
        if (goesTo === undefined) {
          await ledger.release({ version: ledger.newest + 1, files: many });
          await ledger.done("upgrade", "--apply");
        }
        await ledger.beginAnew();
        const stands = await ledger.version();
        await ledger.release({ version: ledger.newest + 1, files: goesTo ?? {} });
        const ran = await strikeUpgrade(ledger, { ...moment, fault: fill(server) });
        civil(ran);
        ok(ran.struck);
        strictEqual(ran.code, 7, ran.stderr);
        match(ran.stderr, /No space left on device|Out of diskspace|unable to write/i);
        await until(
          ledger,
          "! ls .ppm/switch.json .ppm/hold && systemctl --user -q is-active ledger.service",
          1,
        );
        await server.run(["rm", "/home/fill"]);
        await ledger.idle();
        deepStrictEqual(await ledger.broken({ versions: [stands] }), []);
      });
    }
  },
);

eitherRelease(
  "an upgrade that cannot go back, for want of the repository, keeps the application stopped, says so once, and ends once the repository is there again",
  async (release, t) => {
    await using server = await bootServer({ release });
    const ledger = await makeLedger(server);
    await interpose(ledger, INTERPOSED);
    const trial = { matching: TRIAL, when: "before" } as const;
    const away = `${ledger.repository}.away`;
    const stands = await ledger.version();
    await ledger.beginAnew();
    await ledger.release({ version: ledger.newest + 1, kind: "crashes" });
    await t.step("it says why, and who goes on", async () => {
      const fault = () => server.run(["mv", ledger.repository, away]);
      const ran = await strikeUpgrade(ledger, { ...trial, fault });
      civil(ran);
      strictEqual(ran.code, 6, ran.stderr);
      match(
        ran.stderr,
        /error: Cannot go back to generation 1 yet: .*\n(.*\n)*hint: (.*\n)*.*ppm-recover\.timer tries again/,
      );
    });
    await t.step("it stays stopped, whoever starts it, and whatever boots", async () => {
      await ledger.pet.run(["systemctl", "--user", "start", "ledger.target", "ledger.service"], {
        check: false,
      });
      civil(await ledger.ppm("start"));
      await server.powerCut();
      await server.boot();
      await until(ledger, "systemctl --user -q is-active ppm-recover.timer");
      const states = await ledger.pet.run(["systemctl", "--user", "is-active", "ledger.service"], {
        check: false,
      });
      strictEqual(states.stdout.trim(), "inactive");
    });
    await t.step("it is told once, and not every 20 seconds", async () => {
      const said = "[ $(journalctl --user -o cat -u ppm-recover.service | grep -c 'Still so: ') -ge 2 ]";
      await until(ledger, said);
      const journal = await ledger.journal("ppm-recover.service");
      strictEqual(journal.match(/Failed with result/g)?.length, 1, journal);
      strictEqual(await ledger.version() > stands, true);
    });
    await t.step("it comes back by itself", async () => {
      await server.run(["mv", away, ledger.repository]);
      await ledger.settled();
      deepStrictEqual(await ledger.broken({ versions: [stands] }), []);
      deepStrictEqual((await ledger.aside()).length, 1);
    });
  },
);

eitherRelease(
  "an upgrade whose trial is ended by the power is tried once more at boot, and then settled either way",
  async (release, t) => {
    await using server = await bootServer({ release });
    const ledger = await makeLedger(server);
    await interpose(ledger, INTERPOSED);
    const trial = { matching: TRIAL, when: "after", fault: "power cut" } as const;
    await t.step("a good version stays", async () => {
      await ledger.beginAnew();
      await ledger.release({ version: ledger.newest + 1 });
      ok((await strikeUpgrade(ledger, trial)).struck);
      await ledger.settled();
      deepStrictEqual(await ledger.broken({ versions: [ledger.newest] }), []);
    });
    await t.step("a bad version is taken back, with its data", async () => {
      await ledger.beginAnew();
      const stands = await ledger.version();
      await ledger.release({ version: ledger.newest + 1, kind: "crashes" });
      ok((await strikeUpgrade(ledger, trial)).struck);
      await ledger.settled();
      deepStrictEqual(await ledger.broken({ versions: [stands] }), []);
    });
    await t.step("a good version whose second trial the power ends as well is taken back", async () => {
      await ledger.beginAnew();
      const stands = await ledger.version();
      await ledger.release({ version: ledger.newest + 1 });
      ok((await strikeUpgrade(ledger, trial)).struck);
      await until(
        ledger,
        `grep -q '"attempt": 2' .ppm/switch.json && systemctl --user -q is-active ledger.service`,
      );
      await server.powerCut();
      await server.boot();
      await ledger.settled();
      deepStrictEqual(await ledger.broken({ versions: [stands] }), []);
    });
  },
);
