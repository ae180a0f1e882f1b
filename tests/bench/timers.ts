/** When the timers of 200 users elapse: really as many users, each with a systemd of its own that has the units which ppm has written for one. */
import { makePet, notesDefinition } from "../servers/pet.ts";
import type { Server } from "../servers/server.ts";
import { nextElapses, shareTimers } from "../servers/timers.ts";
import { neighbour } from "./neighbours_data.ts";
import { busiest, type Row } from "./report.ts";

const COUNT = 200;
const TIMERS = ["ppm-backup.timer", "ppm-upgrade.timer"];

/** Measures how many of 200 timers elapse in the busiest minute and in the busiest second. The neighbours of neighbours_data.ts are the users. */
export async function measureTimers(server: Server): Promise<readonly Row[]> {
  const user = "timers";
  const { "appinfo.yml": appinfo, ...files } = notesDefinition({ backups: "{}" });
  const definition = { "appinfo.yml": `${appinfo}  upgrade_scheduled: {}\n`, ...files };
  const config = `backup:\n  repository: /home/${user}/repository\n  passwordfile: .password\n`;
  const pet = await makePet(server, { definition, config }, user);
  await server.writeFile(".password", "password", { user, mode: 0o600 });
  await pet.run(["restic", "init", "-q", "-r", "repository", "--password-file", ".password"]);
  await pet.ppm(["setup", "--fresh"]);
  const users = Array.from({ length: COUNT }, (_, at) => neighbour(at));
  await shareTimers(pet, users);
  const elapses = await nextElapses(server, users, TIMERS);
  await server.run(["loginctl", "disable-linger", ...users]);
  return TIMERS.flatMap((timer) => {
    const each = elapses[timer] ?? [];
    const span = (Math.max(...each) - Math.min(...each)) / 60;
    return [
      row(`${COUNT} users' ${timer} elapse within`, `${span.toFixed(1)} minutes`),
      row("… in the busiest minute", String(busiest(each, 60))),
      row("… in the busiest second", String(busiest(each, 1))),
    ];
  });
}

function row(what: string, ppm: string): Row {
  return { what, ppm, yardstick: "", ratio: undefined, limit: undefined };
}
