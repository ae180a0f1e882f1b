/** The main job, on real servers: a repository and a config.yml become a running application, and stay one. */
import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { definitionFrom, makePet, plainDefinition } from "./pet.ts";
import { bootServer, eachRelease, eitherRelease, makeImage } from "./server.ts";

eachRelease(
  "ppm setup and ppm start bring a rootless container up, and it is back after a power cut",
  async (release) => {
    await using server = await bootServer({ release });
    await server.copyPpm();
    const example = release === "trixie" ? "examples/hello-quadlet" : "examples/hello";
    const pet = await makePet(server, {
      definition: definitionFrom(example),
      config: "variables:\n  greeting: Hello there\n",
    });
    await makeImage(server, pet.user);
    const page = async () =>
      (await server.run([
        "curl",
        "-fsS",
        "--retry",
        "20",
        "--retry-all-errors",
        "--retry-delay",
        "1",
        "http://127.0.0.1:8080/",
      ])).stdout;

    const setup = await pet.ppm(["setup"]);
    match(setup.stderr, /write \.config\/hello\/index\.html/);
    await pet.ppm(["start"]);
    match(await page(), /Hello there/);

    const status = JSON.parse((await pet.ppm(["status", "--json"])).stdout);
    strictEqual(status.app.name, release === "trixie" ? "hello-quadlet" : "hello");
    match((await pet.ppm(["status"])).stdout, /hello\.service +running/);

    await pet.configure("variables:\n  greeting: Good evening\n");
    const diff = await pet.ppm(["diff", "--exit-code"], { check: false });
    strictEqual(diff.code, 3);
    match(diff.stdout, /-<h1>Hello there<\/h1>\n\+<h1>Good evening<\/h1>/);
    match((await pet.ppm(["setup"])).stderr, /ppm restart/);
    await pet.ppm(["restart"]);
    match(await page(), /Good evening/);

    await server.powerCut();
    await server.boot();
    match(await page(), /Good evening/);
    strictEqual((await pet.ppm(["status"])).code, 0);

    await pet.ppm(["stop"]);
    strictEqual((await pet.ppm(["status"], { check: false })).code, 3);
    strictEqual((await server.run(["curl", "-fsS", "http://127.0.0.1:8080/"], { check: false })).code, 7);
  },
);

