/** An application with data that is worth something, its repository, and what must hold of both whatever has happened. */
import { ok, strictEqual } from "node:assert/strict";
import { makePet, notesDefinition, type NotesOptions, type Pet } from "./pet.ts";
import { makeImage, type Ran, type Server } from "./server.ts";

/** The repository's password: a canary, which may show up nowhere. */
export const PASSWORD = "canary-of-the-repository";

/** Where and how `makeNotes` makes the application. */
export interface MakeNotes extends NotesOptions, MakeRepository {
  /** Where the repository lies in the server, made by this call; survives servers below /srv/shared. @default a new one there */
  readonly path?: string;
  /** The repository as config.yml names it, where that is not its path. */
  readonly location?: string;
  /** Lines of config.yml below `backup:`, with two blanks before them. */
  readonly config?: string;
  /** Whether the application is set up, filled, started and backed up once. @default true */
  readonly backedUp?: boolean;
}

/** A snapshot as restic lists it. */
export interface Listed {
  readonly id: string;
  readonly hostname: string;
  readonly tags?: readonly string[];
  readonly time: string;
}

/** What stood before something was done to an application. */
export interface Standing {
  /** What {@linkcode Notes.digest} may say afterwards: the old, the new. */
  readonly data: readonly string[];
  /** The good snapshots. */
  readonly good: readonly string[];
}

/** The application of `notesDefinition`, with a repository. */
export class Notes {
  readonly pet: Pet;
  readonly server: Server;
  /** Where the repository lies. */
  readonly path: string;
  /** Whether the data belongs to a container. */
  readonly container: boolean;

  /** Use `makeNotes()`. */
  constructor(pet: Pet, path: string, container: boolean) {
    this.pet = pet;
    this.server = pet.server;
    this.path = path;
    this.container = container;
  }

  /** Runs `ppm ARGS…`; ends with any code. */
  ppm(...args: readonly string[]): Promise<Ran> {
    return this.pet.ppm(args, { check: false, seconds: 200 });
  }

  /** Runs `ppm ARGS…`, which must succeed. */
  async done(...args: readonly string[]): Promise<Ran> {
    const ran = await this.ppm(...args);
    strictEqual(ran.code, 0, `ppm ${args.join(" ")}: ${ran.stdout}${ran.stderr}`);
    return ran;
  }

  /** Runs a program as the user, among the owners that a container sees where the data is one's. */
  inside(argv: readonly string[]): Promise<Ran> {
    return this.pet.run(this.container ? ["podman", "unshare", ...argv] : argv);
  }

  /** Runs Debian's restic, past whatever stands before it, on the repository's own files. */
  restic(...args: readonly string[]): Promise<Ran> {
    const env = { RESTIC_REPOSITORY: this.path, RESTIC_PASSWORD_FILE: "/srv/password" };
    return this.server.run(["/usr/bin/restic", "--no-cache", ...args], { env });
  }

  /** Sets the application up, fills and starts it, and makes the first backup. */
  async begin(): Promise<void> {
    await this.done("setup", "--fresh");
    await this.fill();
    await this.done("start");
    await this.done("backup");
    await this.idle();
  }

  /** Fills `data/files` with everything that a file system can hold and that is easily lost. */
  async fill(): Promise<void> {
    await this.pet.run(["bash", "-c", FILL]);
    if (this.container) await this.inside(["sh", "-c", FILL_OTHER_OWNERS]);
  }

  /** Changes the data. */
  async change(): Promise<void> {
    const script = 'head -c 200000 /dev/urandom >"$1/changing" && date +%s%N >"$1/many/1"';
    await this.inside(["sh", "-c", script, "sh", `/home/${this.pet.user}/data/files`]);
  }

  /** Loses everything but what the administrator wrote and what lies in the repository: an empty server, without booting one. */
  async lose(): Promise<void> {
    await this.pet.run(["systemctl", "--user", "stop", "notes.target"], { check: false });
    await this.inside(["sh", "-c", "cd && rm -rf data data.* .ppm .config/systemd/user/ppm-*"]);
  }

