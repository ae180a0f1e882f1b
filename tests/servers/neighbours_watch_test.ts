/** What `neighbours_watch` makes of changes among the neighbours, on real servers: however many, whenever they come, and whatever goes wrong. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { makePet, type Pet } from "./pet.ts";
import { bootServer, eitherRelease, type Server } from "./server.ts";

const ENTRY = "/var/lib/ppm/state/book";
const SERVICE = "ppm-neighbours.service";
/** A second to gather changes, five between two runs, and what a run takes. */
const SECONDS = 20;

/** Keeps what it has read of its list. It refuses to reload what is bad, and dies of what is deadly. */
function proxyDefinition(): Record<string, string> {
  const reload =
    "/bin/sh -c 'if grep -q bad ~/.config/proxy/list; then exit 1; fi; cat ~/.config/proxy/list >~/read; echo >>~/reloads; " +
    "if grep -q deadly ~/.config/proxy/list; then kill -9 $MAINPID; fi'";
  return {
    "appinfo.yml": [
      "name: proxy",
      "description: A list of its neighbours",
      'version: "1"',
      "mainunit: proxy",
      "enableunits: [proxy.service]",
      "plugins:",
      "  backups_none: { reason: Nothing is stored }",
      "  neighbours_watch: {}",
      "",
    ].join("\n"),
    "templates/.config/proxy/list.eta":
      "<% for (const { user, state } of it.neighbours) { -%>\n<%= user %> says <%= state.word %>\n<% } -%>\n",
    "templates/.config/systemd/user/proxy.service":
      `[Service]\nExecStart=/bin/sleep infinity\nExecReload=${reload}\n[Install]\nWantedBy=proxy.target\n`,
  };
}

/** A proxy, and a neighbour that says one word after another. */
class Street {
  readonly server: Server;
  readonly proxy: Pet;

  constructor(server: Server, proxy: Pet) {
    this.server = server;
    this.proxy = proxy;
  }

  /** Publishes words one after another, as ppm does: a whole file, then a touch. */
  async say(words: readonly string[], pause = 0): Promise<void> {
    const state = [
      "version: 1",
      "instance: book",
      "user: book",
      "host: server",
      "app:\n  name: book\n  description: A book\n  version: '1'",
      `definition:\n  repository: /srv/book.git\n  commit: ${"a".repeat(40)}`,
      "units: []",
      "plugins: {}",
      "state:\n  word: WORD",
      "times: {}",
    ].join("\n");
    const script =
      'cd "$1"; state=$2; shift 2; for word; do echo "$state" | sed "s/WORD/$word/" >.new && mv .new state.yml && touch .; ' +
      `sleep ${pause}; done`;
    await this.server.run(["sh", "-ec", script, "sh", ENTRY, state, ...words], { user: "book" });
  }

  /** Waits until the service has read what is expected, and systemd is at rest. */
  async reads(expected: string): Promise<void> {
    const script = `for n in $(seq ${SECONDS * 5}); do
      [ "$(cat read 2>&1)" = "$1" ] && exec sh -c 'until systemctl --user show -P ActiveState "$0" | grep -qE "^(inactive|failed)"; do sleep 0.1; done' ${SERVICE}
      sleep 0.2; done; cat read; journalctl --user -n 60 --no-pager; exit 1`;
    await this.proxy.run(["sh", "-c", script, "sh", expected]);
  }

  /** Waits until it has gone back, and systemd is at rest; returns what was wrong. */
  async fails(word: string): Promise<string> {
    const script = `for n in $(seq ${SECONDS * 5}); do
      grep -q '"step": null' .ppm/watch.json && grep -q "$1" ~/.config/proxy/list .ppm/generations/*/files/.config/proxy/list &&
        grep -q '"why"' .ppm/watch.json && exec cat .ppm/watch.json
      sleep 0.2; done; journalctl --user -n 60 --no-pager; exit 1`;
    const { stdout } = await this.proxy.run(["sh", "-c", script, "sh", word]);
    return JSON.parse(stdout).failed.why;
  }

  async history(): Promise<readonly string[]> {
    const { generations } = JSON.parse((await this.proxy.ppm(["history", "--json"])).stdout);
    return generations.map(({ by, outcome }: Record<string, string>) => `${outcome} by ${by}`);
  }

  async mainPid(): Promise<string> {
    return (await this.proxy.run(["systemctl", "--user", "show", "-P", "MainPID", "proxy.service"])).stdout;
  }

