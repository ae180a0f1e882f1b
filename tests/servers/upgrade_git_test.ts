/** What a remote, its history, its signatures and the clone can be like when an upgrade comes: told with the way out, and the application goes on. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { HOST, makeGitHost, shell, startHttps } from "./git_host.ts";
import { eitherRelease, type Server } from "./server.ts";
import { makeVersions, together, version, type Versions } from "./versions.ts";

eitherRelease(
  "ppm upgrade follows only a history, signatures and a clone that are in order",
  async (release) => {
    await together(release, [remote, history, signed, tags, clone, hostile]);
  },
);

/** A version without backups: what is looked at here ends long before one. */
function lean(name: string, files: Readonly<Record<string, string | null>> = {}) {
  return { version: name, backedUp: false, files };
}

/** A template that cannot be rendered: whoever reads it says so. */
const UNREADABLE = { "templates/.config/notes/never.eta": "<%= it.never.read %>\n" };

/** Runs git in the definition's repository; returns what it prints. */
async function git(app: Versions, ...args: readonly string[]): Promise<string> {
  return (await app.pet.run(["git", "-C", app.pet.repository, ...args])).stdout.trim();
}

/** Writes what stands in config.yml's section `definition` besides the repository. */
async function define(app: Versions, lines: string, repository = app.pet.repository): Promise<void> {
  const text = `definition:\n  repository: ${repository}\n${lines}`;
  await app.server.writeFile("config.yml", text, { user: app.pet.user, mode: 0o600 });
}

/** A remote that is gone, silent, or wants a password. */
async function remote(server: Server): Promise<void> {
  const app = await makeVersions(server, { ...lean("1"), user: "remote", begun: false });
  await makeGitHost(server, app.pet);
  await startHttps(server);
  await shell(
    server,
    "cp /etc/git-https/ca.crt /usr/local/share/ca-certificates/test.crt; update-ca-certificates",
  );
  await define(app, "", `https://${HOST}/git/web.git`);
  await app.done("setup");
  await app.pet.run(["mkdir", "-p", "data/files"]);
  await app.done("start");
  await app.release(lean("2"));
  const push =
    `git -C /srv/git/web.git fetch -q ${app.pet.repository} main:main && chown -R git:git /srv/git`;
  await shell(server, push);

  await server.run(["systemctl", "kill", "--signal=STOP", "git-https.service"]);
  const started = performance.now();
  const silent = await app.refused(1, /did not answer within 60 s/, "upgrade", "--apply", "--scheduled");
  match(silent.stderr, /whether that host answers/);
  const seconds = (performance.now() - started) / 1000;
  ok(seconds < 90, `${seconds} s`);
  await server.run(["systemctl", "kill", "--signal=CONT", "git-https.service"]);

  await server.run(["mv", "/srv/git/web.git", "/srv/git/gone.git"]);
  await app.refused(1, /repository 'https:.*web\.git\/' not found/, "upgrade", "--apply");
  await app.refused(1, /repository 'https:.*web\.git\/' not found/, "upgrade", "--dry-run");
  await server.run(["mv", "/srv/git/gone.git", "/srv/git/web.git"]);

  const configuration = "/etc/git-https/lighttpd.conf";
  await server.run(["sed", "-i", 's|"/private/" => ("method"|"/git/" => ("method"|', configuration]);
  await server.run(["systemctl", "stop", "git-https.service"]);
  await app.refused(1, /onnect/, "upgrade", "--apply");
  await shell(
    server,
    `systemd-run --quiet --unit=git-https lighttpd -D -f ${configuration}
    curl -sk --retry 20 --retry-connrefused --retry-delay 1 -o /dev/null https://${HOST}/`,
  );
  match(
    (await app.refused(1, /could not read Username/, "upgrade", "--apply")).stderr,
    /~\/\.netrc, mode 0600: machine git\.example\.test login NAME password TOKEN/,
  );
  const netrc = `machine ${HOST} login app password sesame\n`;
  await server.writeFile(".netrc", netrc, { user: app.pet.user, mode: 0o600 });
  await app.done("upgrade", "--apply");
  strictEqual(await app.writer(), "version 2");
}