  /** Starts the application without waiting for it to settle. */
  async start(): Promise<void> {
    const start = "systemctl --user reset-failed notes.service; systemctl --user start notes.target"; // one test starts it often
    await this.pet.run(["sh", "-c", start], { env: { PATH: "/usr/bin:/bin" } });
  }

  /** Returns type, mode, owner, links, size, time, name and content of all below `path` but the journal; undefined where there is nothing. */
  async digest(path = "data/files"): Promise<string | undefined> {
    const { stdout } = await this.inside(["bash", "-c", DIGEST, "bash", `/home/${this.pet.user}/${path}`]);
    return stdout === "" ? undefined : stdout.replaceAll("\0", "\n");
  }

  /** As `digest()`, of something that is there. */
  async present(path?: string): Promise<string> {
    const digest = await this.digest(path);
    ok(digest !== undefined, "there is no data");
    return digest;
  }

  /** Returns the names in the home directory that begin with `data.`. */
  async aside(): Promise<readonly string[]> {
    return (await this.pet.run(["sh", "-c", "ls | grep '^data\\.' || true"])).stdout.split("\n").filter(
      Boolean,
    );
  }

  /** Returns the snapshots that may be restored, by the contract's rule. */
  async good(): Promise<readonly Listed[]> {
    const all: readonly Listed[] = JSON.parse((await this.restic("snapshots", "--json", "--no-lock")).stdout);
    const bad = ["ppm-hot", "ppm-suspect", "ppm-incomplete", "ppm-claim"];
    return all.filter(({ hostname, tags = [] }) =>
      hostname === this.pet.user && tags.includes("ppm-good") && !bad.some((tag) => tags.includes(tag))
    );
  }

  /** Returns what stands now; `data` is what else may stand after. */
  async standing(...data: readonly string[]): Promise<Standing> {
    return { data: [...data, await this.present()], good: (await this.good()).map(({ id }) => id) };
  }

  /** Whether the application runs, or runs again within so many seconds. */
  async up(seconds = 0): Promise<boolean> {
    const wait = `i=0; until /usr/bin/systemctl --user -q is-active notes.service; do
      i=$((i+1)); [ $i -le $(($1 * 5)) ] || exit 1; sleep .2; done`;
    const options = { check: false, seconds: seconds + 20 };
    return (await this.pet.run(["sh", "-c", wait, "sh", String(seconds)], options)).code === 0;
  }

  /** Returns the process of the application, which is another one after a stop; "0" where it does not run. */
  async process(): Promise<string> {
    const show = ["/usr/bin/systemctl", "--user", "show", "-p", "MainPID", "--value", "notes.service"];
    return (await this.pet.run(show)).stdout.trim();
  }

  /** Returns what a unit of the user has said. */
  async journal(unit: string): Promise<string> {
    return (await this.pet.run(["journalctl", "--user", "--no-pager", "-o", "cat", "-u", unit])).stdout;
  }

  /** Waits until none of ppm's units works any more. */
  async idle(seconds = 90): Promise<void> {
    const wait = `i=0; while [ -n "$(/usr/bin/systemctl --user list-units --no-legend --plain \
        --state=activating,active,deactivating,reloading 'ppm-*.service')" ]; do
      i=$((i+1)); [ $i -le $(($1 * 10)) ] || { /usr/bin/systemctl --user list-units 'ppm-*'; exit 1; }; sleep .1; done`;
    await this.pet.run(["sh", "-c", wait, "sh", String(seconds)], { seconds: seconds + 20 });
  }

