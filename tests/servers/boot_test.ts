/** That the test servers are what tests take them for, and that the one file starts on them, whoever starts it and whatever fails. */

import assert from "node:assert/strict";
import { bootServer, eachRelease, eitherRelease, makeImage, type Server, sharedDirectory } from "./server.ts";

const AARCH64 = new URL("../../dist/ppm-aarch64-unknown-linux-gnu", import.meta.url).pathname;
const QEMU = "/usr/bin/qemu-aarch64-static";
const AARCH64_LIBRARIES = "/usr/aarch64-linux-gnu";
const VERSION = /^ppm \d+\.\d+\.\d+ .*(deno compile|self-extracting)/;

eachRelease(
  "a server boots with nothing failed, and lingering users survive a power cut",
  async (release) => {
    await using server = await bootServer({ release });
    assert.match(await server.readFile("/etc/os-release"), new RegExp(`VERSION_CODENAME=${release}`));
    await server.user("app");
    await server.writeFile("kept", "as it was", { user: "app", mode: 0o600 });
    await server.powerCut();
    await assert.rejects(server.run(["true"]), /is not running/);
    await server.boot();
    assert.equal(
      (await server.run(["systemctl", "is-system-running"], { check: false })).stdout,
      "running\n",
    );
    assert.equal((await server.run(["cat", "kept"], { user: "app" })).stdout, "as it was");
    const { stdout } = await server.run(["systemctl", "--user", "is-system-running", "--wait"], {
      user: "app",
    });
    assert.equal(stdout, "running\n");
  },
);

Deno.test("server sweep removes what a gone process has left, and no more", async () => {
  await using server = await bootServer({ release: "bookworm" });
  const runs = new URL("..", `file://${sharedDirectory()}`).pathname;
  const gone = `${runs}2147483647-gone`; // no process has a number as high as this
  await Deno.mkdir(`${gone}/shared`, { recursive: true });
  await new Deno.Command(new URL("server", import.meta.url).pathname, { args: ["sweep"] }).output();
  await assert.rejects(Deno.stat(gone), Deno.errors.NotFound);
  await server.run(["true"]);
});

eachRelease("two servers do not see each other, but share /srv/shared", async (release) => {
  await using first = await bootServer({ release, name: "first" });
  await using second = await bootServer({ release, name: "second" });
  await first.run(["systemd-run", "--unit=probe", "sleep", "infinity"]);
  assert.equal(
    (await second.run(["systemctl", "is-active", "probe"], { check: false })).stdout,
    "inactive\n",
  );
  await first.writeFile("/srv/shared/note", "hello");
  assert.equal(await second.readFile("/srv/shared/note"), "hello");
  assert.equal(await Deno.readTextFile(`${sharedDirectory()}/note`), "hello");
  await second.run(["systemctl", "kill", "--kill-whom=all", "-s", "KILL", "system.slice"], { check: false });
  assert.equal((await first.run(["systemctl", "is-active", "probe"])).stdout, "active\n");
});

Deno.test("connected servers reach each other by name, again after a power cut, and one that is added later too", async () => {
  await using first = await bootServer({ release: "bookworm", name: "first" });
  await using second = await bootServer({ release: "trixie", name: "second" });
  const greets = async (from: Server, to: Server) => {
    const { stdout } = await from.run(["ssh-keyscan", "-t", "ed25519", to.name]);
    assert.match(stdout, new RegExp(`^${to.name} ssh-ed25519 `, "m"));
  };
  await first.connect(second);
  await greets(first, second);
  await greets(second, first);
  const address = await second.address();
  await second.powerCut();
  await second.boot();
  await using third = await bootServer({ release: "trixie", name: "third" });
  await first.connect(second, third);
  assert.equal(await second.address(), address);
  await greets(first, second);
  await greets(second, third);
  await greets(third, first);
});

eachRelease("a user runs an image that was made without a registry", async (release) => {
  await using server = await bootServer({ release });
  await server.user("app");
  await makeImage(server, "app");
  const echo = ["podman", "run", "--rm", "localhost/busybox", "echo", "hello"];
  assert.equal((await server.run(echo, { user: "app" })).stdout, "hello\n");
});

