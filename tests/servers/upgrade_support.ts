/** An application whose every version tells whether it was ever started as a mixture of two, or on the data of another one; and what must hold of it. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type MakeRepository, makeRepository, PASSWORD } from "./backup_support.ts";
import { makePet, type Pet } from "./pet.ts";
import type { Ran, Server } from "./server.ts";

/** How a version turns out. */
export type Kind =
  /** It runs. */
  | "good"
  /** It takes the data over, writes to it, and exits with 1 half a second later, each time. */
  | "crashes"
  /** It runs, and its healthcheck fails. */
  | "unhealthy"
  /** Its definition is one that ppm refuses. */
  | "invalid";

/** A version of the ledger. */
export interface Version {
  readonly version: number;
  /** @default "good" */
  readonly kind?: Kind;
  /** What it makes of the data; no version with a lower one can read that. @default `version` */
  readonly format?: number;
  /** What else changes in the definition; `null` removes a file. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** More lines of appinfo.yml, at its top level. */
  readonly appinfo?: string;
}

/** Where and how `makeLedger` makes the application. */
export interface MakeLedger extends MakeRepository {
  /** The first version. @default version 1 */
  readonly first?: Version;
  /** What follows `upgrade_scheduled:` in appinfo.yml, in flow style; undefined: it does not upgrade itself. */
  readonly upgrades?: string;
  /** Whether it is backed up. @default true */
  readonly backups?: boolean;
  /** More lines of config.yml. */
  readonly config?: string;
  /** Files below `data/` beside what the application writes: so many kibibytes that cannot be compressed. @default 64 */
  readonly kibibytes?: number;
}

/** What is to stand, as far as the caller knows. */
export interface Expected {
  /** Any of these. @default any that was released */
  readonly versions?: readonly number[];
  /** Whether the application runs. @default true */
  readonly runs?: boolean;
  /** Whether lines that newer versions wrote are to stay: after a rollback with data as it is. @default false */
  readonly keepsNewer?: boolean;
}

/** The ledger: a service that writes `VERSION TIME` lines to `data/journal`, and the same to `witness` in its home directory. */
export class Ledger {
  readonly pet: Pet;
  readonly server: Server;
  /** Where the backup repository lies in the server. */
  readonly repository: string;
  readonly #options: MakeLedger;
  readonly #versions = new Map<number, Version>();

  /** Use `makeLedger()`. */
  constructor(pet: Pet, repository: string, options: MakeLedger) {
    this.pet = pet;
    this.server = pet.server;
    this.repository = repository;
    this.#options = options;
  }

