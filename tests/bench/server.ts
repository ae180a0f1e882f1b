/** The server that everything is measured in, and how a program gets its turn there. */
import { bootServer, type Server } from "../servers/server.ts";
import type { Application } from "./applications.ts";
import type { Job, Memories, Program, Times } from "./measure.ts";

const MEASURE = new URL("measure.ts", import.meta.url).pathname;
const DIRECTORY = "/opt/bench";
/** Deno itself, at a place that ppm does not use: what ppm's own copy takes of memory is then shared with nobody. */
const DENO = `${DIRECTORY}/deno`;

/**
 * Returns the yardstick of start-up: an empty file, run by the very Deno that ppm has unpacked for all users. (Of two copies of one
 * program, one may start 2 ms later, by how it lies in the page cache.) An executable made by `deno compile` unpacks nothing; then by a copy.
 */
export async function emptyProgram(server: Server): Promise<readonly string[]> {
  const unpacked = await server.run(["sh", "-c", "ls -d /var/cache/ppm/*/ppm"], { check: false });
  const deno = unpacked.stdout.trim() || DENO;
  return [deno, "run", "-q", "--no-config", "--no-remote", "--no-npm", `${DIRECTORY}/empty.js`];
}

/** Boots a Debian 13 server with ppm, Debian's ansible-core and borgmatic, and what measures. */
export async function bootBenchServer(): Promise<Server> {
  // debootstrap does not resolve the virtual package that ansible's python3-cryptography asks for.
  const server = await bootServer({
    release: "trixie+ansible-core+borgmatic",
    name: "bench",
  });
  await server.copyPpm();
  await server.run(["ppm", "version"]); // as root, which unpacks it for all users
  await server.copy(Deno.execPath(), DENO);
  await server.copy(MEASURE, `${DIRECTORY}/measure.ts`);
  await server.writeFile(`${DIRECTORY}/empty.js`, "");
  return server;
}

/** Measures wall time in the server, as `user` or as root. */
export async function measureTimes(
  server: Server,
  job: Omit<Job & { readonly kind: "time" }, "kind">,
  user?: string,
): Promise<Times> {
  return JSON.parse(await measure(server, { kind: "time", ...job }, user));
}

/** Measures memory in the server, as `user` or as root. */
export async function measureMemories(
  server: Server,
  job: Omit<Job & { readonly kind: "memory" }, "kind">,
  user?: string,
): Promise<Memories> {
  return JSON.parse(await measure(server, { kind: "memory", ...job }, user));
}

async function measure(server: Server, job: Job, user: string | undefined): Promise<string> {
  const argv = [DENO, "run", "-q", "--no-config", "-A", `${DIRECTORY}/measure.ts`];
  const options = { stdin: JSON.stringify(job), seconds: 1800, ...(user === undefined ? {} : { user }) };
  return (await server.run(argv, options)).stdout;
}

/** A program as the application's user runs it after a login. */
export function program({ pet, uid }: Application, argv: readonly string[]): Program {
  const directory = `/home/${pet.user}`;
  const environment = {
    HOME: directory,
    USER: pet.user,
    LOGNAME: pet.user,
    PATH: "/usr/local/bin:/usr/bin:/bin",
    LANG: "C.UTF-8",
    XDG_RUNTIME_DIR: `/run/user/${uid}`,
  };
  return { argv, directory, environment };
}
