/** An application that is upgraded on a test server: its versions as commits, and what must hold of it whether an upgrade went well or not. */
import { ok, strictEqual } from "node:assert/strict";
import { makeRepository, Notes, PASSWORD } from "./backup_support.ts";
import { makePet } from "./pet.ts";
import { bootServer, makeImage, type Ran, type Release, type Server } from "./server.ts";

/** Where unit files lie in a definition. */
export const UNITS = "templates/.config/systemd/user";

/** A version of the application: what differs from the plain one. */
export interface VersionOptions {
  /** @default "1" */
  readonly version?: string;
  /** What the program does, in bash, before it writes its version to `data/journal` for ever. */
  readonly does?: string;
  /** @default notes.service alone */
  readonly enableunits?: readonly string[];
  /** @default "notes" */
  readonly mainunit?: string;
  /** Whether a container writes the data. @default false */
  readonly container?: boolean;
  /** Whether it is backed up. @default true */
  readonly backedUp?: boolean;
  /** Lines below `plugins:`, with two blanks before them. */
  readonly plugins?: string;
  /** Whole lines of appinfo.yml. */
  readonly appinfo?: string;
  /** Further files of the definition. */
  readonly files?: Readonly<Record<string, string | null>>;
}

/** Content by path, as `Pet.commit` takes it. */
type Files = Readonly<Record<string, string | null>>;

/** Returns the files of a version. */
export function version(options: VersionOptions = {}): Files {
  const { version = "1", does = "", enableunits = ["notes.service"], mainunit = "notes" } = options;
  const { container = false, backedUp = true, plugins = "", appinfo = "", files = {} } = options;
  const backups = backedUp
    ? 'backups_scheduled: { oncalendar: "*-12-31 23:00", keep: all }'
    : "backups_none: { reason: It is a test }";
  // Without a container it is bash, which waits without starting a program: a dozen of them run at once.
  const pause = container ? "sleep .2" : "read -rt .2 -u $nothing || true";
  const program = `${does}\n${container ? "" : "exec {nothing}<> <(:)\n"}` +
    `while echo "version ${version}" >>data/journal; do ${pause}; done`;
  const run = container
    ? "/usr/bin/podman run --rm --replace --name=%p --network=none --stop-timeout=2 --volume=%h/data:/data " +
      "--volume=%h/.config/notes/run:/run.sh:ro --workdir=/ localhost/busybox sh /run.sh"
    : "/bin/bash %h/.config/notes/run";
  return {
    "appinfo.yml": [
      "name: notes",
      "description: A notebook",
      `version: "${version}"`,
      `mainunit: ${mainunit}`,
      `enableunits: [${enableunits.join(", ")}]`,
      "secrets:",
      "  token: { length: 32 }",
      "plugins:",
      `  ${backups}`,
      plugins + appinfo,
      "",
    ].join("\n"),
    "templates/.config/notes/token.eta": "<%= it.secrets.token %>\n",
    "templates/.config/notes/run": `echo "this is version ${version}"\n${
      container ? "trap exit TERM\n" : ""
    }${program}\n`,
    [`${UNITS}/notes.service`]: service(run, { mainunit, lines: "SuccessExitStatus=143\n" }),
    ...files,
  };
}

/** Returns a unit file; `lines` stand in its section `[Service]`. */
export function service(
  run: string,
  { mainunit = "notes", lines = "" }: { readonly mainunit?: string; readonly lines?: string } = {},
): string {
  return `[Service]\nWorkingDirectory=%h\nExecStart=${run}\n${lines}` +
    `[Install]\nWantedBy=${mainunit}.target\n`;
}

/** A unit that only stays. */
export const IDLE = service("/bin/sleep infinity");

/** What is made. */
export interface MakeVersions extends VersionOptions {
  readonly user?: string;
  /** Lines of config.yml besides those of the definition and the backup. */
  readonly config?: string;
  /** Whether it is set up, filled and started. @default true */
  readonly begun?: boolean;
}

/** The application of {@linkcode version}, with data, a repository for backups, and one for its definition. */
export class Versions extends Notes {
  /** Commits a version, and returns the commit's id. Files that an earlier one had stay. */
  async release(options: VersionOptions): Promise<string> {
    await this.pet.commit(version(options));
    return await this.head();
  }

  /** Returns the newest commit of the definition's repository. */
  async head(): Promise<string> {
    return (await this.pet.run(["git", "-C", this.pet.repository, "rev-parse", "HEAD"])).stdout.trim();
  }

  /** Runs `ppm ARGS…`, which must end with `code`. */
  async ends(code: number, ...args: readonly string[]): Promise<Ran> {
    const ran = await this.ppm(...args);
    strictEqual(ran.code, code, `ppm ${args.join(" ")}: exit code ${ran.code}\n${ran.stdout}${ran.stderr}`);
    return ran;
  }

  /** Returns one property of a unit. */
  async show(unit: string, property: string): Promise<string> {
    const show = ["systemctl", "--user", "show", "--value", "-p", property, unit];
    return (await this.pet.run(show)).stdout.trim();
  }

  /** Returns which run of which unit of the application is up: the same text again only if nothing was started or stopped. */
  async runs(): Promise<string> {
    const list =
      `systemctl --user list-units --all --plain --no-legend --type=service,target,socket,timer,path |
      awk '{ print $1 }' | grep -vE '^(ppm-|podman|default|basic|paths|sockets|timers|.*\\.slice|exit|shutdown|dbus|init|app-|run-|libpod)' |
      sort | while read -r u; do echo "$u $(systemctl --user show --value -p ActiveState,InvocationID "$u" | xargs)"; done`;
    return (await this.pet.run(["bash", "-c", list])).stdout;
  }