  /** Makes the files of a version; the caller commits them. */
  files(version: Version): Record<string, string | null> {
    this.#versions.set(version.version, version);
    return ledgerDefinition(version, this.#options);
  }

  /** Commits a version to the definition's repository, instead of the one before; returns the commit's full id. */
  async release(version: Version): Promise<string> {
    await this.pet.run(["sh", "-c", 'cd "$1" && git rm -rfq .', "sh", this.pet.repository]);
    await this.pet.commit({ ...this.files(version), "released": `${version.version} ${Date.now()}\n` });
    return (await this.pet.run(["git", "-C", this.pet.repository, "rev-parse", "HEAD"])).stdout.trim();
  }

  /** Runs `ppm ARGS…`; ends with any code. */
  ppm(...args: readonly string[]): Promise<Ran> {
    return this.pet.ppm(args, { check: false, seconds: 300 });
  }

  /** Runs `ppm ARGS…`, which must succeed. */
  async done(...args: readonly string[]): Promise<Ran> {
    const ran = await this.ppm(...args);
    strictEqual(ran.code, 0, `ppm ${args.join(" ")}: ${ran.stdout}${ran.stderr}`);
    return ran;
  }

  /** Returns the version that the manifest says stands. */
  async version(): Promise<number> {
    return Number((await this.#manifest()).app.version);
  }

  /** Returns the number of the generation that stands. */
  async generation(): Promise<number> {
    return (await this.#manifest()).generation;
  }

  /** Waits until none of ppm's units works any more. */
  async idle(seconds = 120): Promise<void> {
    const wait = `i=0; while [ -n "$(/usr/bin/systemctl --user list-units --no-legend --plain \
        --state=activating,active,deactivating,reloading 'ppm-*.service')" ]; do
      i=$((i+1)); [ $i -le $(($1 * 5)) ] || { /usr/bin/systemctl --user list-units 'ppm-*'; exit 1; }; sleep .2; done`;
    await this.pet.run(["sh", "-c", wait, "sh", String(seconds)], { seconds: seconds + 20 });
  }

  /** Waits until nobody has anything left to finish, and the application runs if it is to. */
  async settled(seconds = 180): Promise<void> {
    const wait = `until [ -z "$(cd ~/.ppm; ls -d switch.json hold intent.json swap.json 2>/dev/null)" ] &&
      /usr/bin/systemctl --user -q is-active ledger.service; do
      [ $SECONDS -lt $1 ] || exit 0; sleep .2; done`; // what is wrong then, broken() tells
    await this.pet.run(["bash", "-c", wait, "bash", String(seconds)], { seconds: seconds + 20 });
    await this.idle();
  }

  /** Returns the newest version that was released. */
  get newest(): number {
    return Math.max(...this.#versions.keys());
  }

  /** Returns the format that the data has. */
  async format(): Promise<number> {
    return Number(await this.pet.read("data/format"));
  }

  /** Returns which rules are broken, each with what was found; none: an empty list. */
  async broken(expected: Expected = {}): Promise<readonly string[]> {
    const { versions, runs = true, keepsNewer = false } = expected;
    const { app, generation, source } = await this.#manifest();
    const standing = this.#versions.get(Number(app.version));
    if (standing === undefined) return [`version ${app.version} was never released`];
    const { version, format = version } = standing;
    const facts = await this.pet.run([
      "bash",
      "-c",
      FACTS,
      "bash",
      String(version),
      String(format),
      runs ? "1" : "",
      keepsNewer ? "1" : "",
    ]);
    const setup = await this.ppm("setup");
    const history = JSON.parse((await this.ppm("history", "--json")).stdout || "null");
    const current = history?.generations.filter((each: { stands: boolean }) => each.stands) ?? [];
    return [
      ...facts.stdout.split("\n").filter(Boolean),
      ...versions === undefined || versions.includes(version) ? [] : [`version ${version} stands`],
      ...setup.code === 0 && (setup.stdout + setup.stderr).includes("Nothing to do")
        ? []
        : [`setup has something to do: ${setup.code} ${setup.stdout}${setup.stderr}`],
      ...history?.standing === generation && current.length === 1 && current[0].generation === generation &&
          current[0].outcome === "done" && current[0].description.source.commit === source.commit
        ? []
        : [`history says otherwise: ${JSON.stringify(current)}`],
      ...history?.generations.some((each: { outcome: string }) => each.outcome === "trial")
        ? ["history knows a trial that nobody ended"]
        : [],
    ];
  }

  /** Sees that one generation stands, wholly, and that its application runs on data that is whole; returns its version. */
  async whole(expected: Expected = {}): Promise<number> {
    deepStrictEqual(await this.broken(expected), []);
    return await this.version();
  }

  /** Forgets data that was kept aside, and what was ever written: what is written from here on must be there. */
  async beginAnew(): Promise<void> {
    await this.pet.run(["sh", "-c", "cd && rm -rf data.before-* data.failed-* && : >witness"]);
  }

  /** Returns how many lines of a version stand in a journal: of `data/`, or of data kept aside. */
  async lines(version: number, directory = "data"): Promise<number> {
    const count = `grep -c "^$1 " ~/"$2"/journal || true`;
    return Number((await this.pet.run(["sh", "-c", count, "sh", String(version), directory])).stdout);
  }

  /** Returns the names in the home directory that begin with `data.`. */
  async aside(): Promise<readonly string[]> {
    const { stdout } = await this.pet.run(["sh", "-c", "ls ~ | grep '^data\\.' || true"]);
    return stdout.split("\n").filter(Boolean);
  }

  /** Returns what a unit of the user has said. */
  async journal(unit: string): Promise<string> {
    return (await this.pet.run(["journalctl", "--user", "--no-pager", "-o", "cat", "-u", unit])).stdout;
  }

  async #manifest(): Promise<{ app: { version: string }; generation: number; source: { commit: string } }> {
    return JSON.parse(await this.pet.read(".ppm/manifest.json"));
  }
}

/** Makes the application, its repository and config.yml; the first version runs. */
export async function makeLedger(server: Server, options: MakeLedger = {}): Promise<Ledger> {
  const { first = { version: 1 }, backups = true, kibibytes = 64 } = options;
  const repository = `/srv/shared/${server.name}`;
  const pet = await makePet(server, { definition: { "README.md": "A ledger\n" } });
  const ledger = new Ledger(pet, repository, options);
  await ledger.release(first);
  await server.copyPpm();
  let config = options.config ?? "";
  if (backups) {
    await server.writeFile(".restic-password", PASSWORD, { user: pet.user, mode: 0o600 });
    await makeRepository(server, repository, options);
    await server.run(["chown", "-R", `${pet.user}:`, repository]);
    config += `backup:\n  repository: ${repository}\n  passwordfile: .restic-password\n`;
  }
  await pet.configure(config);
  await ledger.done("setup", ...backups ? ["--fresh"] : []);
  const fill =
    `set -e; cd && mkdir -p data && head -c "$1"K /dev/urandom >data/book && sha256sum data/book >book.sha256
    echo "$2" >data/format; touch data/journal witness`;
  const { version, format = version } = first;
  await pet.run(["sh", "-c", fill, "sh", String(kibibytes), String(format)]);
  await ledger.done("start");
  return ledger;
}

/** Everything that a version consists of: each file says its version, and two that disagree are a mixture. */
export function ledgerDefinition(
  { version, kind = "good", format = version, files = {}, appinfo = "" }: Version,
  { upgrades, backups = true }: MakeLedger = {},
): Record<string, string | null> {
  const plugins = [
    backups
      ? '  backups_scheduled: { oncalendar: "*-12-31 23:00", keep: all }'
      : "  backups_none: { reason: a test }",
    ...upgrades === undefined ? [] : [`  upgrade_scheduled: ${upgrades}`],
  ];
  const unit = (description: string, exec: string) =>
    `[Unit]\nDescription=${description} ${version}\n[Service]\nType=exec\nWorkingDirectory=%h\nEnvironment=LEDGER_VERSION=${version}\n` +
    `ExecStart=${exec}\nSuccessExitStatus=143\nTimeoutStopSec=20\n[Install]\nWantedBy=ledger.target\n`;
  return {
    "appinfo.yml": [
      "name: ledger",
      "description: A ledger",
      `version: "${version}"`,
      "mainunit: ledger",
      `enableunits: [ledger.service, ledger-v${version}.service]`,
      "secrets:",
      "  token: { length: 32 }",
      "healthcheck: { unit: ledger-check.service, interval: 1s, timeout: 5s, startperiod: 2s, retries: 2 }",
      "plugins:",
      ...plugins,
      ...kind === "invalid" ? ["enabelunits: []"] : [],
      appinfo,
      "",
    ].join("\n"),
    "templates/.config/ledger/token.eta": `<%= it.secrets.token %> ${version}\n`,
    "templates/.config/ledger/version": `${version}\n`,
    "templates/.config/ledger/schema.eta": `${version}\n`,
    [`templates/.config/ledger/v${version}/only`]: `${version}\n`,
    "templates/.config/ledger/serve!": serve(version, format, kind),
    "templates/.config/systemd/user/ledger.service": unit("Ledger", "%h/.config/ledger/serve"),
    [`templates/.config/systemd/user/ledger-v${version}.service`]: unit("Only in", "/bin/sleep infinity"),
    "templates/.config/systemd/user/ledger-check.service": `[Service]\nType=oneshot\nExecStart=/bin/${
      kind === "unhealthy" ? "false" : "true"
    }\n`,
    ...files,
  };
}

/** The program of a version, which starts no others while it writes: many of them run at once. What nobody may ever see it writes to `mixed` in the home directory. */
function serve(version: number, format: number, kind: Kind): string {
  return `#!/bin/bash
cd || exit 71
exec {nothing}<> <(:)
refuse() { echo "version ${version} was started $*" >>mixed; exit 70; }
for other in "$LEDGER_VERSION" "$(cat .config/ledger/version)" "$(cat .config/ledger/schema)" \\
    "$(cat .config/ledger/v${version}/only)" "$(cut -d' ' -f2 .config/ledger/token)"; do
  [ "$other" = ${version} ] || refuse "among files of version '$other'"
done
[ -s data/format ] && [ -e data/journal ] || refuse "without its data"
[ "$(cat data/format)" -le ${format} ] || refuse "on data of format $(cat data/format)"
if [ "$(cat data/format)" -lt ${format} ]; then
  echo ${format} >data/format.new && mv data/format.new data/format
fi
write() { line="${version} \${EPOCHREALTIME/./}000"; { echo "$line" >>data/journal && echo "$line" >>witness; } 2>/dev/null; read -rt .2 -u $nothing; }
${kind === "crashes" ? "write; write; write; exit 1" : "while :; do write; done"}
`;
}

/** Prints a line for each rule that is broken. $1 is the version that stands, $2 its format, $3 whether it runs, $4 whether newer ones have left lines. */
const FACTS = `cd || exit 1
version=$1 format=$2 runs=$3 keeps=$4
say() { echo "$*"; }
[ ! -e mixed ] || say "a mixture was started: $(cat mixed)"
for name in switch.json hold spare move.json intent.json swap.json; do [ ! -e .ppm/$name ] || say ".ppm/$name stands"; done
for name in $(ls | grep '^data\\.restore'); do say "$name is left"; done
for name in version schema v$version/only; do
  [ "$(cat .config/ledger/$name 2>&1)" = $version ] || say "$name is of version $(cat .config/ledger/$name)"
done
grep -q "version $version was started" .config/ledger/serve || say "serve is of another version"
others=$(ls -d .config/ledger/v[0-9]* .config/systemd/user/ledger-v* .config/systemd/user/*/ledger-v* | grep -v -e "/v$version$" -e "/ledger-v$version.service\\(.d\\)\\?$")
[ -z "$others" ] || say "files of other versions: $others"
[ "$(git -C .ppm/definition rev-parse HEAD)" = "$(grep -o '"commit": "[0-9a-f]*"' .ppm/manifest.json | head -1 | cut -d'"' -f4)" ] ||
  say "the clone is at $(git -C .ppm/definition rev-parse HEAD)"
dirty=$(git -C .ppm/definition status --porcelain); [ -z "$dirty" ] || say "the clone is not clean: $dirty"
grep -q "^version: .$version.\\$" .ppm/definition/appinfo.yml || say "the clone's files are of another version"
grep -q "$(git -C .ppm/definition rev-parse HEAD)" /var/lib/ppm/state/app/state.yml || say "the state file tells of another commit"
[ "$(/usr/bin/systemctl --user show -p NeedDaemonReload --value ledger.service)" = no ] || say "systemd knows older files"
[ "$(/usr/bin/systemctl --user show -p Environment --value ledger.service)" = LEDGER_VERSION=$version ] || say "systemd knows another version"
if [ -n "$runs" ]; then
  for unit in ledger.service ledger-v$version.service; do
    /usr/bin/systemctl --user -q is-active $unit || say "$unit is $(/usr/bin/systemctl --user is-active $unit)"
    pid=$(/usr/bin/systemctl --user show -p MainPID --value $unit)
    tr '\\0' '\\n' </proc/$pid/environ | grep -qx LEDGER_VERSION=$version || say "$unit runs as another version"
  done
else
  ! /usr/bin/systemctl --user -q is-active ledger.service || say "ledger.service runs"
fi
running=$(/usr/bin/systemctl --user list-units --no-legend --plain --state=active,activating 'ledger-v*' | cut -d' ' -f1 | grep -vx ledger-v$version.service)
[ -z "$running" ] || say "another version's unit runs: $running"
[ "$(cat data/format)" -le $format ] || say "data has format $(cat data/format), version $version knows $format"
sha256sum --quiet -c book.sha256 2>&1 || say "data/book is not what it was"
# Whole lines (a full disk cuts some) of versions that are not newer than what stands.
awk -v newest=$version '$1 <= newest && /^[0-9]+ [0-9]{19}$/' witness | sort >/tmp/witness.$$; sort data/journal >/tmp/journal.$$
lost=$(comm -13 /tmp/journal.$$ /tmp/witness.$$ | head -3); [ -z "$lost" ] || say "lines are lost: $lost"
newer=$(awk -v newest=$version '$1 > newest' data/journal | head -3); [ -z "$keeps" ] || newer=; [ -z "$newer" ] || say "lines of a newer version: $newer"
rm -f /tmp/journal.$$ /tmp/witness.$$
exit 0`;

/** Sees that a run, however it ended, was explained to people: no stack. */
export function civil({ stdout, stderr }: Ran): void {
  ok(!/bug in ppm|\n +at /.test(stdout + stderr), stdout + stderr);
}
