/**
 * Drives the disposable servers of tests/servers/server from tests.
 *
 *     eachRelease("ppm version answers a user", async (release) => {
 *       await using server = await bootServer({ release });
 *       await server.copyPpm();
 *       await server.user("app");
 *       const { stdout } = await server.run(["ppm", "version"], { user: "app" });
 *     });
 */

import { inTurn } from "./sampling.ts";

/** A Debian release: 12 (systemd 252, podman 4.3, no Quadlet) or 13 (systemd 257, podman 5.4). */
export type Release = "bookworm" | "trixie";

/** A root file system: a release, with packages added for some purpose, or bare: nobody has done anything on it yet, and its apt finds packages on a disc. */
export type RootFileSystem = Release | `${Release}+${string}` | `bare-${Release}`;

/** The releases that server tests run on. */
export const RELEASES: readonly Release[] = ["bookworm", "trixie"];

/** How a program in a server is run. */
export interface RunOptions {
  /** @default "root" */
  readonly user?: string;
  /** Variables besides those of a login. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Whether a non-zero exit code is thrown as an `Error` with the program's output. @default true */
  readonly check?: boolean;
  /** After this long the program is ended (exit code 124). @default 120 */
  readonly seconds?: number;
}

/** How a program ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const SCRIPT = new URL("server", import.meta.url).pathname;
/** The built executable. */
export const PPM = new URL("../../dist/ppm-x86_64-unknown-linux-gnu", import.meta.url).pathname;
/** Where root file systems and disks are. */
export const SERVERS = Deno.env.get("PPM_SERVERS") ?? "/var/tmp/ppm-servers";
/** Each test module is a run of its own, with its own /srv/shared; the process number tells `server sweep` when it is over. */
const RUN = `${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`;
let booted = 0;

/** One server. Leaving its `await using` scope destroys it, disk and all. */
export class Server implements AsyncDisposable {
  readonly name: string;
  readonly release: RootFileSystem;

  /** Use `bootServer()`. */
  constructor(name: string, release: RootFileSystem) {
    this.name = name;
    this.release = release;
  }

  /** Boots it, also again after `powerCut()`, with the disk that it had. Returns when systemd has started everything. */
  async boot(): Promise<void> {
    await this.#script(["boot", this.name, this.release]);
  }

  /** Puts an ethernet between this server and others, until their power cut: each reaches each by its name. A second call adds servers. */
  async connect(...others: readonly Server[]): Promise<void> {
    await this.#script(["connect", this.name, ...others.map(({ name }) => name)]);
  }

  /** The address on the ethernet of `connect()`; the name keeps it when it is booted or made anew. */
  async address(): Promise<string> {
    const { stdout } = await this.run([
      "sh",
      "-c",
      "ip -4 -o address show | grep -o '10\\.77\\.0\\.[0-9]*/' | head -n 1 | tr -d /",
    ]);
    return stdout.trim();
  }

  /** Kills everything in it at once; its disk stays. */
  async powerCut(): Promise<void> {
    await this.#script(["kill", this.name]);
  }

  /** Kills everything in it and removes its disk. */
  async destroy(): Promise<void> {
    await this.#script(["destroy", this.name]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy();
  }

  /** Runs a program in it, as root from / or as a user from the home directory. Throws `Error` unless it ends with code 0 or `check` is false. */
  run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const { user, env = {}, seconds = 120 } = options;
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const command = ["env", ...variables, "timeout", "-k", "5", String(seconds), ...argv];
    return this.#script(
      user === undefined ? ["run", this.name, ...command] : ["as", this.name, user, ...command],
      options,
    );
  }

  /** Makes a user with lingering; returns when the user's systemd answers. */
  async user(name: string): Promise<void> {
    await this.#script(["user", this.name, name]);
  }

  /** Copies a file of this machine into the server, with its mode, owned by root; directories are made. */
  async copy(file: string, destination: string): Promise<void> {
    await this.#script(["copy", this.name, file, destination]);
  }

  /**
   * Installs the built executable as /usr/local/bin/ppm. Where it unpacks itself, root does so once for all servers of this test module:
   * it is a second of work and 100 MB each time. `unpacked: false` leaves it to whoever starts ppm first.
   */
  async copyPpm({ unpacked = true }: { readonly unpacked?: boolean } = {}): Promise<void> {
    await this.copy(PPM, "/usr/local/bin/ppm");
    if (!unpacked) return;
    const share =
      'mkdir -p "$1" && ln -sfn "$1" /var/cache/ppm && { ls "$1"/*/ppm || ppm version; } >/dev/null 2>&1';
    await this.run(["sh", "-c", share, "sh", "/srv/shared/.ppm"]);
  }

  /** Writes a text file, whose directory is made, as root or as a user; a relative path begins at / or the home directory. */
  async writeFile(
    path: string,
    text: string,
    { user, mode = 0o644 }: { readonly user?: string; readonly mode?: number } = {},
  ): Promise<void> {
    const write = 'mkdir -p "$(dirname "$2")" && (umask 077 && cat >"$2") && chmod "$1" "$2"';
    const argv = ["sh", "-c", write, "sh", mode.toString(8), path];
    await this.run(argv, { stdin: text, ...(user === undefined ? {} : { user }) });
  }

  /** Reads a text file of the server, as root. */
  async readFile(path: string): Promise<string> {
    return (await this.run(["cat", path])).stdout;
  }

  async #script(args: readonly string[], options: Pick<RunOptions, "stdin" | "check"> = {}): Promise<Ran> {
    const ran = await script(args, options.stdin);
    if (ran.code !== 0 && options.check !== false) {
      throw new Error(`${args.join(" ")}: exit code ${ran.code}\n${ran.stdout}${ran.stderr}`);
    }
    return ran;
  }
}

