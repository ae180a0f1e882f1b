/** Repositories behind ssh and http, on real servers of both kinds, plainly and from `podman unshare`: backup, loss, setup, and everything is back. */
import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { makeNotes, type Notes, PASSWORD } from "./backup_support.ts";
import { bootServer, eachRelease, RELEASES, type Server } from "./server.ts";

/** Where the repository lies behind the remote server. */
const PATH = "/srv/shared/remote";

/** An sshd of its own on port 2222, which lets the user's key in as the user vault, and whose key the user knows. */
const SSHD = `set -e; useradd -m -p '*' vault; chown -R vault: $0
install -d -o app -g app -m 700 ~app/.ssh; runuser -u app -- ssh-keygen -q -t ed25519 -N "" -f ~app/.ssh/id_ed25519
install -d -o vault -m 700 ~vault/.ssh; install -o vault -m 600 ~app/.ssh/id_ed25519.pub ~vault/.ssh/authorized_keys
ssh-keygen -q -t ed25519 -N "" -f /srv/hostkey; mkdir -p /run/sshd
printf '%s\\n' 'Port 2222' 'ListenAddress 127.0.0.1' 'HostKey /srv/hostkey' 'PasswordAuthentication no' 'Subsystem sftp internal-sftp' >/srv/sshd_config
echo "[127.0.0.1]:2222 $(cut -d ' ' -f 1,2 /srv/hostkey.pub)" >/srv/known_hosts
install -o app -m 600 /srv/known_hosts ~app/.ssh/known_hosts
systemd-run -q --unit=vault /usr/sbin/sshd -D -e -f /srv/sshd_config
for _ in $(seq 100); do ! runuser -u app -- ssh -o BatchMode=yes -p 2222 vault@127.0.0.1 true || exit 0; sleep .2; done; exit 1`;

/** The password in the address of the REST server: a canary too. */
const REST_PASSWORD = "canary-of-the-rest-server";

/** A REST server with a password on port 8000. */
const REST =
  `systemd-run -q --unit=rest rclone serve restic --addr 127.0.0.1:8000 --user vault --pass ${REST_PASSWORD} $0
until curl -s http://127.0.0.1:8000/ -o /dev/null; do sleep .1; done`;

const SFTP = { name: "sftp", location: "sftp://vault@127.0.0.1:2222/" + PATH, serve: SSHD };
const HTTP = { name: "rest", location: `rest:http://vault:${REST_PASSWORD}@127.0.0.1:8000/`, serve: REST };

/** ssh finds the user's keys by who it is, which `podman unshare` changes; the address of a REST server passes through the environment everywhere. */
const REMOTES = [
  ...RELEASES.map((release) => ({ ...SFTP, release, container: true })),
  ...RELEASES.map((release) => ({ ...HTTP, release, container: release === "trixie" })),
  { ...SFTP, release: "bookworm", container: false },
] as const;

/** Returns what shows the password of the REST server: programs' arguments, their environment excepted, which others cannot read; and what `leaks()` looks at. */
async function canaries(server: Server, notes: Notes): Promise<void> {
  deepStrictEqual(await notes.leaks(), []);
  const script =
    `{ journalctl --no-pager -o cat _UID=$(id -u app); cat /var/lib/ppm/state/*/state.yml /home/app/.config/systemd/user/ppm-* \
    /home/app/.ppm/*.json /home/app/.ppm/RECOVER.md; } 2>/dev/null | grep -F -m 3 -e ${REST_PASSWORD} -e ${PASSWORD} || true`;
  strictEqual((await server.run(["sh", "-c", script])).stdout, "");
}

/** Watches the arguments of every program of the user while `work` is done; fails where a password is among them. */
async function watched<T>(server: Server, work: () => Promise<T>): Promise<T> {
  const watch = `while [ ! -e /srv/watched ]; do
      for process in $(pgrep -u app); do tr '\\0' ' ' </proc/$process/cmdline 2>/dev/null; echo; done | grep -F -e ${REST_PASSWORD} -e ${PASSWORD}
      sleep .05; done | sort -u`;
  await server.run(["rm", "-f", "/srv/watched"]);
  const watching = server.run(["sh", "-c", watch], { check: false });
  try {
    return await work();
  } finally {
    await server.run(["touch", "/srv/watched"]);
    strictEqual((await watching).stdout, "", "a password is in the arguments of a program");
  }
}