  /**
   * Returns what an upgrade that was taken back, or refused, must leave as it was: every file outside of the data and of ppm's own directory,
   * secrets, the commit, what the manifest says of it, the data with its owners.
   */
  async stands(): Promise<string> {
    const clone = ["git", "-C", ".ppm/definition"];
    const manifest = JSON.parse(await this.pet.read(".ppm/manifest.json"));
    const { generation, source, units, pending } = manifest;
    const files = Object.entries<{ sha256: string; mode: number }>(manifest.files)
      .map(([path, { sha256, mode }]) => `${path} ${sha256} ${mode}`).sort();
    return [
      // A name in data/ holds a line feed.
      (await this.pet.listing("^\\./(data|\\.ppm(/(?!secrets.yml|key)|$)|\\.local|\\.bash|\\.gitconfig)"))
        .split("\n").filter((line) => /^[-a-zA-Z]{10} /.test(line)).join("\n"),
      (await this.pet.run([...clone, "rev-parse", "HEAD"])).stdout,
      (await this.pet.run([...clone, "status", "--porcelain"])).stdout,
      JSON.stringify({ generation, source, files, units, pending }, null, 1),
      await this.pet.run(["cat", `/var/lib/ppm/state/${this.pet.user}/state.yml`]).then(({ stdout }) =>
        stdout.replace(/^times:.*\n(?: .*\n)*/m, "")
      ),
      await this.present(),
    ].join("\n---\n");
  }

  /** Returns the generations as `ppm history --json` tells of them, the newest first. */
  // deno-lint-ignore no-explicit-any
  async history(): Promise<readonly any[]> {
    return JSON.parse((await this.done("history", "--json")).stdout).generations;
  }

  /** Returns the last line of `data/journal`, which tells what writes it. */
  async writer(): Promise<string> {
    return (await this.inside(["tail", "-n1", `/home/${this.pet.user}/data/journal`])).stdout.trim();
  }

  /** Sees that `action` is refused: exit code, what is said, and that nothing of the application has changed or was stopped. */
  async refused(code: number, says: RegExp, ...args: readonly string[]): Promise<Ran> {
    const [before, runs] = [await this.stands(), await this.runs()];
    const ran = await this.ends(code, ...args);
    ok(says.test(ran.stderr), `${ran.stderr}\ndoes not say ${says}`);
    same(await this.stands(), before, `ppm ${args.join(" ")} has changed something`);
    strictEqual(await this.runs(), runs, `ppm ${args.join(" ")} has started or stopped something`);
    return ran;
  }
}

/** Throws, with the lines that differ, unless two texts are the same. */
export function same(found: string, expected: string, what: string): void {
  const [a, b] = [expected.split("\n"), found.split("\n")];
  const at = a.findIndex((line, at) => line !== b[at]);
  const lines = [
    ...a.filter((line) => !b.includes(line)).map((line) => `- ${line}`),
    ...b.filter((line) => !a.includes(line)).map((line) => `+ ${line}`),
  ];
  const first = `line ${at} was ${JSON.stringify(a[at])}, and is ${JSON.stringify(b[at])}`;
  ok(found === expected, [what, ...lines.slice(0, 20), first].join("\n"));
}

/** Makes an application in its first version, for a user of its own. */
export async function makeVersions(server: Server, options: MakeVersions = {}): Promise<Versions> {
  const { user = "app", config = "", container = false, backedUp = true, begun = true } = options;
  const pet = await makePet(server, { definition: version(options) as Record<string, string> }, user);
  if (container) await makeImage(server, user);
  const path = `/srv/shared/${server.name}-${user}`;
  const versions = new Versions(pet, path, container);
  if (backedUp) {
    await server.writeFile("/srv/password", PASSWORD);
    await server.writeFile(".restic-password", PASSWORD, { user, mode: 0o600 });
    await makeRepository(server, path);
    await server.run(["chown", "-R", `${user}:`, path]);
  }
  const backup = `backup: { repository: ${path}, passwordfile: .restic-password }\n`;
  await pet.configure(`${backedUp ? backup : ""}${config}`);
  if (!begun) return versions;
  await versions.done("setup", ...backedUp ? ["--fresh"] : []);
  await pet.run(["mkdir", "-p", "data"]);
  await versions.fill();
  await versions.done("start");
  return versions;
}

/**
 * Runs scenarios at the same time, each with a user of its own on one server: most of the time of an upgrade is waiting. `PPM_SCENARIOS=one,other`
 * runs these alone, by the names of their functions.
 */
export async function together(
  release: Release,
  scenarios: readonly ((server: Server, release: Release) => Promise<void>)[],
): Promise<void> {
  await using server = await bootServer({ release, name: "upgrade" });
  await server.copyPpm();
  const only = Deno.env.get("PPM_SCENARIOS");
  const chosen = scenarios.filter(({ name }) => only === undefined || only.split(",").includes(name));
  const ended = await Promise.allSettled(chosen.map((scenario) => scenario(server, release)));
  const failed = ended.flatMap((end, at) =>
    end.status === "rejected" ? [`${chosen[at]?.name}: ${end.reason?.stack ?? end.reason}`] : []
  );
  ok(failed.length === 0, failed.join("\n\n"));
}
