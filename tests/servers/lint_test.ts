/**
 * `ppm lint` of the shipped executable: for a user who has nothing but an account, for root, of a directory that nobody can write to, with
 * the systemd and the Quadlet of each Debian, and of a definition that tries what templates have no business with.
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  bootServer,
  eachRelease,
  eitherRelease,
  type Release,
  type Server,
  sharedDirectory,
} from "./server.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url).pathname;
const UNITS = "templates/.config/systemd/user";
const QUADLETS = "templates/.config/containers/systemd";

const APPINFO = `name: hello
version: "1"
mainunit: hello
enableunits: [hello.service]
healthcheck: { tcp: { port: 8080 } }
plugins:
  backups_scheduled: { oncalendar: "*-*-* 03:00" }
`;
const UNIT = "[Service]\nExecStart=%h/bin/run\n[Install]\nWantedBy=hello.target\n";
const CLEAN = {
  "appinfo.yml": APPINFO,
  [`${UNITS}/hello.service`]: UNIT,
  "templates/bin/run": "#!/bin/sh\n",
};

/** What systemd or Quadlet finds, by the file that it is found in. */
const UNIT_FAULTS: readonly { readonly files: Readonly<Record<string, string>>; readonly said: RegExp }[] = [
  {
    files: { [`${UNITS}/hello.service`]: UNIT.replace("[Service]", "[Unit]\nDescripton=x\n[Service]") },
    said: /^templates\/\S+hello\.service:2:1: Unknown key .*'Descripton'/,
  },
  {
    files: { [`${UNITS}/hello.service.eta`]: "", [`${UNITS}/hello.service`]: UNIT },
    said: /Cannot place this file/,
  },
  {
    files: { [`${UNITS}/hello.service`]: UNIT.replace("%h/bin/run", "%h/bin/ran") },
    said: /^templates\/\S+hello\.service: hello\.service: Command \/home\/app\/bin\/ran is not executable/,
  },
  {
    files: { "appinfo.yml": APPINFO.replace("*-*-* 03:00", "sometimes") },
    said: /^appinfo\.yml:7:36: "plugins\.backups_scheduled\.oncalendar" must be a calendar expression/,
  },
  {
    files: {
      "appinfo.yml": APPINFO.replace("[hello.service]", "[hello.service, hello.timer]"),
      [`${UNITS}/hello.timer`]: "[Timer]\nOnCalendar=sometimes\n[Install]\nWantedBy=hello.target\n",
    },
    said: /^templates\/\S+hello\.timer:2:1: Failed to parse calendar specification/m,
  },
];

/** What a template may try; each is to end in an error, and none of it may happen. */
const HOSTILE = [
  "<%= Deno.readTextFileSync('/etc/shadow') %>",
  "<% Deno.writeTextFileSync('/tmp/owned', 'x') %>",
  "<% new Deno.Command('touch', { args: ['/tmp/owned'] }).outputSync() %>",
  "<%= it.constructor.constructor('return Deno')().env.get('PATH') %>",
  "<%= [].constructor.constructor('return globalThis')() %>",
  "<% fetch('http://127.0.0.1:9/') %>",
  "<% for (;;) {} %>",
  "<% const all = []; for (;;) all.push('x'.repeat(1e6) + all.length) %>",
];

async function place(
  server: Server,
  directory: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await server.run(["rm", "-rf", directory]);
  for (const [path, text] of Object.entries(files)) {
    await server.writeFile(`${directory}/${path}`, text, { mode: path.includes("/bin/") ? 0o755 : 0o644 });
  }
}

/** Every file with its times and content, and what stands in the places where programs leave something. */
async function everything(server: Server, directory: string): Promise<string> {
  const look =
    'find "$1" -printf "%p %M %u %s %T@ %C@\\n" | sort; find "$1" -type f -exec sha256sum {} + | sort; ' +
    "ls -A /tmp /var/tmp /home/ann 2>/dev/null | grep -v systemd-private";
  return (await server.run(["sh", "-c", look, "sh", directory], { check: false })).stdout;
}

eachRelease(
  "ppm lint judges a definition for a user who has nothing, and changes nothing",
  async (release: Release) => {
    await using server = await bootServer({ release });
    await server.copyPpm();
    await server.run(["useradd", "--create-home", "--shell", "/bin/bash", "ann"]); // no lingering, no session, no config.yml
    await server.run(["useradd", "--home-dir", "/nonexistent", "bob"]);
    await place(server, "/srv/hello", CLEAN);
    await server.run(["su", "ann", "-c", "ppm version"]);
    const before = await everything(server, "/srv/hello");
    for (const user of ["ann", "bob", undefined]) {
      const argv = user === undefined
        ? ["ppm", "lint", "/srv/hello"]
        : ["su", user, "-c", "ppm lint /srv/hello"];
      const { code, stdout } = await server.run(argv, { check: false });
      deepStrictEqual([user, code, stdout], [user, 0, ""]);
    }
    strictEqual(await everything(server, "/srv/hello"), before);
  },
);

