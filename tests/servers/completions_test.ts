/** What make install installs beside ppm, in the real shells: what they offer, what they insert, and a man page without a fault. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { makeNotes, type Notes } from "./backup_support.ts";
import { bootServer, eitherRelease, furnished, type Server } from "./server.ts";

const REPOSITORY = new URL("../..", import.meta.url).pathname;

/** Installs everything as `make install` does, ppm itself aside. */
async function install(server: Server): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "ppm-install-" });
  try {
    const make = new Deno.Command("make", { args: ["install", `DESTDIR=${root}`], cwd: REPOSITORY });
    const { success, stderr } = await make.output();
    ok(success, new TextDecoder().decode(stderr));
    for (
      const path of [
        "man/man1/ppm.1",
        "bash-completion/completions/ppm",
        "zsh/site-functions/_ppm",
        "fish/vendor_completions.d/ppm.fish",
      ]
    ) await server.copy(`${root}/usr/local/share/${path}`, `/usr/local/share/${path}`);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** Reads what a shell prints of its candidates, one on each line. */
function lines(text: string): readonly string[] {
  return text.split("\n").filter(Boolean);
}

/** What bash's readline would be given: it parts words at = : and @ too, and `words` are parted like that. */
const BASH = `source /usr/local/share/bash-completion/completions/ppm
compopt() { :; }
COMP_TYPE=$1 COMP_LINE=$2 COMP_POINT=\${#2}
shift 2
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_ppm
printf '%s\\n' "\${COMPREPLY[@]}"`;

async function inBash(
  notes: Notes,
  words: readonly string[],
  { line = words.join(" "), list = false }: { readonly line?: string; readonly list?: boolean } = {},
): Promise<readonly string[]> {
  const { stdout } = await notes.pet.run(["bash", "-c", BASH, "bash", list ? "63" : "9", line, ...words]);
  return lines(stdout);
}

/** What zsh would show: `_describe` and `_files` work only while somebody types. */
const ZSH = `compdef() { :; }
source <(ppm completions zsh)
_describe() { print -rl -- "\${(@P)3}" }
_files() { print -r -- "files $*" }
compset() { :; }
words=("$@") CURRENT=$# PREFIX=$words[-1]
_ppm`;

async function inZsh(notes: Notes, ...words: readonly string[]): Promise<readonly string[]> {
  return lines((await notes.pet.run(["zsh", "-f", "-c", ZSH, "zsh", ...words])).stdout);
}

async function inFish(notes: Notes, line: string): Promise<readonly string[]> {
  const env = { XDG_DATA_DIRS: "/usr/local/share:/usr/share" };
  return lines((await notes.pet.run(["fish", "-c", 'complete -C "$argv[1]"', line], { env })).stdout);
}

/**
 * Types keys into a shell on a terminal, in which ppm only says with what it was called; returns that, line by line. zsh takes the slash
 * of a completed directory away again when the line ends.
 */
async function typed(notes: Notes, shell: string, keys: readonly string[]): Promise<readonly string[]> {
  const stdin = [...keys, "exit", ""].join("\n");
  const { stdout } = await notes.pet.run(["script", "-qec", shell, "/dev/null"], { stdin, seconds: 60 });
  return [...stdout.matchAll(/CALLED<([^$>]*)>/g)].map(([, words = ""]) => words.replace(/\/$/, ""));
}

/** Each ends in the middle of a word or begins one; the tab key completes it, for there is one way. */
const KEYS = [
  "ppm stat\t",
  "ppm firewall --format=uf\t",
  "ppm firewall --form\tuf\t",
  "ppm logs no\t",
  "ppm --config=/etc/hostn\t stat\t",
  "ppm restore --to /etc/systemd/sys\t",
];

eitherRelease("the tab key completes ppm in bash, zsh and fish", async (release) => {
  await using server = await bootServer({ release: furnished(release), name: "shells" });
  await server.copyPpm();
  await install(server);
  const notes = await makeNotes(server);
  await notes.done("backup");
  const { snapshots } = JSON.parse((await notes.done("snapshots", "--json")).stdout);
  const ids = snapshots.filter(({ kind }: { kind: string }) => kind !== "claim").map((
    { id }: { id: string },
  ) => id.slice(0, 8));
  const { units } = JSON.parse(await notes.pet.read(".ppm/manifest.json"));
  const names = units.map(({ name }: { name: string }) => name);
  ok(ids.length >= 2 && names.length >= 1);

  deepStrictEqual(await inBash(notes, ["ppm", "sta"]), ["start", "status"]);
  deepStrictEqual(await inBash(notes, ["ppm", "sta"], { list: true }), [
    "start   (Start the application and wait until it is up)",
    "status  (Show how the application is)",
  ]);
  deepStrictEqual(await inBash(notes, ["ppm", "restore", ""]), ids);
  deepStrictEqual(await inBash(notes, ["ppm", "logs", ""]), names);
  deepStrictEqual(await inBash(notes, ["ppm", "status", "--j"]), ["--json"]);
  const format = { line: "ppm firewall --format=" };
  deepStrictEqual(await inBash(notes, ["ppm", "firewall", "--format", "="], format), [
    "nft",
    "firewalld",
    "ufw",
  ]);
  const from = { line: `ppm setup --from=${ids[0].slice(0, 6)}` };
  deepStrictEqual(await inBash(notes, ["ppm", "setup", "--from", "=", ids[0].slice(0, 6)], from), [ids[0]]);
  deepStrictEqual(await inBash(notes, ["ppm", "--config", "/etc/hostn"]), ["/etc/hostname"]);

  deepStrictEqual(await inZsh(notes, "ppm", "sta"), [
    "start:Start the application and wait until it is up",
    "status:Show how the application is",
  ]);
  deepStrictEqual(
    (await inZsh(notes, "ppm", "restore", "")).map((line) => line.slice(0, 9)),
    ids.map((id: string) => `${id}:`),
  );
  deepStrictEqual(await inZsh(notes, "ppm", "restore", "--to", ""), ["files -/"]);
  deepStrictEqual(await inZsh(notes, "ppm", "status", "web", "x"), []);

  deepStrictEqual(await inFish(notes, "ppm sta"), [
    "start\tStart the application and wait until it is up",
    "status\tShow how the application is",
  ]);
  deepStrictEqual((await inFish(notes, "ppm restore ")).map((line) => line.split("\t")[0]), ids);
  deepStrictEqual(await inFish(notes, "ppm firewall --format=u"), ["--format=ufw"]);
  deepStrictEqual(await inFish(notes, "ppm --config=/etc/hostn"), ["--config=/etc/hostname"]);
  deepStrictEqual(await inFish(notes, "ppm status web x"), []);

  const [unit] = names.filter((name: string) => name.startsWith("no"));
  const completed = [
    "status",
    "firewall --format=ufw",
    "firewall --format ufw",
    `logs ${unit}`,
    "--config=/etc/hostname status",
    "restore --to /etc/systemd/system",
  ];
  const bash = "bash --norc --noprofile -i";
  const asBash = ['source <(command ppm completions bash); ppm() { echo "CALLED<$*>"; }', ...KEYS];
  deepStrictEqual(await typed(notes, bash, asBash), completed);
  const asZsh = ['autoload -Uz compinit; compinit -u; ppm() { print -r -- "CALLED<$*>" }', ...KEYS];
  deepStrictEqual(await typed(notes, "zsh -f -i", asZsh), completed);
});

eitherRelease(
  "ppm __complete neither waits for a repository nor speaks of what is wrong",
  async (release) => {
    await using server = await bootServer({ release: furnished(release), name: "silent" });
    await server.copyPpm();
    const notes = await makeNotes(server);
    const ask = async () => {
      const before = Date.now();
      const ran = await notes.ppm("__complete", "--", "restore", "");
      return { ran, tookMs: Date.now() - before };
    };
    const silent = { code: 0, stdout: "", stderr: "" };
    ok((await ask()).ran.stdout.length > 0);

    const hung = "#!/bin/sh\nexec sleep 4711\n";
    await server.writeFile("/usr/local/bin/restic", hung, { mode: 0o755 });
    const { ran, tookMs } = await ask();
    deepStrictEqual(ran, silent);
    ok(tookMs > 1400 && tookMs < 15_000, `${tookMs} ms`);
    strictEqual(
      (await server.run(["pgrep", "-f", "[s]leep 4711"], { check: false })).code,
      1,
      "restic was left behind",
    );

    const asks =
      "#!/bin/sh\necho 'enter password for repository:' >/dev/tty; echo 'Fatal: wrong password' >&2; exit 1\n";
    await server.writeFile("/usr/local/bin/restic", asks, { mode: 0o755 });
    deepStrictEqual((await ask()).ran, silent);
    await server.run(["rm", "/usr/local/bin/restic"]);
    await server.writeFile("config.yml", "nonsense: [\n", { user: notes.pet.user, mode: 0o600 });
    deepStrictEqual((await ask()).ran, silent);
    await server.writeFile(".ppm/manifest.json", "{", { user: notes.pet.user, mode: 0o600 });
    deepStrictEqual((await ask()).ran, silent);
  },
);

eitherRelease("man ppm has every verb, and mandoc finds no fault in it", async (release) => {
  await using server = await bootServer({ release: furnished(release), name: "man" });
  await server.copyPpm();
  await install(server);
  const page = "/usr/local/share/man/man1/ppm.1";
  const lint = await server.run(["mandoc", "-T", "lint", "-W", "warning", page], { check: false });
  deepStrictEqual(lint, { code: 0, stdout: "", stderr: "" });
  const { stdout } = await server.run(["mandoc", "-T", "ascii", page]);
  const text = stdout.replace(/.[\b]/g, ""); // bold is struck twice
  for (const verb of lines((await server.run(["ppm", "__complete", "--", ""])).stdout)) {
    const [name] = verb.split("\t");
    if (name !== "help") match(text, new RegExp(`^   ppm ${name}\\b`, "m"));
  }
});
