/**
 * Bad input, given to the shipped executable on real servers: each file is refused with exactly its problems and exit code 4, and the home
 * directory has not changed by a byte, Deno's cache of compiled code under `.cache/` aside. A first setup then leaves no `.ppm/` either.
 */
import { deepStrictEqual } from "node:assert/strict";
import { HELLO, INVALID_APPINFOS } from "../fixtures/appinfo/invalid.ts";
import { INVALID_CONFIGS } from "../fixtures/config/invalid.ts";
import { INVALID_DEFINITIONS } from "../fixtures/definition/invalid.ts";
import { SOAK } from "./sampling.ts";
import { bootServer, eitherRelease, type Release, RELEASES, sharedDirectory } from "./server.ts";

/** One refusal to provoke. */
interface Case {
  readonly name: string;
  readonly config: string;
  /** Contents by path in the repository; undefined: config.yml is refused before there is a need for one. */
  readonly definition?: Readonly<Record<string, string>>;
  /** Shell commands in the repository, before the commit, for what is no plain file. */
  readonly script?: string;
  readonly problems: readonly string[];
}

const UNIT = "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=hello.target\n";
const GOOD_CONFIG = "definition: { repository: /srv/hello.git }\n";
const UNIT_PATH = "templates/.config/systemd/user/hello.service";

/** What is refused before systemd is asked: the same on every release. */
const ALIKE: readonly Case[] = [
  ...INVALID_CONFIGS,
  ...INVALID_APPINFOS.map(({ appinfo, ...rest }) => ({
    ...rest,
    definition: { "appinfo.yml": appinfo, [UNIT_PATH]: UNIT },
  })),
];

const EVERYWHERE: readonly Case[] = [
  ...INVALID_DEFINITIONS.map(({ files, ...rest }) => ({
    ...rest,
    config: rest.config ?? GOOD_CONFIG,
    definition: { "appinfo.yml": HELLO, [UNIT_PATH]: UNIT, ...files },
  })),
];

/** Returns the cases of a release: a soak takes all, else of those that are alike everywhere each release has its half. */
function casesOf(release: Release): readonly Case[] {
  const half = ALIKE.filter((_, at) => SOAK || at % RELEASES.length === RELEASES.indexOf(release));
  return [...half, ...EVERYWHERE];
}

/** Runs every case in the server, as the application's user; prints a verdict for each as JSON, one a line. */
const RUNNER = `
cd
listing() { find . /var/lib/ppm/state -path ./.cache -prune -o -printf '%p %M %u %s %l\\n' | grep -v '^\\. ' | sort; find . -path ./.cache -prune -o -type f -exec sha256sum {} + | sort; }
for case in /srv/shared/cases/*/; do
  rm -rf ~/.ppm ~/.config/systemd ~/.config/hello /srv/hello.git/* /srv/hello.git/.git
  if [ -d "$case/definition" ]; then
    cp -a --no-preserve=ownership "$case/definition/." /srv/hello.git/
    (cd /srv/hello.git && git init -q -b main && sh "$case/script" && git add -A -f && git commit -qm c) >/dev/null 2>&1
  fi
  cp "$case/config.yml" ~/config.yml; chmod 600 ~/config.yml
  listing >/tmp/before
  ppm setup >/tmp/out 2>/tmp/err; code=$?
  listing >/tmp/after
  name=\${case%/}; name=\${name##*/}
  cp /tmp/err "/srv/shared/results/$name.err"; echo $code >"/srv/shared/results/$name.code"
  diff /tmp/before /tmp/after >"/srv/shared/results/$name.diff" || true
done
`;

async function writeCases(shared: string, cases: readonly Case[]): Promise<void> {
  await Deno.remove(`${shared}/cases`, { recursive: true }).catch(() => {}); // those of the release before
  for (const [at, each] of cases.entries()) {
    const directory = `${shared}/cases/${caseName(at)}`;
    await Deno.mkdir(directory, { recursive: true });
    await Deno.writeTextFile(`${directory}/config.yml`, each.config);
    await Deno.writeTextFile(`${directory}/script`, each.script ?? "");
    for (const [path, text] of Object.entries(each.definition ?? {})) {
      const file = `${directory}/definition/${path}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(file, text);
    }
  }
  await Deno.mkdir(`${shared}/results`, { recursive: true });
}

function caseName(at: number): string {
  return String(at).padStart(3, "0");
}

eitherRelease(
  "ppm setup refuses every faulty file with exactly its problems, and changes nothing",
  async (release: Release) => {
    await using server = await bootServer({ release });
    await server.copyPpm();
    await server.run(["ppm", "version"]);
    await server.user("app");
    await server.run(["install", "-d", "-m", "755", "/var/lib/ppm", "/var/lib/ppm/state"]);
    await server.run([
      "install",
      "-d",
      "-m",
      "755",
      "-o",
      "app",
      "-g",
      "app",
      "/var/lib/ppm/state/app",
      "/srv/hello.git",
    ]);
    await server.run([
      "sh",
      "-c",
      "git config --global user.email a@example.org; git config --global user.name A",
    ], { user: "app" });
    const cases = casesOf(release);
    await writeCases(sharedDirectory(), cases);
    await server.run(["chmod", "-R", "a+rwX", "/srv/shared"]);
    await server.run(["bash", "-c", RUNNER], { user: "app", seconds: 600 });
    const expected = cases.map(({ name, problems }) => ({ name, problems, code: "4", changed: "" }));
    deepStrictEqual(await Promise.all(cases.map(({ name }, at) => outcome(name, at))), expected);
  },
);

/** What became of a case: the lines above "N problems", the exit code, and what differs in the home directory. */
async function outcome(name: string, at: number) {
  const result = (kind: string) => Deno.readTextFile(`${sharedDirectory()}/results/${caseName(at)}.${kind}`);
  const lines = (await result("err")).split("\n");
  const problems = lines.slice(0, lines.findIndex((line) => /^error: /.test(line)));
  return { name, problems, code: (await result("code")).trim(), changed: await result("diff") };
}
