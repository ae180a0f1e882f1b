/** One web server for many applications: Debian's Caddy, by examples/caddy, as a user beside users who trust it as little as it trusts them. */
import { match, ok, strictEqual } from "node:assert/strict";
import { makeRepository, PASSWORD } from "./backup_support.ts";
import { definitionFrom, makePet, type Pet } from "./pet.ts";
import {
  bootServer,
  eitherRelease,
  furnished,
  makeImage,
  type Ran,
  type Release,
  type Server,
} from "./server.ts";

/** So long a change may take to arrive: a second to gather others, the pause after the run before, and a run. */
const SECONDS = 15;
const STATE = "/var/lib/ppm/state";

eitherRelease(
  "examples/caddy brings people to its neighbours by name and follows them, while it goes on serving",
  async (release, t) => {
    await using town = await makeTown(release);
    const { server, web, hello, book } = town;
    const before = await town.caddyProcess();

    await t.step("two applications of examples/ answer by name, over https with redirection", async () => {
      match(await town.page("https://hello.localhost/"), /<h1>Hello<\/h1>\n<p>from hello /);
      strictEqual(await town.page("https://guestbook.localhost/cgi-bin/sign?Ada"), "Ada\n");
      strictEqual(await town.answer("http://hello.localhost/"), "308 https://hello.localhost/");
    });

    await t.step("an unknown name is refused", async () => {
      strictEqual(await town.answer("http://nobody.localhost/"), "421 ");
      strictEqual((await town.curl(["https://nobody.localhost/"])).code, 35);
    });

    await t.step("only its own user reaches what configures the web server", async () => {
      const socket = `/run/user/${(await web.run(["id", "-u"])).stdout.trim()}/caddy/admin.sock`;
      const ask = ["curl", "-s", "--unix-socket", socket, "http://localhost/config/"];
      strictEqual((await web.run(ask)).code, 0);
      strictEqual((await hello.run(ask, { check: false })).code, 7);
      strictEqual((await server.run(["stat", "-c", "%A", socket])).stdout, "srwx------\n");
      ok(!(await server.run(["ss", "-Hltn"])).stdout.includes(":2019 "), "Caddy's usual port");
    });

    await t.step("a third application appears by itself", async () => {
      const files = await makePet(server, { definition: filesDefinition() }, "files");
      await files.ppm(["setup", "-q"]);
      await files.ppm(["start", "-q"]);
      await town.until("https://files.localhost/small", "200 ");
    });

    const download = ["curl", "-fsSk", "--output", "/root/stream", "https://files.localhost/cgi-bin/stream"];
    await server.run(["systemd-run", "-q", "--unit=download", "--remain-after-exit", ...download]);

    await t.step("of thirty publications in three seconds the last one counts", async () => {
      const publish =
        `for n in $(seq 30); do sed "s/domain: .*/domain: n$n.localhost/" state.yml >.new && mv .new state.yml && touch . && sleep 0.1; done`;
      await book.run(["sh", "-ec", `cd ${STATE}/book && ${publish}`]);
      await town.until("https://n30.localhost/cgi-bin/sign", "200 ");
      const caddyfile = await town.caddyfile();
      ok(!caddyfile.includes("guestbook.localhost") && !caddyfile.includes("n29"), caddyfile);
    });

    await t.step("where two want one domain nothing changes, and both are named", async () => {
      const standing = await town.caddyfile();
      await book.run([
        "sh",
        "-ec",
        `cd ${STATE}/book && sed -i s/n30.localhost/hello.localhost/ state.yml && touch .`,
      ]);
      await town.watchFails();
      const journal = await web.run(["journalctl", "--user", "-q", "-u", "ppm-neighbours", "-n", "20"]);
      match(journal.stdout, /error: .*the domain hello\.localhost.* book and hello both want it/);
      strictEqual(await town.caddyfile(), standing);
      match(await town.page("https://hello.localhost/"), /from hello /);
      await book.run([
        "sh",
        "-ec",
        `cd ${STATE}/book && sed -i s/hello.localhost/guestbook.localhost/ state.yml && touch .`,
      ]);
      await town.until("https://guestbook.localhost/cgi-bin/sign", "200 ");
    });

    await t.step("with claims only what they give is served, and without them everything again", async () => {
      await server.writeFile(
        "/etc/ppm/claims.yml",
        "hello: { domains: [hello.localhost], ports: [8001] }\nfiles: { domains: ['*.localhost'], ports: [8100] }\n" +
          "web: { ports: [80, 443, 443/udp] }\n",
      );
      await town.until("http://guestbook.localhost/", "421 ");
      strictEqual(await town.answer("https://hello.localhost/"), "200 ");
      strictEqual(await town.answer("https://files.localhost/small"), "200 ");
      await server.run(["rm", "/etc/ppm/claims.yml"]);
      await town.until("https://guestbook.localhost/cgi-bin/sign", "200 ");
    });

    await t.step("who takes the state file back goes, and whose entry root removes", async () => {
      await book.run(["sh", "-ec", `cd ${STATE}/book && rm state.yml && touch .`]);
      await server.run(["rm", "-r", `${STATE}/hello`]);
      await town.until("http://guestbook.localhost/", "421 ");
      await town.until("http://hello.localhost/", "421 ");
      strictEqual(await town.answer("https://files.localhost/small"), "200 ");
    });

    await t.step("all of it was reloads: one process, and a download that nobody cut off", async () => {
      strictEqual(await town.caddyProcess(), before);
      const state = async () =>
        (await server.run(["systemctl", "show", "-P", "SubState", "download.service"])).stdout.trim();
      strictEqual(await state(), "running");
      await server.run(["touch", "/home/files/enough"]);
      await server.run([
        "sh",
        "-c",
        "while [ $(systemctl show -P SubState download) = running ]; do sleep 0.2; done",
      ]);
      strictEqual(await state(), "exited", (await server.run(["journalctl", "-q", "-u", "download"])).stdout);
      match(await server.readFile("/root/stream"), /^begin\n(more\n)+end\n$/);
    });
  },
);