/** Boots a new server. */
export async function bootServer(
  { release, name = "server" }: { readonly release: RootFileSystem; readonly name?: string },
): Promise<Server> {
  if (booted === 0) await script(["sweep"]); // what earlier, interrupted runs have left
  const server = new Server(`${name}-${++booted}`, release);
  try {
    await server.boot();
  } catch (error) {
    await server.destroy();
    throw error;
  }
  return server;
}

/** What some tests need of Debian besides; none of it runs but the registry. One set for all of them: each root file system costs minutes. */
const FURNITURE = [
  ...["caddy", "ufw", "firewalld", "docker-registry", "zsh", "fish", "mandoc"],
  ...["ansible-core", "ansible-lint", "yamllint", "python3-apt"],
];

/** The root file system of a release with web servers, firewalls, shells, a registry and Ansible. */
export function furnished(release: Release): RootFileSystem {
  return `${release}+${FURNITURE.join("+")}`;
}

/** Registers a test for each release, which is for what the releases' programs may answer differently. */
export function eachRelease(
  name: string,
  test: (release: Release, t: Deno.TestContext) => Promise<void>,
): void {
  for (const release of RELEASES) Deno.test(`${name} [${release}]`, (t) => test(release, t));
}

/** Registers a test for the release whose turn it is: one that takes minutes, and whose outcome is ppm's own doing. By hand and in a soak it runs on each. */
export function eitherRelease(
  name: string,
  test: (release: Release, t: Deno.TestContext) => Promise<void>,
): void {
  for (const release of inTurn(RELEASES, name)) Deno.test(`${name} [${release}]`, (t) => test(release, t));
}

/** The directory of this machine that is /srv/shared in every server of this test module. */
export function sharedDirectory(): string {
  return `${SERVERS}/run/${RUN}/shared`;
}

/** Makes an image from Debian's static busybox in a user's rootless podman, without any registry. */
export async function makeImage(server: Server, user: string, name = "localhost/busybox"): Promise<void> {
  const make = `set -e; root=$(mktemp -d); chmod 755 "$root"; mkdir "$root/bin"; cp /bin/busybox "$root/bin/"
    for applet in $(busybox --list); do [ -e "$root/bin/$applet" ] || ln -s busybox "$root/bin/$applet"; done
    tar -C "$root" -c . | podman import - "$1"; rm -r "$root"`;
  await server.run(["sh", "-c", make, "sh", name], { user });
}

async function script(args: readonly string[], stdin?: string): Promise<Ran> {
  const child = new Deno.Command(SCRIPT, {
    args: [...args],
    env: { PPM_SERVERS: SERVERS, PPM_SERVERS_RUN: RUN },
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const written = stdin === undefined ? undefined : write(child.stdin, stdin);
  const { code, stdout, stderr } = await child.output();
  await written;
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Writes all of a text; a program that ends without reading it is no failure. */
async function write(stream: WritableStream<Uint8Array>, text: string): Promise<void> {
  try {
    await new Blob([text]).stream().pipeTo(stream);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

// Destroys what the tests of this module have not; a killed test process is swept up by the next run.
globalThis.addEventListener("unload", () => {
  if (booted > 0) {
    new Deno.Command(SCRIPT, { args: ["sweep", RUN], env: { PPM_SERVERS: SERVERS } }).outputSync();
  }
});