  async follow(): Promise<string> {
    return (await this.proxy.ppm(["setup", "--neighbours"])).stderr;
  }
}

eitherRelease(
  "neighbours_watch follows its neighbours, and leads back where the application does not",
  async (release, t) => {
    await using server = await bootServer({ release, name: "watch" });
    await server.copyPpm();
    const proxy = await makePet(server, { definition: proxyDefinition() });
    await server.run(["useradd", "--create-home", "book"]);
    await server.run(["install", "-d", "-o", "book", ENTRY]);
    const street = new Street(server, proxy);
    await street.say(["zero"]);
    await proxy.ppm(["setup", "-q"]);
    const verify =
      'cd ~/.config/systemd/user && systemd-analyze --user verify --man=no "$PWD"/ppm-neighbours*';
    const verified = await proxy.run(["sh", "-c", verify]);
    strictEqual(verified.stdout + verified.stderr, "");
    await proxy.ppm(["start", "-q"]);
    const before = await street.mainPid();

    await t.step(
      "of thirty changes in three seconds the last one is read, and few generations stay",
      async () => {
        await street.say(Array.from({ length: 30 }, (_, at) => `n${at}`), 0.1);
        await street.reads("book says n29");
        deepStrictEqual(await street.history(), ["done by neighbours", "done by setup"]);
        strictEqual(await street.mainPid(), before);
        match((await proxy.ppm(["status"])).stdout, /running/);
        ok(!(await proxy.ppm(["status"])).stdout.includes("restart"));
      },
    );

    await t.step("what comes while it is at work is not lost", async () => {
      await street.say(["early"]);
      await proxy.run([
        "sh",
        "-c",
        `until systemctl --user show -P SubState ${SERVICE} | grep -q start; do sleep 0.05; done`,
      ]);
      await street.say(["late"]);
      await street.reads("book says late");
    });

    await t.step("a reload that fails leads back, and is not tried again", async () => {
      await street.say(["bad"]);
      match(await street.fails("bad"), /^Cannot reload proxy\.service: /);
      match(
        (await proxy.ppm(["status"])).stdout,
        /! with its neighbours as they are now, the application was not well/,
      );
      strictEqual(await proxy.read(".config/proxy/list"), "book says late\n");
      strictEqual(await street.mainPid(), before);
      strictEqual((await street.history())[0], "failed by neighbours");
      match(
        await street.follow(),
        /with its neighbours as they are, the application was not well \(Cannot reload proxy\.service/,
      );
    });

    await t.step("what dies of a reload runs again as before", async () => {
      await street.say(["deadly"]);
      match(await street.fails("deadly"), /^Cannot (?:start "proxy"|reload proxy\.service): /);
      strictEqual(await proxy.read(".config/proxy/list"), "book says late\n");
      match((await proxy.ppm(["status"])).stdout, /running/);
    });

    await t.step(
      "a commit that was pulled and a config.yml that was changed are left to whoever did it",
      async () => {
        const units = ["ppm-neighbours-changed.path", "ppm-neighbours.path", SERVICE];
        await proxy.run(["systemctl", "--user", "stop", ...units]); // by hand from here on: it is the same, and quicker
        await proxy.commit({ "templates/.config/proxy/list.eta": "another\n" });
        await proxy.moveClone();
        await street.say(["pulled"]);
        await street.follow();
        strictEqual(await proxy.read("read"), "book says pulled\n");
        await proxy.configure("instance: other\n");
        await street.say(["configured"]);
        match(await street.follow(), /config\.yml has changed since the last setup\. Next: ppm setup/);
        strictEqual(await proxy.read(".config/proxy/list"), "book says pulled\n");
        await proxy.configure();
      },
    );

    await t.step("killed at any time, it ends as it should", async () => {
      const kill =
        'for n in 1 2 3 4 5 6; do timeout -s KILL "0.$((n * 9 + 10))" ppm setup --neighbours; done; exit 0';
      for (const word of ["first", "second"]) {
        await street.say([word]);
        await proxy.run(["sh", "-c", kill]);
        await street.follow();
        strictEqual(await proxy.read("read"), `book says ${word}\n`);
        strictEqual(await proxy.read(".config/proxy/list"), `book says ${word}\n`);
        strictEqual(JSON.parse(await proxy.read(".ppm/watch.json")).step, null);
        strictEqual(JSON.parse(await proxy.read(".ppm/manifest.json")).pending, null);
      }
      match(await street.follow(), /^Nothing to do/m);
    });
  },
);