  /**
   * Returns which invariants of the contract are broken, each with what was found; none: an empty list. That the application is up and that
   * the next run converges (I3, I8) are for the caller to see.
   */
  async broken(before: Standing): Promise<readonly string[]> {
    const digest = await this.digest();
    const good = await this.good();
    return [
      ...(digest === undefined || before.data.includes(digest)
        ? []
        : [`I1, data is neither old nor new: ${differences(before.data.at(-1) ?? "", digest)}`]),
      ...(digest === undefined && await this.exists("data")
        ? ["I2, data/ exists without what was in it"]
        : []),
      ...(await Promise.all(
        good.filter(({ id }) => !before.good.includes(id)).map((each) => this.#notWhole(each)),
      )).flat(),
      ...before.good.filter((id) => !good.some((each) => each.id === id)).map((id) =>
        `I5, the good snapshot ${id} is gone`
      ),
      ...await this.leaks(),
      ...await this.#foreign(),
    ];
  }

  /** Whether something stands at a path below the home directory. */
  async exists(path: string): Promise<boolean> {
    return (await this.pet.run(["ls", "-d", path], { check: false })).code === 0;
  }

  /** Given a good snapshot of the data as it is now, returns what it lacks. */
  async #notWhole({ id }: Listed): Promise<readonly string[]> {
    const types: Record<string, string> = { file: "f", dir: "d", symlink: "l", fifo: "p" };
    const nodes = (await this.restic("ls", "--json", "--no-lock", id)).stdout.split("\n").filter(Boolean)
      .map((line) => JSON.parse(line)).filter(({ path }) => path?.startsWith("/data/files/"));
    const saved = nodes.map(({ path, type, size }) =>
      `${types[type]} ${type === "file" ? size : ""} ${path}`
    );
    const list =
      `cd && find data/files -mindepth 1 \\( -type f -printf '%y %s /%p\\0' -o -printf '%y  /%p\\0' \\)`;
    const stands = (await this.inside(["sh", "-c", list])).stdout.split("\0").filter(Boolean);
    const [a, b] = [saved.sort().join("\n"), stands.sort().join("\n")];
    return a === b ? [] : [`I4, snapshot ${id} counts as good, but is not whole: ${differences(b, a)}`];
  }

  /** Returns where a secret can be read: journal, state file, units, command lines that were written down. */
  async leaks(): Promise<readonly string[]> {
    const script = `{ journalctl --no-pager -o cat; cat /var/lib/ppm/state/*/state.yml /srv/fault/calls \
      /home/*/.config/systemd/user/ppm-* /home/*/.ppm/*.json /home/*/.ppm/RECOVER.md; } 2>/dev/null | grep -F -m 3 -e "$1" ${
      await this.exists(".config/notes/token") ? `-e "$(cat /home/${this.pet.user}/.config/notes/token)"` : ""
    } || true`;
    const { stdout } = await this.server.run(["sh", "-c", script, "sh", PASSWORD]);
    return stdout === "" ? [] : [`I6, a secret can be read: ${stdout}`];
  }

  /** Returns what the user has written outside of its places, and what `ppm clean` does not know. */
  async #foreign(): Promise<readonly string[]> {
    const outside =
      "find / -xdev -user app -not -path '/srv/*' -not -path '/var/lib/ppm/state/*' -not -path '/var/tmp/*' -not -path '/home/*'";
    const home =
      `find . -mindepth 1 -maxdepth 1 -not -name '.bash*' | grep -vxE '\\./(data|config.yml|definition|\\.(ppm|config|cache|local|profile|gitconfig|ssh|restic-password)|data\\..*)' || true`;
    // What an interrupted restore is about to put in place is not to be removed.
    const swap = (await this.pet.run(["cat", ".ppm/swap.json"], { check: false })).stdout;
    const aside = (await this.aside()).filter((name) => !swap.includes(name));
    const named = aside.length === 0 ? "" : (await this.ppm("clean")).stdout;
    return [
      (await this.server.run(["sh", "-c", outside], { check: false })).stdout,
      (await this.pet.run(["sh", "-c", home])).stdout,
      ...aside.filter((name) => !named.includes(name)).map((name) =>
        `${name}, which ppm clean does not name`
      ),
    ].filter(Boolean).map((what) => `I7, written where nothing may be: ${what}`);
  }
}

const FIXTURES = new URL("../fixtures/restic", import.meta.url).pathname;

/** How a test's repository is made. */
export interface MakeRepository {
  /** Whether each opening takes about a tenth of a second, for tests that strike in the midst of restic's work. @default false */
  readonly dear?: boolean;
}

/**
 * Makes a repository like `restic init`, but always the same one, with the password {@linkcode PASSWORD}. restic makes a key as dear as half a
 * second of the machine allows, at each of the thousands of openings in a run of the tests. The fixture's, once made by restic 0.14, was
 * encrypted anew with scrypt's least cost (N=2, r=1, p=1), which every restic takes; the dear one was made on a machine that was held back.
 */
