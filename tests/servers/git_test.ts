/** Real remotes: git over a real sshd and a real https server, with what goes wrong there and the way out that ppm names. */
import { match, ok, strictEqual } from "node:assert/strict";
import { HOST, makeGitHost, shell, startHttps, trustSsh } from "./git_host.ts";
import { makePet, type Pet, plainDefinition } from "./pet.ts";
import { bootServer, eitherRelease, type Release, RELEASES, type Server } from "./server.ts";

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

eitherRelease("ppm setup clones over ssh, and says what is missing until it can", async (release) => {
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

eitherRelease("ppm setup clones over https, and says what is missing until it can", async (release) => {
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

eitherRelease(
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
