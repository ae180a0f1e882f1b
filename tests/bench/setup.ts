/** How long `ppm setup` takes: with nothing to do, and the first time beside ansible. */
import type { Server } from "../servers/server.ts";
import { type Application, makePlaybook, RENDERED } from "./applications.ts";
import type { Contender, Program } from "./measure.ts";
import { duration, fitLine, median, type Row } from "./report.ts";
import { measureTimes, program } from "./server.ts";

/** Templates → milliseconds that `ppm setup` may take when there is nothing to do. */
const LIMITS: Readonly<Record<number, number>> = { 200: 250 };
const LIMIT_EACH_MS = 0.5;
const LIMIT_OFF_LINE_PERCENT = 10;

/** Measures `ppm setup` with nothing to do, for applications by their numbers of templates. */
export async function measureUnchanged(
  server: Server,
  applications: ReadonlyMap<number, Application>,
): Promise<readonly Row[]> {
  const contenders = Array.from(applications, ([count, application]): Contender => ({
    name: String(count),
    program: { ...program(application, ["ppm", "setup"]), uid: application.uid },
  }));
  const times = await measureTimes(server, { contenders, rounds: 25, warmups: 3 });
  const points = Array.from(applications.keys(), (count) => [count, median(times[count] ?? [])] as const);
  const { slope, farthest } = fitLine(points);
  return [
    ...points.map(([count, ms]): Row => {
      const limit = LIMITS[count];
      return {
        what: `ppm setup, nothing to do, ${count} templates`,
        ppm: duration(ms),
        yardstick: "",
        ratio: undefined,
        limit: limit === undefined ? undefined : { value: ms, limit, unit: "ms" },
      };
    }),
    {
      what: "… its growth with each template",
      ppm: `${slope.toFixed(3)} ms each`,
      yardstick: "",
      ratio: undefined,
      limit: { value: slope, limit: LIMIT_EACH_MS, unit: "ms each" },
    },
    {
      what: "… how far off a straight line it grows",
      ppm: `${(farthest * 100).toFixed(1)} %`,
      yardstick: "",
      ratio: undefined,
      limit: { value: farthest * 100, limit: LIMIT_OFF_LINE_PERCENT, unit: "%" },
    },
  ];
}

/** Measures the first `ppm setup` beside ansible's module `template` on the same files; throws where the two do not render the same. */
export async function measureFirst(
  server: Server,
  count: number,
  application: Application,
): Promise<readonly Row[]> {
  const { pet } = application;
  const destination = `/home/${pet.user}/by-ansible`;
  const playbook = await makePlaybook(pet, count, destination);
  const contenders: readonly Contender[] = [
    { name: "ppm", program: program(application, ["ppm", "setup"]), before: forget(application) },
    {
      name: "ansible",
      program: program(application, ["ansible-playbook", "-i", "localhost,", playbook]),
      before: program(application, ["rm", "-rf", destination]),
    },
  ];
  const times = await measureTimes(server, { contenders, rounds: 3, warmups: 0 }, pet.user);
  await pet.run(["diff", "-r", RENDERED, destination]);
  const ppm = median(times.ppm ?? []);
  const ansible = median(times.ansible ?? []);
  return [{
    what: `the first ppm setup, ${count} templates`,
    ppm: duration(ppm),
    yardstick: `${duration(ansible)} ansible's template module`,
    ratio: ppm / ansible,
    limit: undefined,
  }];
}

/** Removes all that `ppm setup` has made, so that the next one is the first. */
export function forget(application: Application): Program {
  const script = `rm -rf ~/.ppm ~/.config/systemd ~/${RENDERED} "/var/lib/ppm/state/$USER/state.yml" &&
    systemctl --user daemon-reload`;
  return program(application, ["sh", "-c", script]);
}