eachRelease(
  "ppm setup a second time does nothing and says so, for the files, for systemd and for the state file",
  async (release) => {
    await using server = await bootServer({ release });
    await server.copyPpm();
    const pet = await makePet(server, { definition: plainDefinition() });
    await pet.ppm(["setup"]);
    const before = await pet.listing("/lock$");
    match((await pet.ppm(["setup"])).stderr, /Nothing to do/);
    strictEqual(await pet.listing("/lock$"), before);
    strictEqual((await pet.ppm(["diff", "--exit-code"])).stdout, "");

    match(await server.readFile("/var/lib/ppm/state/app/state.yml"), /^instance: app$/m);
    await server.run(["rm", "/var/lib/ppm/state/app/state.yml"]);
    match((await pet.ppm(["setup"])).stderr, /publish/);
    await pet.run(["systemctl", "--user", "disable", "web.service"]);
    match((await pet.ppm(["setup"])).stderr, /enable web\.service/);
    await pet.run(["rm", "-r", ".ppm/definition"]);
    match((await pet.ppm(["diff"])).stdout, /^# clone .* into \.ppm\/definition: there is no clone yet$/m);
    match((await pet.ppm(["setup"])).stderr, /^clone /m);
    match((await pet.ppm(["setup"])).stderr, /Nothing to do/);
  },
);

eitherRelease(
  "ppm setup keeps hand edits, stops what a definition drops, and touches only what changed",
  async (release) => {
    await using server = await bootServer({ release });
    await server.copyPpm();
    const pet = await makePet(server, { definition: plainDefinition(["web", "extra"]) });
    await pet.ppm(["setup"]);
    await pet.ppm(["start"]);
    const webPid = (await pet.run(["systemctl", "--user", "show", "-PMainPID", "web.service"])).stdout;
    const password = await pet.read(".config/web/private");
    match(password, /^[A-Za-z0-9]{32}\n$/);

    await server.writeFile(".config/web/index.html", "edited by hand\n", { user: pet.user });
    await pet.commit({
      ...plainDefinition(["web"]),
      "templates/.config/systemd/user/extra.service.eta": null,
    });
    await pet.moveClone();
    const setup = await pet.ppm(["setup"]);
    match(
      setup.stderr,
      /keep \.config\/web\/index\.html as \.ppm\/overwritten\/\.config\/web\/index\.html\.[0-9a-f]{8}/,
    );
    match(setup.stderr, /stop extra\.service/);
    match(
      (await pet.run(["sh", "-c", "cat ~/.ppm/overwritten/.config/web/index.html.*"])).stdout,
      /edited by hand/,
    );
    strictEqual(
      (await pet.run(["systemctl", "--user", "is-active", "extra.service"], { check: false })).stdout.trim(),
      "inactive",
    );
    strictEqual(
      (await pet.run(["sh", "-c", "ls -d ~/.config/systemd/user/extra* ~/.config/systemd/user/*/extra*"], {
        check: false,
      })).stdout,
      "",
    );
    strictEqual((await pet.run(["systemctl", "--user", "show", "-PMainPID", "web.service"])).stdout, webPid);
    strictEqual(await pet.read(".config/web/private"), password);
    strictEqual((await pet.run(["stat", "-c", "%a", ".config/web/private"])).stdout.trim(), "600");
  },
);

eachRelease(
  "ppm start fails with the culprit's last lines when one of several units fails, and the others stay up",
  async (release) => {
    await using server = await bootServer({ release });
    await server.copyPpm();
    const definition = plainDefinition(["web", "broken"]);
    const unit =
      "[Service]\nExecStart=/bin/sh -c 'echo the cellar is flooded; exit 7'\n[Install]\nWantedBy=web.target\n";
    const pet = await makePet(server, {
      definition: { ...definition, "templates/.config/systemd/user/broken.service.eta": unit },
    });
    await pet.ppm(["setup"]);
    const start = await pet.ppm(["start"], { check: false });
    strictEqual(start.code, 1);
    match(start.stderr, /broken\.service/);
    match(start.stderr, /the cellar is flooded/);
    strictEqual((await pet.run(["systemctl", "--user", "is-active", "web.service"])).stdout.trim(), "active");
    strictEqual((await pet.ppm(["status"], { check: false })).code, 3);
  },
);

eachRelease(
  "ppm setup refuses units that systemd would not load, and nothing has changed",
  async (release) => {
    await using server = await bootServer({ release });
    await server.copyPpm();
    const definition = plainDefinition();
    const pet = await makePet(server, { definition });
    await pet.ppm(["setup"]);
    const before = await pet.listing("^./.ppm/definition");
    const unit =
      "[Unit]\nDescription=x\nFrobnicate=1\n[Service]\nExecStart=/bin/nothing-there\nRestart=alway\n[Install]\nWantedBy=web.target\n";
    await pet.commit({
      "templates/.config/systemd/user/web.service.eta": null,
      "templates/.config/systemd/user/web.service": unit,
    });
    await pet.moveClone();
    const setup = await pet.ppm(["setup"], { check: false });
    strictEqual(setup.code, 4, setup.stderr);
    match(setup.stderr, /templates\/\.config\/systemd\/user\/web\.service:3:1: Unknown key/);
    match(setup.stderr, /web\.service:6:1: .*alway/);
    match(setup.stderr, /nothing-there is not executable/);
    strictEqual(
      await pet.listing("^./.ppm/(definition|lock)"),
      before.split("\n").filter((line) => !line.includes("./.ppm/lock")).join("\n"),
    );
  },
);

eachRelease(
  "ppm works after su, in an empty environment, from a timer, and says what root must do where there is no manager",
  async (release) => {
    await using server = await bootServer({ release });
    await server.copyPpm();
    const pet = await makePet(server, { definition: plainDefinition() });
    await pet.ppm(["setup"]);
    await server.run(["su", "-", "app", "-c", "ppm start"]);
    await server.run([
      "setpriv",
      "--reuid=app",
      "--regid=app",
      "--clear-groups",
      "env",
      "-i",
      "/usr/local/bin/ppm",
      "status",
    ]);
    await pet.run(["systemd-run", "--user", "--wait", "--quiet", "ppm", "restart"]);
    // systemd listens at a socket of its own, beside the bus.
    await server.run(["sh", "-c", "mv /run/user/$(id -u app)/bus /tmp/"]);
    await pet.ppm(["restart"]);
    await pet.ppm(["status"]);
    await server.run(["systemctl", "stop", `user@${(await server.run(["id", "-u", "app"])).stdout.trim()}`]);
    await server.run(["loginctl", "disable-linger", "app"]);
    const setup = await pet.ppm(["setup"], { check: false });
    strictEqual(setup.code, 1);
    match(setup.stderr, /As root: loginctl enable-linger app/);
  },
);

eitherRelease("ppm refuses root, and one of two setups at once waits and says for whom", async (release) => {
  await using server = await bootServer({ release });
  await server.copyPpm();
  const pet = await makePet(server, { definition: plainDefinition() });
  const root = await server.run(["ppm", "setup"], { check: false });
  deepStrictEqual([root.code, root.stdout], [2, ""]);
  match((await pet.ppm(["setup", "--dryrun"], { check: false })).stderr, /did you mean --dry-run\?/);
  await pet.ppm(["setup"]);
  const hold = pet.run(["flock", ".ppm/lock", "sh", "-c", "echo ppm upgrade, pid 1 >.ppm/lock; sleep 2"]);
  await pet.run(["sh", "-c", "until grep -q upgrade .ppm/lock; do sleep 0.05; done"]);
  const refused = await pet.ppm(["setup", "--no-wait"], { check: false });
  strictEqual(refused.code, 5);
  match(refused.stderr, /held by ppm upgrade, pid 1/);
  const waiting = await pet.ppm(["setup"]);
  match(waiting.stderr, /Waiting for the lock: it is held by ppm upgrade, pid 1/);
  await hold;
});

eitherRelease(
  "ppm setup --dry-run and ppm diff show everything and change nothing, also before the first setup",
  async (release) => {
    await using server = await bootServer({ release });
    await server.copyPpm();
    const pet = await makePet(server, { definition: plainDefinition() });
    const before = await pet.listing();
    const dryRun = await pet.ppm(["setup", "--dry-run"]);
    match(dryRun.stdout, /write \.config\/web\/index\.html/);
    match(dryRun.stdout, /systemctl --user enable -- web\.target web\.service/);
    match((await pet.ppm(["diff"])).stdout, /\+hello from app/);
    strictEqual(await pet.listing(), before);
    await pet.ppm(["setup"]);
    notStrictEqual(await pet.listing(), before);
    const secret = (await pet.read(".config/web/private")).trim();
    await server.run(["rm", "/home/app/.config/web/private"]);
    const diff = await pet.ppm(["diff", "-v"]);
    ok(!(diff.stdout + diff.stderr).includes(secret), "the diff shows the secret");
  },
);

eitherRelease(
  "ppm setup uses only commits that an allowed signer has signed, where config.yml asks for it",
  async (release) => {
    await using server = await bootServer({ release });
    await server.copyPpm();
    const pet = await makePet(server, { definition: plainDefinition() });
    const signers = "/etc/ppm/allowed_signers";
    const refused = async (message: RegExp) => {
      const { code, stderr } = await pet.ppm(["setup"], { check: false });
      strictEqual(code, 4, stderr);
      match(stderr, message);
      strictEqual((await pet.run(["test", "-e", ".ppm"], { check: false })).code, 1);
    };
    const commit = async (key: string) => {
      const sign = `git -c gpg.format=ssh -c user.signingkey=$HOME/${key} commit -q --amend --no-edit -S`;
      await pet.run(["sh", "-c", `cd ~/definition && ${sign}`]);
    };
    await pet.run(["sh", "-c", "for key in good other; do ssh-keygen -q -t ed25519 -N '' -f ~/$key; done"]);
    await server.writeFile(
      "config.yml",
      `definition:\n  repository: ${pet.repository}\n  allowedsigners: ${signers}\n`,
      { user: pet.user },
    );
    await refused(/allowed_signers, which names the allowed signers, does not exist/);
    await server.run([
      "sh",
      "-c",
      `mkdir -p /etc/ppm && sed 's/^/admin@example.org /' /home/app/good.pub >${signers}`,
    ]);
    await refused(/no key in \/etc\/ppm\/allowed_signers has signed it/);
    await commit("other");
    await refused(/no key in \/etc\/ppm\/allowed_signers has signed it/);
    await commit("good");
    await pet.ppm(["setup"]);
  },
);

eitherRelease(
  "ppm start is not deceived by a unit that falls over again and again, each time later than the settling time",
  async (release) => {
    await using server = await bootServer({ release });
    await server.copyPpm();
    // On a busy machine journald does not know any more which unit somebody was of who has ended at once.
    const unit =
      "[Service]\nExecStart=/bin/sh -c 'test -e %t/fell && sleep 4; touch %t/fell; echo no port left; sleep 0.3; exit 1'\nRestart=on-failure\n[Install]\nWantedBy=web.target\n";
    const definition = { ...plainDefinition(), "templates/.config/systemd/user/web.service.eta": unit };
    const pet = await makePet(server, { definition });
    await pet.ppm(["setup"]);
    const start = await pet.ppm(["start", "--timeout", "40s"], { check: false });
    strictEqual(start.code, 1, start.stderr);
    match(start.stderr, /no port left/);
  },
);

eitherRelease(
  "ppm stop stops every unit of the application, and one that an administrator stops takes no other with it",
  async (release) => {
    await using server = await bootServer({ release });
    await server.copyPpm();
    const names = ["web", "second", "third"];
    const pet = await makePet(server, { definition: plainDefinition(names) });
    const states = async () =>
      (await pet.run(["systemctl", "--user", "is-active", ...names], { check: false })).stdout.trim().split(
        "\n",
      );
    await pet.ppm(["setup"]);
    await pet.ppm(["start"]);
    await pet.run(["systemctl", "--user", "stop", "second.service"]);
    deepStrictEqual(await states(), ["active", "inactive", "active"]);
    strictEqual((await pet.ppm(["status"], { check: false })).code, 3);
    await pet.ppm(["start"]);
    deepStrictEqual(await states(), ["active", "active", "active"]);
    await pet.ppm(["stop"]);
    deepStrictEqual(await states(), ["inactive", "inactive", "inactive"]);
  },
);

eachRelease(
  "ppm setup and all that it starts write nowhere but in the home, state, run-time and temporary directories",
  async (release) => {
    await using server = await bootServer({ release });
    await server.copyPpm();
    await server.run(["ppm", "version"]);
    const pet = await makePet(server, { definition: plainDefinition() });
    const calls =
      "trace=openat,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat";
    await pet.run(["strace", "-f", "-qqq", "-y", "-e", calls, "-o", "/tmp/trace", "ppm", "setup"]);
    const trace = await server.readFile("/tmp/trace");
    const changing = trace.split("\n").filter((line) => !/ = -1 /.test(line))
      .filter((line) => !line.includes("openat(") || /O_WRONLY|O_RDWR|O_CREAT/.test(line));
    // A link's first path is only what it says; where it is made is the second.
    const made = changing.map((line) => line.replace(/symlink(at)?\("[^"]*"/, "symlink("));
    const paths = made.flatMap((line) => [...line.matchAll(/"(\/[^"]*)"/g)].map(([, path = ""]) => path));
    ok(paths.some((path) => path.startsWith("/home/app/.ppm/")), "nothing was traced");
    const allowed =
      /^\/(home\/app|var\/lib\/ppm\/state\/app|tmp\/(ppm|systemd)-[^/]+|run\/user\/\d+|dev\/(null|tty|shm\/[^/]*|urandom)|proc\/self\/)/;
    deepStrictEqual(paths.filter((path) => !allowed.test(path)), []);
  },
);
