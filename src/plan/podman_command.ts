/** Reads command lines of podman, as far as they tell what a container is made of. Pure. */

/** A call of podman that makes a container or fetches images. */
export interface PodmanCommand {
  readonly verb: "run" | "create" | "pull";
  /** The options of the verb in their order, without dashes: `["publish", "80:80"]`, `["p", "80:80"]`, `["rm", ""]`. */
  readonly options: readonly (readonly [name: string, value: string])[];
  /** What stands after them: of `run` and `create` the image, and then what it runs; of `pull` the images. */
  readonly words: readonly string[];
}

/** Options of podman itself that take no value (podman(1), 4.3 to 5.x). */
const GLOBAL_SWITCHES = new Set(
  "h help noout r remote syslog trace transient-store v version".split(" "),
);

/** Options that take no value (podman-run(1), podman-create(1), podman-pull(1), 4.3 to 5.x). All others take one. */
const SWITCHES = new Set(
  ("a all-tags d detach disable-content-trust env-host h help http-proxy i init interactive no-healthcheck no-hostname no-hosts oom-kill-disable P " +
    "passwd privileged publish-all q quiet read-only read-only-tmpfs replace rm rmi rootfs sig-proxy t tls-verify tty unsetenv-all")
    .split(" "),
);

/** `-a` takes a value there: what to attach to. */
const RUN_SWITCHES = SWITCHES.difference(new Set(["a"]));

/** Returns what a command line (program first) has podman do; undefined for every other program and verb. */
export function readPodman(argv: readonly string[]): PodmanCommand | undefined {
  if (argv[0] !== "podman" && !argv[0]?.endsWith("/podman")) return undefined;
  let { words } = takeOptions(argv.slice(1), GLOBAL_SWITCHES);
  if (words[0] === "container" || words[0] === "image") words = words.slice(1);
  const verb = words[0];
  if (verb !== "run" && verb !== "create" && verb !== "pull") return undefined;
  const first = takeOptions(words.slice(1), verb === "pull" ? SWITCHES : RUN_SWITCHES);
  return { verb, ...(verb === "pull" ? takeAll(first) : first) };
}

type Taken = Pick<PodmanCommand, "options" | "words">;

/** Takes the options before the first word that is none. */
function takeOptions(argv: readonly string[], switches: ReadonlySet<string>): Taken {
  const options: [string, string][] = [];
  let at = 0;
  for (; at < argv.length; at++) {
    const word = argv[at]!;
    if (word === "--") return { options, words: argv.slice(at + 1) };
    if (!word.startsWith("-") || word === "-") break;
    const taken = word.startsWith("--")
      ? readLong(word.slice(2), switches)
      : readShort(word.slice(1), switches);
    const last = taken.at(-1);
    const isOpen = last !== undefined && last[1] === undefined;
    if (isOpen) at++;
    options.push(...taken.map(([name, value]): [string, string] => [name, value ?? argv[at] ?? ""]));
  }
  return { options, words: argv.slice(at) };
}

/** podman pull takes options between the images too. */
function takeAll({ options, words }: Taken): Taken {
  const next = words.findIndex((word) => word.startsWith("-"));
  if (next === -1) return { options, words };
  const rest = takeAll(takeOptions(words.slice(next), SWITCHES));
  return { options: [...options, ...rest.options], words: [...words.slice(0, next), ...rest.words] };
}

/** An option that was read; one without a value takes the next word. */
type Read = readonly [name: string, value: string | undefined];

function readLong(text: string, switches: ReadonlySet<string>): readonly Read[] {
  const equals = text.indexOf("=");
  if (equals !== -1) return [[text.slice(0, equals), text.slice(equals + 1)]];
  return [[text, switches.has(text) ? "" : undefined]];
}

/** `-dp80:80` is `-d -p 80:80`. */
function readShort(letters: string, switches: ReadonlySet<string>): readonly Read[] {
  const [name = "", rest] = [letters.slice(0, 1), letters.slice(1)];
  if (!switches.has(name)) return [[name, rest === "" ? undefined : rest.replace(/^=/, "")]];
  if (rest.startsWith("=")) return [[name, rest.slice(1)]];
  return rest === "" ? [[name, ""]] : [[name, ""], ...readShort(rest, switches)];
}