/** A server with a web server on it, and applications. */
class Town implements AsyncDisposable {
  readonly server: Server;
  readonly web: Pet;
  readonly hello: Pet;
  readonly book: Pet;

  constructor(server: Server, { web, hello, book }: Record<"web" | "hello" | "book", Pet>) {
    this.server = server;
    this.web = web;
    this.hello = hello;
    this.book = book;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server.destroy();
  }

  /** Runs curl, which finds names below .localhost on this machine by itself. */
  curl(args: readonly string[]): Promise<Ran> {
    return this.server.run(["curl", "-sk", "--max-time", "10", ...args], { check: false });
  }

  async page(url: string): Promise<string> {
    return (await this.curl([url])).stdout;
  }

  /** Returns status and where it redirects to. */
  async answer(url: string): Promise<string> {
    return (await this.curl(["--output", "/dev/null", "--write-out", "%{http_code} %{redirect_url}", url]))
      .stdout;
  }

  /** Waits until a URL is answered so. */
  async until(url: string, answer: string): Promise<void> {
    const end = Date.now() + SECONDS * 1000;
    let last = await this.answer(url);
    while (last !== answer && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      last = await this.answer(url);
    }
    if (last === answer) return;
    const { stdout } = await this.web.run(["journalctl", "--user", "-q", "-n", "40"]);
    strictEqual(last, answer, `${url}\n${await this.caddyfile()}\n${stdout}`);
  }

  /** Waits until the watch has failed. */
  async watchFails(): Promise<void> {
    const wait = "until systemctl --user -q is-failed ppm-neighbours.service; do sleep 0.2; done";
    await this.web.run(["sh", "-c", wait], { seconds: SECONDS });
  }

  /** Which process serves, since when. */
  async caddyProcess(): Promise<string> {
    return (await this.web.run(["systemctl", "--user", "show", "-p", "MainPID,InvocationID", "caddy"]))
      .stdout;
  }

  caddyfile(): Promise<string> {
    return this.web.read(".config/caddy/Caddyfile");
  }
}

async function makeTown(release: Release): Promise<Town> {
  const server = await bootServer({ release: furnished(release) });
  try {
    await server.copyPpm();
    await server.run(["sysctl", "-qw", "net.ipv4.ip_unprivileged_port_start=80"]);
    await server.run(["install", "-d", "-m", "755", "/etc/ppm"]);
    const web = await makePet(server, { definition: definitionFrom("examples/caddy") }, "web");
    const hello = await makePet(server, {
      definition: definitionFrom("examples/hello"),
      config: "variables: { port: 8001 }\n",
    }, "hello");
    const book = await makePet(server, { definition: definitionFrom("examples/guestbook") }, "book");
    await keepBackups(web, "tls: internal");
    await keepBackups(book, "port: 8002");
    for (const { user } of [hello, book]) await makeImage(server, user);
    for (const [pet, ...args] of [[web, "--fresh"], [hello], [book, "--fresh"]] as const) {
      await pet.ppm(["setup", "-q", ...args]);
    }
    await Promise.all([web, hello, book].map((pet) => pet.ppm(["start", "-q"])));
    const town = new Town(server, { web, hello, book });
    await town.until("https://hello.localhost/", "200 ");
    await town.until("https://guestbook.localhost/cgi-bin/sign", "200 ");
    return town;
  } catch (error) {
    await server.destroy();
    throw error;
  }
}

/** Gives an application a repository for its backups, and values for its variables. */
async function keepBackups(pet: Pet, variables: string): Promise<void> {
  const repository = `/srv/backup/${pet.user}`;
  await makeRepository(pet.server, repository);
  await pet.server.run(["chown", "-R", `${pet.user}:`, repository]);
  await pet.server.writeFile(".restic-password", PASSWORD, { user: pet.user, mode: 0o600 });
  await pet.configure(
    `backup: { repository: ${repository}, passwordfile: .restic-password }\nvariables: { ${variables} }\n`,
  );
}

/** An application that serves its home directory from a plain unit: a small file, and a page that does not end before there is a file `enough`. */
function filesDefinition(): Record<string, string> {
  return {
    "appinfo.yml": [
      "name: files",
      'version: "1"',
      "mainunit: files",
      "enableunits: [files.service]",
      "plugins:",
      "  backups_none: { reason: Nothing is stored }",
      "  website: { domain: files.localhost, port: 8100 }",
      "",
    ].join("\n"),
    "templates/small": "a small file\n",
    "templates/cgi-bin/stream!": [
      "#!/bin/sh",
      "printf 'Content-Type: text/plain\\r\\n\\r\\nbegin\\n'",
      "until [ -e /home/files/enough ]; do echo more; sleep 0.2; done",
      "echo end",
      "",
    ].join("\n"),
    "templates/.config/systemd/user/files.service":
      "[Service]\nExecStart=/bin/busybox httpd -f -p 127.0.0.1:8100 -h %h\n[Install]\nWantedBy=files.target\n",
  };
}