eachRelease("ppm version answers whoever asks, wherever", async (release, t) => {
  await using server = await prepared(release);
  await server.user("other");
  for (const user of ["app", "other"]) {
    await t.step(`the user ${user}, also without an environment or with another's home`, async () => {
      assert.match((await server.run(["ppm", "version"], { user })).stdout, VERSION);
      const empty = ["env", "-i", "/usr/local/bin/ppm", "version"];
      assert.match((await server.run(empty, { user })).stdout, VERSION);
      const foreignHome = ["env", "-i", "HOME=/root", "/usr/local/bin/ppm", "version"];
      assert.match((await server.run(foreignHome, { user })).stdout, VERSION);
    });
  }
  await t.step("whatever the environment tells Deno and V8", async () => {
    const env = {
      DENO_V8_FLAGS: "--no-such-flag",
      DENO_COVERAGE_DIR: "/tmp/coverage",
      DENO_LOG: "debug",
      DENO_DIR: "/proc/none",
    };
    const { stdout, stderr } = await server.run(["ppm", "version"], { user: "app", env });
    assert.match(stdout, VERSION);
    assert.equal(stderr, "");
    assert.equal((await server.run(["ls", "-A", "/tmp"])).stdout.includes("coverage"), false);
  });
  await t.step("not from a cache that belongs to somebody else", async () => {
    await server.run(["mkdir", "-p", "/srv/cache/ppm"]);
    const env = { XDG_CACHE_HOME: "/srv/cache" };
    const ran = await server.run(["ppm", "version"], { user: "app", env, check: false });
    assert.equal(ran.code, 1);
    assert.match(
      ran.stderr,
      /^ppm: Cannot unpack into \/srv\/cache\/ppm: it is not a directory of this user's own/,
    );
  });
  await t.step("root, whose copy then serves all", async () => {
    assert.match((await server.run(["env", "-i", "/usr/local/bin/ppm", "version"])).stdout, VERSION);
    await server.run(["rm", "-r", "/home/app/.cache"]);
    assert.match((await server.run(["ppm", "version"], { user: "app" })).stdout, VERSION);
    assert.deepEqual(await copies(server, "/home/app/.cache/ppm"), []);
  });
});

eitherRelease("ten first starts at once all work and leave one copy", async (release) => {
  await using server = await prepared(release);
  const starts = Array.from({ length: 10 }, () => server.run(["ppm", "version"], { user: "app" }));
  for (const { stdout, stderr } of await Promise.all(starts)) {
    assert.match(stdout, VERSION);
    assert.equal(stderr, "");
  }
  assert.equal((await copies(server, "/home/app/.cache/ppm")).length, 1);
});

eitherRelease("a first start that is killed leaves nothing that is taken for whole", async (release) => {
  await using server = await prepared(release);
  for (const delay of ["0.01", "0.05", "0.2", "0.4"]) {
    const killed = `setsid ppm version >/dev/null 2>&1 & sleep ${delay}; kill -9 -- -$!`;
    await server.run(["bash", "-c", killed], { user: "app", check: false });
  }
  assert.match((await server.run(["ppm", "version"], { user: "app" })).stdout, VERSION);
  const left = (await server.run(["ls", "-A", ".cache/ppm"], { user: "app" })).stdout;
  assert.doesNotMatch(left, /unpacking/);
});

eitherRelease("a full disk is named, leaves nothing behind, and mends itself with room", async (release) => {
  await using server = await prepared(release);
  await server.run([
    "sh",
    "-c",
    "mkdir /home/app/.cache && mount -t tmpfs -o size=60m,uid=app,mode=700 none /home/app/.cache",
  ]);
  const full = await server.run(["ppm", "version"], { user: "app", check: false });
  assert.equal(full.code, 1);
  assert.match(
    full.stderr,
    /^ppm: Cannot unpack into \/home\/app\/\.cache\/ppm, which takes \d+ MiB: only \d+ MiB are free there\n$/,
  );
  assert.deepEqual(await copies(server, "/home/app/.cache/ppm"), []);
  await server.run(["mount", "-o", "remount,size=300m,nr_inodes=5", "/home/app/.cache"]);
  const noInodes = await server.run(["ppm", "version"], { user: "app", check: false });
  assert.match(noInodes.stderr, /: No space left on device\n$/);
  assert.equal((await server.run(["ls", ".cache/ppm"], { user: "app" })).stdout, "lock\n");
  await server.run(["mount", "-o", "remount,nr_inodes=1000", "/home/app/.cache"]);
  assert.match((await server.run(["ppm", "version"], { user: "app" })).stdout, VERSION);
  await server.run(["sh", "-c", "cat /dev/zero > /home/app/.cache/full"], { check: false });
  const { stdout, stderr } = await server.run(["ppm", "version"], { user: "app" });
  assert.match(stdout, VERSION);
  assert.equal(stderr, "");
});