/** History that was rewritten, or set back. */
async function history(server: Server): Promise<void> {
  const app = await makeVersions(server, { ...lean("1"), user: "history" });
  const first = await app.head();
  const second = await app.release(lean("2"));
  await app.done("upgrade", "--apply");

  await app.release(lean("3", UNREADABLE));
  await git(app, "reset", "-q", "--soft", first);
  await git(app, "commit", "-q", "-m", "Another past");
  const rewritten = await app.head();
  const says = new RegExp(
    `Cannot follow the branch main to the commit ${
      rewritten.slice(0, 12)
    }: its history does not hold the commit ${second.slice(0, 12)}`,
  );
  const told = await app.refused(4, says, "upgrade", "--apply", "--scheduled");
  match(told.stderr, new RegExp(`definition\\.revision: ${rewritten}`));
  await app.refused(4, says, "upgrade");
  await app.refused(4, says, "upgrade", "--dry-run");

  await git(app, "reset", "-q", "--hard", first);
  await app.refused(4, /it was set back, behind the commit/, "upgrade", "--apply");

  // The administrator may leap, and back again.
  await define(app, `  revision: ${first}\n`);
  await app.done("upgrade", "--apply");
  strictEqual(await app.writer(), "version 1");
  strictEqual((await app.history())[0].description.source.commit, first);
  await git(app, "reset", "-q", "--hard", second);
  await define(app, "");
  await app.done("upgrade", "--apply");
  strictEqual(await app.writer(), "version 2");
}

/** Makes a key for signing, and lets the repository's commits be signed with it. */
async function makeKeys(app: Versions): Promise<string> {
  const make =
    `mkdir -p -m 700 keys && ssh-keygen -q -t ed25519 -N '' -f keys/good && ssh-keygen -q -t ed25519 -N '' -f keys/other
    echo "admin@example.org $(cat keys/good.pub)" >keys/allowed
    git config --global gpg.format ssh; git config --global user.signingkey ~/keys/good.pub`;
  await app.pet.run(["sh", "-ec", make]);
  return `  allowedsigners: /home/${app.pet.user}/keys/allowed\n`;
}

async function signing(app: Versions, yes: boolean, key = "good"): Promise<void> {
  await app.pet.run([
    "git",
    "config",
    "--global",
    "user.signingkey",
    `/home/${app.pet.user}/keys/${key}.pub`,
  ]);
  await app.pet.run(["git", "config", "--global", "commit.gpgsign", String(yes)]);
}

/** Nothing that the allowed signers have not signed is rendered. */
async function signed(server: Server): Promise<void> {
  const app = await makeVersions(server, { ...lean("1"), user: "signed", begun: false });
  const allowed = await makeKeys(app);
  await signing(app, true);
  await define(app, allowed);
  const first = await app.release(lean("1", { "README.md": "Signed\n" }));
  await app.done("setup");
  await app.pet.run(["mkdir", "-p", "data/files"]);
  await app.done("start");
  const second = await app.release(lean("2"));
  await app.done("upgrade", "--apply", "--scheduled");
  strictEqual(await app.writer(), "version 2");

  await signing(app, false);
  const unsigned = await app.release(lean("3", UNREADABLE));
  const bad = new RegExp(`Cannot use the commit ${unsigned.slice(0, 12)} of the definition`);
  match((await app.refused(4, bad, "upgrade", "--apply")).stderr, /has signed it/);
  await signing(app, true);
  await app.release(lean("4"));
  for (const flags of [["--apply", "--scheduled"], ["--apply"], [], ["--dry-run"]]) {
    const ran = await app.refused(4, bad, "upgrade", ...flags);
    match(ran.stderr, /on the way to/);
    ok(!ran.stderr.includes("never"), ran.stderr);
  }
  await git(app, "reset", "-q", "--hard", second);
  await signing(app, true, "other");
  await app.release(lean("5", UNREADABLE));
  ok(
    !(await app.refused(4, /no key in .*\/keys\/allowed has signed it/, "upgrade")).stderr.includes("never"),
  );
  await git(app, "reset", "-q", "--hard", first);
  await app.refused(4, /it was set back/, "upgrade", "--apply");
  await git(app, "reset", "-q", "--hard", second);
  await signing(app, true);
  await app.release(lean("6"));
  await app.pet.run(["mv", "keys/allowed", "keys/gone"]);
  await app.refused(
    4,
    /keys\/allowed, which names the allowed signers, does not exist/,
    "upgrade",
    "--apply",
  );
  await app.pet.run(["mv", "keys/gone", "keys/allowed"]);
  await app.done("upgrade", "--apply");
  strictEqual(await app.writer(), "version 6");
}