export async function makeRepository(
  server: Server,
  path: string,
  { dear = false }: MakeRepository = {},
): Promise<void> {
  const empty = `${FIXTURES}/empty_repository`;
  const keys = dear ? `${FIXTURES}/dear_key` : `${empty}/keys`;
  await server.copy(`${empty}/config`, `${path}/config`);
  for (const { name } of Deno.readDirSync(keys)) await server.copy(`${keys}/${name}`, `${path}/keys/${name}`);
  await server.run([
    "mkdir",
    "-p",
    ...["data", "index", "locks", "snapshots"].map((name) => `${path}/${name}`),
  ]);
}

/** Makes the application, its repository and config.yml. */
export async function makeNotes(server: Server, options: MakeNotes = {}): Promise<Notes> {
  const { container = false, backedUp = true, path = `/srv/shared/${server.name}` } = options;
  const pet = await makePet(server, { definition: notesDefinition(options) });
  const notes = new Notes(pet, path, container);
  if (container) await makeImage(server, pet.user);
  await server.copyPpm();
  await server.writeFile("/srv/password", PASSWORD);
  await server.writeFile(".restic-password", PASSWORD, { user: pet.user, mode: 0o600 });
  await server.run(["install", "-d", "-o", pet.user, "-g", pet.user, path]);
  const known = await server.run(["test", "-e", `${path}/config`], { check: false });
  if (known.code !== 0) await makeRepository(server, path, options);
  await server.run(["chown", "-R", `${pet.user}:`, path]);
  const repository = `backup:\n  repository: ${options.location ?? path}\n  passwordfile: .restic-password\n`;
  await pet.configure(`${repository}${options.config ?? ""}`);
  if (backedUp) await notes.begin();
  return notes;
}

/** Sees that a run, however it ended, was explained to people: no stack, no flood. */
export function civil(ran: Ran): void {
  ok(!/bug in ppm|\n +at /.test(ran.stdout + ran.stderr), ran.stderr);
  ok(ran.stderr.length < 20_000, `${ran.stderr.length} characters of stderr`);
}

/** Returns the first lines that stand on one side only. */
function differences(expected: string, found: string): string {
  const [a, b] = [expected.split("\n"), found.split("\n")];
  const lacks = a.filter((line) => !b.includes(line)).map((line) => `\n- ${line}`);
  const more = b.filter((line) => !a.includes(line)).map((line) => `\n+ ${line}`);
  return [...lacks.slice(0, 5), ...more.slice(0, 5)].join("");
}

const FILL = `set -e; mkdir -p ~/data/files && cd ~/data/files
mkdir -p empty/deep 'with space' $'new\\nline' 'ünïcödé ☃' many private; chmod 700 private
mkdir -p sticky && chmod 1777 sticky
echo plain >plain; chmod 600 plain; ln -f plain hard; ln -sfn plain soft; ln -sfn /nowhere/at/all dangling; ln -sfn 'with space' around
echo 1 >$'new\\nline/a\\nb'; echo 2 >'with space/-dash'; echo 3 >'with space/ blanks around '; echo 4 >'ünïcödé ☃/*?[x]\\$HOME"'"'"
echo '#!/bin/sh' >setuid; chmod 4755 setuid; echo run >run; chmod 755 run
(umask 077; echo own >private/own); chmod 400 private/own; : >nothing
rm -f fifo sparse; mkfifo fifo; truncate -s 5M sparse; echo end >>sparse
head -c 4000000 /dev/urandom >changing
for i in $(seq 300); do echo $i >many/$i; done`;

/** Run as root of the user namespace, in the data of a container. */
const FILL_OTHER_OWNERS = `set -e; cd ~/data/files
mkdir -p database web; cp many/1 many/2 database; cp many/3 web
chmod 600 database/*; chmod 700 database; chown -R 999:999 database; chown -R 33:33 web; chown 999:33 plain`;

const DIGEST = `cd "$1" 2>/dev/null || exit 0
find . ! -type s \\( -type f -printf '%y %m %U:%G %n %s %T@ %P\\0' -o -type l -printf '%y %U:%G %l %P\\0' -o -printf '%y %m %U:%G %P\\0' \\) | sort -z
find . -type f -print0 | sort -z | xargs -0r sha256sum`;