eitherRelease("a home mounted noexec is named with the way out", async (release) => {
  await using server = await prepared(release);
  await server.run([
    "sh",
    "-c",
    "mkdir /home/app/.cache && mount -t tmpfs -o noexec,uid=app,mode=700 none /home/app/.cache",
  ]);
  const refused = await server.run(["ppm", "version"], { user: "app", check: false });
  assert.match(
    refused.stderr,
    /^ppm: Cannot run programs in \/home\/app\/\.cache\/ppm: is it mounted noexec\? Once root/,
  );
  await server.run(["ppm", "version"]);
  assert.match((await server.run(["ppm", "version"], { user: "app" })).stdout, VERSION);
});

eitherRelease("a new version removes the old one, unless that is running", async (release) => {
  await using server = await prepared(release);
  await server.run(["ppm", "version"], { user: "app" });
  const [current = ""] = await copies(server, "/home/app/.cache/ppm");
  const cache = "/home/app/.cache/ppm";
  const pretend = [
    "sh",
    "-c",
    `cd ${cache} && mkdir running idle && cp /bin/sleep running/ppm && cp /bin/sleep idle/ppm && mv ${current} gone`,
  ];
  await server.run(pretend, { user: "app" });
  await server.run(["sh", "-c", `${cache}/running/ppm infinity >/dev/null 2>&1 &`], { user: "app" });
  await server.run(["ppm", "version"], { user: "app" });
  assert.deepEqual(await copies(server, cache), [current, "running"].sort());
});

eitherRelease("a file that was cut short is called damaged", async (release) => {
  await using server = await prepared(release);
  await server.run(["sh", "-c", "truncate -s -1000 /usr/local/bin/ppm"]);
  const ran = await server.run(["ppm", "version"], { user: "app", check: false });
  assert.equal(ran.code, 1);
  assert.match(ran.stderr, /^ppm: Cannot unpack into .*: gzip: .*not in gzip format/);
});

Deno.test("the aarch64 file starts under qemu", async () => {
  await using server = await bootServer({ release: "bookworm" });
  await server.user("app");
  await server.copy(AARCH64, "/usr/local/bin/ppm");
  await server.copy(QEMU, QEMU);
  for await (const { name, isFile } of Deno.readDir(`${AARCH64_LIBRARIES}/lib`)) {
    if (isFile) await server.copy(`${AARCH64_LIBRARIES}/lib/${name}`, `${AARCH64_LIBRARIES}/lib/${name}`);
  }
  // The self-extracting file starts its Deno itself, so qemu is put before that; a compiled one is started by qemu.
  const emulate = `case $(head -c 2 "$1") in
    '#!') LC_ALL=C sed -i '1,/main\\.js/s#^ *"$dir/ppm" run#${QEMU} -L ${AARCH64_LIBRARIES} &#' "$1" ;;
    *) mv "$1" "$1.aarch64" && printf '#!/bin/sh\\nexec ${QEMU} -L ${AARCH64_LIBRARIES} %s "$@"\\n' "$1.aarch64" >"$1" && chmod 755 "$1" ;;
  esac`;
  await server.run(["sh", "-c", emulate, "sh", "/usr/local/bin/ppm"]);
  assert.match((await server.run(["ppm", "version"], { user: "app" })).stdout, VERSION);
});

/** A server with ppm and the user app. */
async function prepared(release: "bookworm" | "trixie"): Promise<Server> {
  const server = await bootServer({ release });
  await server.copyPpm({ unpacked: false });
  await server.user("app");
  return server;
}

/** The unpacked versions in a cache directory. */
async function copies(server: Server, cache: string): Promise<string[]> {
  const list = `for copy in "$1"/*/ppm; do [ ! -e "$copy" ] || basename "$(dirname "$copy")"; done`;
  return (await server.run(["sh", "-c", list, "sh", cache])).stdout.split("\n").filter((name) => name !== "")
    .sort();
}
