/**
 * `make bench`: speed and memory of the built executable on a Debian 13 server of its own, each beside its yardstick in the same run,
 * as a table. A limit that is missed is said and is no failure. docs/benchmarks.md says what is measured, and how.
 */
import { type Application, makeApplication } from "./applications.ts";
import { measureMemory } from "./memory.ts";
import { type Row, table } from "./report.ts";
import { bootBenchServer } from "./server.ts";
import { measureFirst, measureUnchanged } from "./setup.ts";
import { measureStartup } from "./startup.ts";

const COUNTS = [10, 100, 200, 1000] as const;

async function main(): Promise<void> {
  await using server = await bootBenchServer();
  const applications = new Map<number, Application>();
  for (const count of COUNTS) {
    say(`setting up ${count} templates`);
    applications.set(count, await makeApplication(server, count));
  }
  const application = (count: typeof COUNTS[number]) => applications.get(count)!;
  const rows: Row[] = [];
  const part = async (title: string, measure: () => Promise<readonly Row[]>) => {
    say(title);
    rows.push(...await measure());
  };
  await application(10).pet.ppm(["start"]);
  await part("start-up", () => measureStartup(server, application(10)));
  await part("setup with nothing to do", () => measureUnchanged(server, applications));
  await part("memory", () => measureMemory(server, 1000, application(1000)));
  await part("the first setup, and ansible (minutes)", () => measureFirst(server, 100, application(100)));
  console.log(table(rows).join("\n"));
}

function say(text: string): void {
  console.error(`bench: ${text}`);
}

if (import.meta.main) await main();