/** A signed tag vouches for its commit, under its name. */
async function tags(server: Server): Promise<void> {
  const app = await makeVersions(server, { ...lean("1"), user: "tags", begun: false });
  const allowed = await makeKeys(app);
  const pin = (tag: string) => define(app, `${allowed}  revision: ${tag}\n`);
  await git(app, "tag", "-s", "-m", "One", "v1");
  await pin("v1");
  await app.done("setup");
  await app.pet.run(["mkdir", "-p", "data/files"]);
  await app.done("start");
  await app.release(lean("2"));
  await git(app, "tag", "-s", "-m", "Two", "v2");
  await pin("v2");
  match((await app.done("upgrade", "--apply")).stdout, /the tag v2/);
  strictEqual(await app.writer(), "version 2");

  await app.release(lean("3", UNREADABLE));
  await git(app, "tag", "-f", "-a", "-m", "Two, by somebody else", "v2");
  await app.refused(4, /no key in .* has signed it/, "upgrade", "--apply");
  await git(app, "tag", "-f", "v2");
  await app.refused(4, /no key in .* has signed it/, "upgrade", "--apply", "--scheduled");
  await git(app, "tag", "-f", "-s", "-m", "Two", "v2", "v1^{}");
  await app.refused(4, /it was set back/, "upgrade", "--apply");
  await git(app, "update-ref", "refs/tags/v4", await git(app, "rev-parse", "refs/tags/v1"));
  await pin("v4");
  const posing = await app.ends(4, "upgrade", "--apply");
  match(posing.stderr, /v1/);
  await git(app, "tag", "-d", "v4");
  await app.refused(4, /Cannot find the revision "v4"/, "upgrade", "--apply");
  await app.pet.commit({
    "templates/.config/notes/never.eta": null,
    ...version(lean("5")) as Record<string, string>,
  });
  await git(app, "tag", "-s", "-m", "Five", "v5");
  await pin("v5");
  await app.done("upgrade", "--apply");
  strictEqual(await app.writer(), "version 5");
}

/** A clone that somebody else has been at. */
async function clone(server: Server): Promise<void> {
  const app = await makeVersions(server, { ...lean("1"), user: "clone" });
  const directory = ".ppm/definition";
  await app.release(lean("2"));

  await app.pet.run(["sh", "-c", `echo '# mine' >>${directory}/appinfo.yml; echo new >${directory}/new`]);
  const dirty = await app.refused(
    1,
    /files in it were changed by hand: appinfo\.yml, new/,
    "upgrade",
    "--apply",
  );
  match(dirty.stderr, /git -C \S+ stash --include-untracked/);
  await app.pet.run(["git", "-C", directory, "stash", "-q", "--include-untracked"]);

  await app.pet.run(["git", "-C", directory, "config", "remote.origin.url", "/srv/elsewhere"]);
  await app.refused(1, /it comes from "\/srv\/elsewhere"/, "upgrade", "--apply", "--scheduled");
  await app.pet.run(["git", "-C", directory, "config", "remote.origin.url", app.pet.repository]);

  await app.pet.run(["git", "-C", directory, "config", "core.fsmonitor", "touch /tmp/was-run"]);
  await app.ends(1, "upgrade", "--apply");
  strictEqual((await server.run(["ls", "/tmp/was-run"], { check: false })).stdout, "");
  await app.pet.run(["git", "-C", directory, "config", "--unset", "core.fsmonitor"]);

  const [standing, runs] = [await app.stands(), await app.runs()];
  await server.run(["chown", "-R", "root:", `/home/clone/${directory}`]);
  const foreign = await app.ends(1, "upgrade", "--apply");
  match(foreign.stderr, /Cannot use the clone \S+: it belongs to the user with uid 0, not to clone/);
  match(foreign.stderr, /move it away: ppm setup makes the clone again/);
  await server.run(["chown", "-R", "clone:", `/home/clone/${directory}`]);
  deepStrictEqual([await app.stands(), await app.runs()], [standing, runs]);

  // A git that was killed, an hour ago and just now.
  await app.pet.run(["touch", "-d", "1 hour ago", `${directory}/.git/index.lock`]);
  match((await app.done("upgrade")).stderr, /index\.lock/);
  await app.release(lean("3"));
  await app.pet.run(["touch", "-d", "50 seconds ago", `${directory}/.git/index.lock`]);
  await app.done("upgrade", "--apply");
  strictEqual(await app.writer(), "version 3");
}

/** What authors write is shown, and repaints no terminal. */
async function hostile(server: Server): Promise<void> {
  const app = await makeVersions(server, { ...lean("1"), user: "hostile" });
  const subject = "Harmless\x1b[2J\x1b]0;owned\x07\rCannot\u202efdp.exe\u0085";
  await app.pet.run(["git", "config", "--global", "user.name", "Eve\x1b[31m\u202eevE"]);
  await app.release(lean("2", { "templates/.config/notes/page": "\x1b[2J\u202e\n" }));
  await git(app, "commit", "-q", "--amend", "-m", subject);
  for (const flags of [["--dry-run"], ["--dry-run", "--json"], []]) {
    const { stdout, stderr } = await app.done("upgrade", ...flags);
    const raw = [...stdout + stderr].filter((each) => each !== "\n" && /[\p{Cc}\p{Cf}]/u.test(each));
    deepStrictEqual(raw, []);
    match(stdout + stderr, /Harmless/);
  }
  await app.pet.commit({ "templates/.config/notes/\u202etxt": "" });
  match((await app.ends(4, "upgrade")).stderr, /notes\/\\u\{202e\}txt: has a control character/);
}
