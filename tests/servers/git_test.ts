/** Real remotes: git over a real sshd and a real https server, with what goes wrong there and the way out that ppm names. */
import { match, ok, strictEqual } from "node:assert/strict";
import { makePet, type Pet, plainDefinition } from "./pet.ts";
import { bootServer, eachRelease, type Release, RELEASES, type Server } from "./server.ts";

const HOST = "git.example.test";

/** A git server on the same machine: `/srv/git/web.git`, and `monorepo.git` with the definition in `pets/web`, both of the user `git`. */
async function makeGitHost(server: Server, pet: Pet): Promise<void> {
  await server.run(["useradd", "-m", "-s", "/bin/bash", "git"]);
  await shell(
    server,
    `
    echo "127.0.0.1 ${HOST}" >>/etc/hosts
    git config --global safe.directory '*'
    mkdir -p /srv/git /tmp/mono/pets
    git clone -q --bare ${pet.repository} /srv/git/web.git
    git clone -q ${pet.repository} /tmp/mono/pets/web && rm -r /tmp/mono/pets/web/.git
    cd /tmp/mono
    git init -q -b main && git add -A
    git -c user.name=A -c user.email=a@example.org commit -q -m Pets
    git -c user.name=A -c user.email=a@example.org tag -a v1 -m One
    git clone -q --bare . /srv/git/monorepo.git
    chown -R git:git /srv/git`,
  );
}

function shell(server: Server, script: string, user?: string): Promise<unknown> {
  return server.run(["sh", "-ec", script], user === undefined ? {} : { user });
}

/** Points config.yml at another repository; `rest` is the rest of its section. */
async function pointTo(pet: Pet, repository: string, rest = ""): Promise<void> {
  const text = `definition:\n  repository: ${repository}\n${rest}`;
  await pet.server.writeFile("config.yml", text, { user: pet.user, mode: 0o600 });
}

/** Runs `ppm setup`, which must fail with `code`, and leave neither a clone nor a part of one. Returns what it says. */
async function failedSetup(pet: Pet, code = 1): Promise<string> {
  const ran = await pet.ppm(["setup"], { check: false });
  strictEqual(ran.code, code, ran.stderr);
  strictEqual((await pet.run(["sh", "-c", "ls -d .ppm/definition* || true"])).stdout, "");
  return ran.stderr;
}

/** Runs `ppm setup`, which must succeed, and returns the commit of the clone; the clone is gone then, for the next try. */
async function clonedCommit(pet: Pet): Promise<string> {
  await pet.ppm(["setup"]);
  const { stdout } = await pet.run(["git", "-C", ".ppm/definition", "rev-parse", "HEAD"]);
  await pet.run(["rm", "-r", ".ppm/definition"]);
  return stdout.trim();
}

async function commitOf(server: Server, repository: string, revision = "main"): Promise<string> {
  return (await server.run(["git", "-C", `/srv/git/${repository}`, "rev-parse", `${revision}^{commit}`]))
    .stdout
    .trim();
}

async function prepare(release: Release): Promise<{ server: Server; pet: Pet }> {
  const server = await bootServer({ release });
  await server.copyPpm();
  const pet = await makePet(server, { definition: plainDefinition() });
  await makeGitHost(server, pet);
  return { server, pet };
}

/** Starts an https server with git's own backend: `/git/` for everybody, `/private/` for `app` with the password `sesame`. */
async function startHttps(server: Server): Promise<void> {
  await server.writeFile(
    "/etc/git-https/lighttpd.conf",
    `
server.modules = ("mod_openssl", "mod_auth", "mod_authn_file", "mod_setenv", "mod_alias", "mod_cgi")
server.document-root = "/var/empty"
server.username = "git"
server.groupname = "git"
server.port = 443
ssl.engine = "enable"
ssl.pemfile = "/etc/git-https/server.pem"
ssl.privkey = "/etc/git-https/server.key"
auth.backend = "plain"
auth.backend.plain.userfile = "/etc/git-https/passwords"
auth.require = ("/private/" => ("method" => "basic", "realm" => "git", "require" => "valid-user"))
alias.url = ("/git/" => "/usr/lib/git-core/git-http-backend/", "/private/" => "/usr/lib/git-core/git-http-backend/")
cgi.assign = ("" => "")
setenv.set-environment = ("GIT_PROJECT_ROOT" => "/srv/git", "GIT_HTTP_EXPORT_ALL" => "1")
`,
  );
  await shell(
    server,
    `
    cd /etc/git-https
    mkdir -p /var/empty
    echo app:sesame >passwords
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=Test authority" -keyout ca.key -out ca.crt
    openssl req -newkey rsa:2048 -nodes -subj "/CN=${HOST}" -keyout server.key -out server.csr
    echo "subjectAltName=DNS:${HOST}" >names
    openssl x509 -req -days 30 -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile names -out server.pem
    chmod 644 server.key passwords
    systemd-run --quiet --unit=git-https lighttpd -D -f /etc/git-https/lighttpd.conf
    curl -sk --retry 20 --retry-connrefused --retry-delay 1 -o /dev/null https://${HOST}/`,
  );
}

