/** Many applications on one server have the same timers, and do not all begin at once: each user has a delay of its own, and keeps it. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { makePet, notesDefinition } from "./pet.ts";
import { bootServer, eachRelease } from "./server.ts";
import { type Elapses, nextElapses, shareTimers } from "./timers.ts";

/** How often each timer elapses, and how much later than its calendar says at most, in seconds. */
const TIMERS: Readonly<Record<string, { readonly every: number; readonly delay: number }>> = {
  "ppm-backup.timer": { every: 86_400, delay: 1800 },
  "ppm-neighbours.timer": { every: 900, delay: 120 },
  "ppm-overdue.timer": { every: 3600, delay: 600 },
  "ppm-upgrade.timer": { every: 86_400, delay: 1800 },
};
const NAMES = Object.keys(TIMERS);
const MIDNIGHT = "*-*-* 00:00";

function definition(): Record<string, string> {
  const files = notesDefinition({ backups: `{ oncalendar: "${MIDNIGHT}", keep: all }` });
  return {
    ...files,
    "appinfo.yml": `${
      files["appinfo.yml"]
    }  upgrade_scheduled: { oncalendar: "${MIDNIGHT}" }\n  neighbours_watch: {}\n`,
    "templates/.config/notes/neighbours.eta": "<%= it.neighbours.length %>\n",
  };
}

/** Returns how much later than its calendar says each of them elapses. */
function delaysOf(elapses: Elapses): Elapses {
  return Object.fromEntries(
    NAMES.map((name) => [name, elapses[name]!.map((at) => at % TIMERS[name]!.every)]),
  );
}

eachRelease(
  "timers of many users elapse at different times, and at the same ones after a reboot",
  async (release) => {
    await using server = await bootServer({ release, name: "timers" });
    await server.copyPpm();
    const config = "backup:\n  repository: /home/app/repository\n  passwordfile: .password\n";
    const pet = await makePet(server, { definition: definition(), config });
    await server.writeFile(".password", "password", { user: "app", mode: 0o600 });
    await pet.run(["restic", "init", "-q", "-r", "repository", "--password-file", ".password"]);
    await pet.ppm(["setup", "--fresh", "-q"]);
    const wanted = await pet.run(["ls", ".config/systemd/user/timers.target.wants"]);
    deepStrictEqual(wanted.stdout.trim().split("\n"), NAMES);

    const others = ["ann", "ben", "cleo", "dan"];
    for (const user of others) await server.run(["useradd", "--create-home", user]);
    await shareTimers(pet, others);
    const users = ["app", ...others];
    const delays = delaysOf(await nextElapses(server, users, NAMES));
    for (const name of NAMES) {
      const found = delays[name]!;
      ok(new Set(found).size > 2, `${name}: ${found}`); // two of five may share a second
      ok(found.every((seconds) => seconds <= TIMERS[name]!.delay), `${name}: ${found}`);
    }

    // Two days without the server: what was missed does not begin at once either.
    const missed = `for user in ${users.join(" ")}; do cd /home/$user/.local/share/systemd/timers
    touch -d '3 days ago' stamp-ppm-backup.timer stamp-ppm-upgrade.timer; done; sync`;
    await server.run(["sh", "-ec", missed]);
    await server.powerCut();
    await server.boot();
    const now = Number((await server.run(["date", "+%s"])).stdout);
    const elapses = await nextElapses(server, users, NAMES);
    const after = delaysOf(elapses);
    for (const name of ["ppm-neighbours.timer", "ppm-overdue.timer"]) {
      deepStrictEqual(
        after[name],
        delays[name],
      );
    }
    for (const name of ["ppm-backup.timer", "ppm-upgrade.timer"]) {
      users.forEach((user, at) => {
        const delay = delays[name]![at]!;
        if (delay < 60) return; // it may have begun by now
        const off = elapses[name]![at]! - now - delay;
        ok(Math.abs(off) < 60, `${name} of ${user}: ${off} s off`);
      });
    }
  },
);