eitherRelease("ppm lint needs a directory that can be read, and no more", async (release: Release) => {
  await using server = await bootServer({ release });
  await server.copyPpm();
  await place(server, "/srv/hello", CLEAN);
  await server.run(["sh", "-c", "mount --bind /srv/hello /srv/hello && mount -o remount,ro,bind /srv/hello"]);
  const { code, stdout } = await server.run(["ppm", "lint", "/srv/hello"], { check: false });
  deepStrictEqual([code, stdout], [0, ""]);
});

eachRelease("ppm lint has systemd judge units and calendars", async (release: Release) => {
  await using server = await bootServer({ release });
  await server.copyPpm();
  for (const { files, said } of UNIT_FAULTS) {
    await place(server, "/srv/hello", { ...CLEAN, ...files });
    const { code, stdout } = await server.run(["ppm", "lint", "/srv/hello"], { check: false });
    strictEqual(code, 3, stdout);
    match(stdout, said);
    const lines = stdout.trim().split("\n");
    strictEqual(lines.length, Object.keys(files).some((path) => path.endsWith(".timer")) ? 2 : 1, stdout);
  }
  await server.run(["sh", "-c", "mv $(command -v systemd-analyze) /root/"]);
  await place(server, "/srv/hello", CLEAN);
  const { code, stdout } = await server.run(["ppm", "lint", "/srv/hello"], { check: false });
  strictEqual(code, 0);
  match(
    stdout,
    /^note: not verified: the units and calendar expressions: this machine has no systemd-analyze$/m,
  );
});

eachRelease(
  "ppm lint has Quadlet judge its files where podman has it, and says where not",
  async (release: Release) => {
    await using server = await bootServer({ release });
    await server.copyPpm();
    const good = `[Container]\nImage=localhost/hello\n[Install]\nWantedBy=hello.target\n`;
    const { [`${UNITS}/hello.service`]: _, ...rest } = CLEAN;
    await place(server, "/srv/hello", {
      ...rest,
      [`${QUADLETS}/hello.container`]: good.replace("localhost/hello", "localhost/hello\nImgae=x"),
      [`${UNITS}/hello-helper.service`]: "[Unit]\nRequires=hello.service\n[Service]\nExecStart=/bin/true\n",
    });
    const { code, stdout } = await server.run(["ppm", "lint", "/srv/hello"], { check: false });
    if (release === "bookworm") {
      strictEqual(code, 0, stdout);
      match(stdout, /^note: not verified: the Quadlet files: this machine has no podman with Quadlet/m);
    } else {
      strictEqual(code, 3, stdout);
      match(stdout, /^templates\/\S+hello\.container: .*Imgae/);
    }
  },
);

eitherRelease("ppm lint finds nothing wrong with any example", async (release: Release) => {
  await using server = await bootServer({ release });
  await server.copyPpm();
  await new Deno.Command("cp", { args: ["-rT", EXAMPLES, `${sharedDirectory()}/examples`] }).output();
  for (const { name, isDirectory } of Deno.readDirSync(EXAMPLES)) {
    if (!isDirectory) continue;
    const { code, stdout } = await server.run(["ppm", "lint", `/srv/shared/examples/${name}`], {
      check: false,
    });
    strictEqual(code, 0, `${name}: ${stdout}`);
  }
});

eitherRelease("ppm lint lets a hostile definition read, write and run nothing", async (release: Release) => {
  await using server = await bootServer({ release });
  await server.copyPpm();
  const templates = HOSTILE.map((text, at) => [`templates/.config/hello/${at}.eta`, text]);
  await place(server, "/srv/hello", { ...CLEAN, ...Object.fromEntries(templates) });
  // git is never asked: it would run what the repository's settings name.
  const git = "[core]\n\tfsmonitor = touch /tmp/owned\n\thooksPath = /srv/hello/hooks\n";
  await server.writeFile("/srv/hello/.git/config", git);
  const { code, stdout, stderr } = await server.run(["ppm", "lint", "/srv/hello"], {
    check: false,
    seconds: 300,
  });
  strictEqual(code, 3, stdout + stderr);
  for (const at of [0, 1, 2, 3, 4, 5]) {
    match(stdout, new RegExp(`^templates/\\.config/hello/${at}\\.eta:1:\\d+: `, "m"));
  }
  ok(!/root:|at file:|ppm, please report/.test(stdout + stderr), stdout + stderr);
  strictEqual((await server.run(["ls", "/tmp/owned"], { check: false })).code, 2);
  // A link to a secret is named, and not read.
  await place(server, "/srv/hello", CLEAN);
  await server.run(["ln", "-s", "/etc/shadow", "/srv/hello/templates/.config/shadow.eta"]);
  const linked = await server.run(["ppm", "lint", "/srv/hello"], { check: false });
  match(linked.stdout, /^templates\/\.config\/shadow\.eta: is a symbolic link/);
  ok(!linked.stdout.includes("root:"));
});
