/** An application on a test server: a user that root has prepared, a git repository with a definition, and a config.yml. */
import type { Ran, RunOptions, Server } from "./server.ts";

/** The definition and configuration of a pet. */
export interface PetFiles {
  /** Content by path in the repository; `null` removes the file. Paths that end in `!` are executable. */
  readonly definition: Readonly<Record<string, string | null>>;
  /** config.yml, without the section `definition`. */
  readonly config?: string;
}

/** A prepared user and its repository. */
export class Pet {
  readonly server: Server;
  readonly user: string;
  readonly repository: string;

  constructor(server: Server, user: string) {
    this.server = server;
    this.user = user;
    this.repository = `/home/${user}/definition`;
  }

  /** Commits changes to the definition's repository. */
  async commit(files: PetFiles["definition"]): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      const path = `${this.repository}/${name.replace(/!$/, "")}`;
      if (content === null) await this.run(["rm", path]);
      else {await this.server.writeFile(path, content, {
          user: this.user,
          mode: name.endsWith("!") ? 0o755 : 0o644,
        });}
    }
    await this.run(["sh", "-c", 'cd "$1" && git add -A && git commit -qm change', "sh", this.repository]);
  }

  /** Takes the newest commit into ppm's clone: what an upgrade does. */
  async moveClone(): Promise<void> {
    await this.run([
      "sh",
      "-c",
      "cd ~/.ppm/definition && git fetch -q && git checkout -q --detach origin/main",
    ]);
  }

  /** Writes config.yml. */
  async configure(config = ""): Promise<void> {
    const text = `definition:\n  repository: ${this.repository}\n${config}`;
    await this.server.writeFile("config.yml", text, { user: this.user, mode: 0o600 });
  }

  /** Runs `ppm ARGS…` as the user. */
  ppm(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return this.run(["ppm", ...args], options);
  }

  /** Runs a program as the user. */
  run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return this.server.run(argv, { ...options, user: this.user });
  }

  /** Returns the text of a file in the home directory. */
  read(path: string): Promise<string> {
    return this.server.readFile(`/home/${this.user}/${path}`);
  }

  /** Returns path, type, mode and content digest of everything in the home directory but podman's store, for comparing; `except` is a regular expression. */
  async listing(except = "^$"): Promise<string> {
    const all =
      "find . -path ./.cache -prune -o -path ./definition -prune -o -path ./.local/share/containers -prune -o";
    // What goes meanwhile is no failure.
    const scripts = [
      `set -e; cd; ${all} -printf '%M %p\\0' || true`,
      `set -e; cd; ${all} -xtype f -print0 | xargs -0r sha256sum -z 2>/dev/null || true`,
    ];
    const [listed, hashed] = await Promise.all(
      scripts.map(async (script) =>
        (await this.run(["sh", "-c", script])).stdout.split("\0").filter(Boolean)
      ),
    );
    const digestOf = new Map(hashed?.map((line) => [line.slice(66), line.slice(0, 16)]));
    const isLeftOut = new RegExp(except);
    return (listed ?? []).map((line) => ({ line, path: line.slice(11) }))
      .filter(({ path }) => !isLeftOut.test(path))
      .sort((a, b) => a.path < b.path ? -1 : 1)
      .map(({ line, path }) => [line, digestOf.get(path) ?? ""].join(" ").trimEnd()).join("\n");
  }
}

/** Makes a lingering user with a repository and a config.yml, as an administrator would. */
export async function makePet(server: Server, files: PetFiles, user = "app"): Promise<Pet> {
  await server.user(user);
  const state = "/var/lib/ppm/state";
  await server.run(["install", "-d", "-m", "755", "/var/lib/ppm", state]);
  await server.run(["install", "-d", "-m", "755", "-o", user, "-g", user, `${state}/${user}`]);
  const pet = new Pet(server, user);
  await pet.run(["git", "init", "-q", "-b", "main", pet.repository]);
  await pet.run(["git", "config", "--global", "user.email", "admin@example.org"]);
  await pet.run(["git", "config", "--global", "user.name", "Admin"]);
  await pet.commit(files.definition);
  await pet.configure(files.config);
  return pet;
}