for (const { name, location, serve, release, container } of REMOTES) {
  Deno.test(
    `ppm setup brings data back from an ${name}: repository${
      container ? ", inside podman unshare" : ""
    } [${release}]`,
    async () => {
      await using server = await bootServer({ release });
      const path = `${PATH}-${release}-${name}-${container}`;
      const there = location.replace(PATH, path);
      const notes = await makeNotes(server, { container, path, location: there, backedUp: false });
      await server.run(["sh", "-c", serve, path]);
      await watched(server, () => notes.begin());
      const before = await notes.standing();
      const token = await notes.pet.read(".config/notes/token");
      await notes.lose();
      await watched(server, () => notes.done("setup"));
      strictEqual(await notes.digest(), before.data[0]);
      strictEqual(await notes.pet.read(".config/notes/token"), token);
      await notes.done("start");
      ok(await notes.up(10));
      await notes.done("backup");
      await notes.idle();
      deepStrictEqual(await notes.broken(before), []);
      await canaries(server, notes);
      match((await notes.done("snapshots")).stdout, /good/i);
    },
  );
}

eachRelease(
  "ppm setup brings a container's data back on another server, to a user with another uid and other subordinate ids",
  async (release) => {
    await using first = await bootServer({ release, name: "first" });
    const path = `/srv/shared/moved-${release}`;
    const notes = await makeNotes(first, { container: true, path });
    const saved = await notes.present();
    const token = await notes.pet.read(".config/notes/token");
    const range = await first.readFile("/etc/subuid");
    await first.powerCut();

    await using second = await bootServer({ release, name: "second" });
    await second.user("somebody"); // who gets the uid and the range that app had
    const moved = await makeNotes(second, { container: true, path, backedUp: false });
    ok((await moved.pet.run(["id", "-u"])).stdout !== "1000\n");
    notStrictEqual(await second.readFile("/etc/subuid"), range);
    match((await moved.done("setup")).stderr, /Restored data\/ from the snapshot .* compared/);
    strictEqual(await moved.digest(), saved);
    deepStrictEqual(await moved.aside(), []);
    strictEqual(await moved.pet.read(".config/notes/token"), token);
    await moved.done("start");
    ok(await moved.up(20));
    await moved.done("backup");
    await moved.idle();
    match((await moved.done("snapshots")).stdout, /claim 2/);
    strictEqual((await moved.good()).length, 2);

    // The first one was not dead: it may not write any more, and says where the living one is.
    await second.run(["chown", "-R", "1000:1000", path]);
    await first.boot();
    const ran = await notes.ppm("backup");
    strictEqual(ran.code, 8, ran.stderr);
    match(ran.stderr, new RegExp(second.name));
    match(ran.stderr, /--take-over/);
    ok(await notes.up(20));
    strictEqual((await notes.good()).length, 2);
  },
);

// Two servers wait at the same time.
Deno.test("an sshd that never answers is given up within a minute, and the application never stops", async () => {
  await Promise.all(RELEASES.map(async (release) => {
    await using server = await bootServer({ release });
    const path = `${PATH}-${release}-stopped`;
    const location = `sftp://vault@127.0.0.1:2222/${path}`;
    const notes = await makeNotes(server, { path, location, backedUp: false });
    await server.run(["sh", "-c", SSHD, path]);
    await notes.begin();
    const before = await notes.standing();
    const process = await notes.process();
    await server.run(["systemctl", "kill", "--signal=STOP", "vault"]);
    const started = performance.now();
    const { code, stderr } = await notes.ppm("backup");
    strictEqual(code, 6, stderr);
    ok(performance.now() - started < 75_000);
    strictEqual(await notes.process(), process, "the application was stopped");
    await server.run(["systemctl", "kill", "--signal=CONT", "vault"]);
    await notes.idle();
    await notes.done("backup");
    deepStrictEqual(await notes.broken(before), []);
  }));
});