/** Makes the ssh server reachable for the pet's user: its key is known there, and the host's key here. */
async function trustSsh(server: Server, pet: Pet): Promise<void> {
  await shell(
    server,
    `mkdir -m 700 -p ~/.ssh; ssh-keyscan ${HOST} >>~/.ssh/known_hosts; ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519`,
    pet.user,
  );
  await shell(
    server,
    `install -d -m 700 -o git -g git /home/git/.ssh
    install -m 600 -o git -g git /home/app/.ssh/id_ed25519.pub /home/git/.ssh/authorized_keys`,
  );
}

eachRelease("ppm setup clones over ssh, and says what is missing until it can", async (release) => {
  const { server, pet } = await prepare(release);
  await using _ = server;
  await server.run(["systemctl", "start", "ssh"]);
  await pointTo(pet, `git@${HOST}:/srv/git/web.git`);

  const stranger = await failedSetup(pet);
  match(
    stranger,
    /Cannot read the repository "git@git\.example\.test:\/srv\/git\/web\.git": Host key verification failed/,
  );
  match(stranger, /ssh-keyscan git\.example\.test >> ~\/\.ssh\/known_hosts/);

  await shell(server, `mkdir -m 700 ~/.ssh; ssh-keyscan ${HOST} >>~/.ssh/known_hosts`, pet.user);
  const noKey = await failedSetup(pet);
  match(noKey, /Permission denied \(publickey/);
  match(noKey, /accepts no key of this user/);

  await shell(server, "rm -r ~/.ssh", pet.user);
  await trustSsh(server, pet);
  strictEqual(await clonedCommit(pet), await commitOf(server, "web.git"));

  await pointTo(pet, `ssh://git@${HOST}/srv/git/monorepo.git`);
  match(await failedSetup(pet, 4), /appinfo\.yml: is missing at the top of the repository; .*: pets\/web/);
  const tagged = await commitOf(server, "monorepo.git", "v1");
  for (const revision of ["v1", "main", tagged, tagged.slice(0, 9)]) {
    await pointTo(
      pet,
      `ssh://git@${HOST}/srv/git/monorepo.git`,
      `  revision: "${revision}"\n  directory: pets/web\n`,
    );
    strictEqual(await clonedCommit(pet), tagged);
  }
  await pointTo(pet, `ssh://git@${HOST}/srv/git/monorepo.git`, "  revision: v2\n  directory: pets/web\n");
  match(
    await failedSetup(pet, 4),
    /Cannot find the revision "v2".*Did you mean "v1"\? Branches: main\. Tags: v1\./s,
  );
  await pointTo(pet, `ssh://git@${HOST}/srv/git/none.git`);
  match(await failedSetup(pet), /does not appear to be a git repository/);

  await shell(server, "ssh-keygen -q -t ed25519 -N '' -f /tmp/other", pet.user);
  await shell(
    server,
    `printf '%s ' ${HOST} >~/.ssh/known_hosts; cat /tmp/other.pub >>~/.ssh/known_hosts`,
    pet.user,
  );
  await pointTo(pet, `git@${HOST}:/srv/git/web.git`);
  match(await failedSetup(pet), /REMOTE HOST IDENTIFICATION HAS CHANGED.*ssh-keygen -R git\.example\.test/s);
});

eachRelease("ppm setup clones over https, and says what is missing until it can", async (release) => {
  const { server, pet } = await prepare(release);
  await using _ = server;
  await startHttps(server);
  await pointTo(pet, `https://${HOST}/git/web.git`);

  const untrusted = await failedSetup(pet);
  match(untrusted, /certificate/);
  match(untrusted, /update-ca-certificates/);

  await shell(
    server,
    "cp /etc/git-https/ca.crt /usr/local/share/ca-certificates/test.crt; update-ca-certificates",
  );
  strictEqual(await clonedCommit(pet), await commitOf(server, "web.git"));

  await pointTo(pet, `https://${HOST}/private/web.git`);
  const anonymous = await failedSetup(pet);
  match(anonymous, /could not read Username/);
  match(anonymous, /~\/\.netrc, mode 0600: machine git\.example\.test login NAME password TOKEN/);
  const netrc = (password: string) =>
    server.writeFile(".netrc", `machine ${HOST} login app password ${password}\n`, {
      user: pet.user,
      mode: 0o600,
    });
  await netrc("wrong");
  match(await failedSetup(pet), /Authentication failed|could not read Username/);
  await netrc("sesame");
  strictEqual(await clonedCommit(pet), await commitOf(server, "web.git"));

  await pointTo(pet, `https://${HOST}/git/none.git`);
  match(await failedSetup(pet), /repository 'https:\/\/git\.example\.test\/git\/none\.git\/' not found/);
  await pointTo(pet, "https://nowhere.invalid/web.git");
  match(await failedSetup(pet), /Could not resolve host: nowhere\.invalid.*getent hosts nowhere\.invalid/s);
  await pointTo(pet, `https://${HOST}:444/web.git`);
  match(await failedSetup(pet), /(Failed|Could ?n.t) to connect|Connection refused|Could not connect/);
});

eachRelease(
  "ppm setup reads a path only of its own user, and a clone that stands needs no remote",
  async (release) => {
    const { server, pet } = await prepare(release);
    await using _ = server;
    await server.run(["git", "config", "--system", "url./nonexistent/.insteadOf", "/srv/git/"]); // which ppm's git ignores
    await pointTo(pet, "/srv/git/web.git");
    const foreign = await failedSetup(pet);
    match(foreign, /detected dubious ownership in repository at '\/srv\/git\/web\.git'/);
    match(
      foreign,
      /As root: chown -R app \/srv\/git\/web\.git; or reach it as its owner: ssh:\/\/OWNER@localhost\/srv\/git\/web\.git/,
    );
    await server.run(["chown", "-R", "app:", "/srv/git/web.git"]);
    await pet.ppm(["setup"]);

    await server.run(["mv", "/srv/git/web.git", "/srv/git/gone.git"]);
    await pet.run(["touch", ".ppm/definition/.git/index.lock", ".ppm/definition/.git/HEAD.lock"]);
    match((await pet.ppm(["setup"])).stderr, /Nothing to do/);
    await pointTo(pet, "/srv/git/gone.git");
    const other = await pet.ppm(["setup"], { check: false });
    strictEqual(other.code, 1);
    match(other.stderr, /it comes from "\/srv\/git\/web\.git", and config\.yml says "\/srv\/git\/gone\.git"/);
    await pet.run(["rm", "-rf", ".ppm/definition"]);
    await pet.ppm(["setup"]);
  },
);

Deno.test("ppm setup gives up on ssh and https servers that accept and then say nothing, on every release at once", async () => {
  await Promise.all(RELEASES.map(async (release) => {
    const { server, pet } = await prepare(release);
    await using _ = server;
    await server.run(["systemctl", "start", "ssh"]);
    await trustSsh(server, pet);
    await startHttps(server);
    await server.run(["systemctl", "kill", "--signal=STOP", "ssh.service", "git-https.service"]);
    const seconds = async (repository: string, says: RegExp) => {
      await pointTo(pet, repository);
      const started = performance.now();
      match(await failedSetup(pet), says);
      return (performance.now() - started) / 1000;
    };
    ok(await seconds(`git@${HOST}:/srv/git/web.git`, /timed out.*whether that host answers/s) < 30);
    ok(
      await seconds(
        `https://${HOST}/git/web.git`,
        /it did not answer within 60 s.*whether that host answers/s,
      ) < 75,
    );
    await server.run(["systemctl", "kill", "--signal=CONT", "ssh.service", "git-https.service"]);
    await pointTo(pet, `git@${HOST}:/srv/git/web.git`);
    strictEqual(await clonedCommit(pet), await commitOf(server, "web.git"));
  }));
});