/** Reads a directory of this checkout as the content of a repository. */
export function definitionFrom(directory: string): Record<string, string> {
  const files: Record<string, string> = {};
  const root = new URL(`../../${directory}/`, import.meta.url).pathname;
  const walk = (below: string) => {
    for (const entry of Deno.readDirSync(root + below)) {
      const path = `${below}${entry.name}`;
      if (entry.isDirectory) walk(`${path}/`);
      else {files[(Deno.statSync(root + path).mode ?? 0) & 0o100 ? `${path}!` : path] = Deno.readTextFileSync(
          root + path,
        );}
    }
  };
  walk("");
  return files;
}

/** A definition without containers, which starts at once: a web server of busybox for each of `names`. */
export function plainDefinition(names: readonly string[] = ["web"]): Record<string, string> {
  const unit = (name: string, at: number) =>
    `[Unit]\nDescription=${name}\n[Service]\nExecStart=/bin/busybox httpd -f -p 127.0.0.1:${
      8100 + at
    } -h %h/.config/web\n` +
    `[Install]\nWantedBy=web.target\n`;
  return {
    "appinfo.yml": [
      "name: web",
      "description: A page",
      'version: "1"',
      "mainunit: web",
      `enableunits: [${names.map((name) => `${name}.service`).join(", ")}]`,
      "variables:",
      "  greeting: { type: string, default: hello, description: What it says }",
      "secrets:",
      "  password: { length: 32 }",
      "plugins:",
      "  backups_none: { reason: Nothing is stored }",
      "",
    ].join("\n"),
    "templates/.config/web/index.html.eta": "<%= it.variables.greeting %> from <%= it.user.name %>\n",
    "templates/.config/web/private.eta": "<%= it.secrets.password %>\n",
    ...Object.fromEntries(
      names.map((name, at) => [`templates/.config/systemd/user/${name}.service.eta`, unit(name, at)]),
    ),
  };
}

/** How the definition of {@linkcode notesDefinition} differs from its plain form. */
export interface NotesOptions {
  /** Whether a container writes the data, as root of its own user namespace. @default false */
  readonly container?: boolean;
  /** What follows `backups_scheduled:` in appinfo.yml. @default never by itself, in flow style */
  readonly backups?: string;
}

/** A definition with data: a service that adds a line to `data/journal` twice a second and makes no directory of its own; with a secret. */
export function notesDefinition(options: NotesOptions = {}): Record<string, string> {
  const write = (path: string) => `while echo entry >>${path}; do sleep .5; done`;
  // A shell as the first process of a container does not hear SIGTERM unless it asks for it.
  const container = [
    "/usr/bin/podman run --rm --replace --name=notes --network=none --volume=%h/data:/data",
    `localhost/busybox sh -c 'trap exit TERM; ${write("/data/journal")}'`,
  ].join(" ");
  return {
    "appinfo.yml": [
      "name: notes",
      "description: A notebook",
      'version: "1"',
      "mainunit: notes",
      "enableunits: [notes.service]",
      "secrets:",
      "  token: { length: 32 }",
      "plugins:",
      `  backups_scheduled: ${options.backups ?? '{ oncalendar: "*-12-31 23:00", keep: all }'}`,
      "",
    ].join("\n"),
    "templates/.config/notes/token.eta": "<%= it.secrets.token %>\n",
    "templates/.config/systemd/user/notes.service": [
      "[Unit]",
      "Description=Notes",
      "[Service]",
      "Type=exec",
      "WorkingDirectory=%h",
      `ExecStart=${options.container ? container : `/bin/sh -c '${write("data/journal")}'`}`,
      "SuccessExitStatus=143",
      "TimeoutStopSec=20",
      "[Install]",
      "WantedBy=notes.target",
      "",
    ].join("\n"),
  };
}
