/** Whether an application is well, on real servers: what `ppm start` waits for, what it blames, and what `ppm status` says. */
import { match, ok, strictEqual } from "node:assert/strict";
import { makePet, type Pet, type PetFiles } from "./pet.ts";
import { bootServer, eachRelease, eitherRelease, makeImage, type Ran, type Release } from "./server.ts";

const UNITS = "templates/.config/systemd/user";
const QUADLETS = "templates/.config/containers/systemd";

/** An appinfo.yml that enables `units`, with `healthcheck` in flow style. */
function appinfo(units: readonly string[], healthcheck?: string): string {
  return [
    "name: web",
    'version: "1"',
    "mainunit: web",
    `enableunits: [${units.join(", ")}]`,
    ...(healthcheck === undefined ? [] : [`healthcheck: ${healthcheck}`]),
    "variables:",
    "  asked: { type: string, default: /, description: What the healthcheck asks for }",
    "  port: { type: port, default: 8100 }",
    "plugins:",
    "  backups_none: { reason: Nothing is stored }",
    "",
  ].join("\n");
}

/** A unit file for the service that `lines` describe. */
function service(...lines: readonly string[]): string {
  return ["[Service]", ...lines, "[Install]", "WantedBy=web.target", ""].join("\n");
}

const HTTPD = service(
  "ExecStartPre=/bin/echo the web server begins",
  "ExecStart=/bin/busybox httpd -f -p 127.0.0.1:8100 -h %h/.config/web",
);

/** Soon over: bad answers count after 2 s, and two of them are enough. */
const SOON = "interval: 1s, startperiod: 2s, retries: 2";

async function setUp(
  release: Release,
  definition: PetFiles["definition"],
  body: (pet: Pet) => Promise<void>,
  { image = false } = {},
): Promise<void> {
  await using server = await bootServer({ release });
  await server.copyPpm();
  const pet = await makePet(server, { definition });
  if (image) await makeImage(server, pet.user);
  await pet.ppm(["setup"]);
  await body(pet);
}

/** Runs ppm where it is to fail with `code`; returns what it said. */
async function failing(pet: Pet, code: number, ...args: readonly string[]): Promise<Ran> {
  const ran = await pet.ppm(args, { check: false });
  strictEqual(ran.code, code, `${ran.stdout}${ran.stderr}`);
  return ran;
}

eitherRelease(
  "ppm start asks over HTTP for a status and a text, and names what it was answered",
  async (release) => {
    const http = '{ port: 8100, path: "<%= it.variables.asked %>", text: good evening }';
    const definition = {
      "appinfo.yml": appinfo(["web.service"], `{ http: ${http}, ${SOON} }`),
      [`${UNITS}/web.service`]: HTTPD,
      "templates/.config/web/index.html": "<h1>good evening</h1>\n",
      "templates/.config/web/other.html": "<h1>good morning</h1>\n",
    };
    await setUp(release, definition, async (pet) => {
      await pet.ppm(["start"], {
        env: { http_proxy: "http://127.0.0.1:9", HTTP_PROXY: "http://127.0.0.1:9" },
      });
      match(
        (await pet.ppm(["status"])).stdout,
        /^ {2}health {6}http:\/\/127\.0\.0\.1:8100\/ says "good evening"$/m,
      );

      await pet.configure("variables: { asked: /other.html }\n");
      await pet.ppm(["setup"]);
      const text = await failing(pet, 1, "restart");
      match(text.stderr, /not up: healthcheck\nhealthcheck: \S+\/other\.html does not say "good evening"\n/);
      match(text.stderr, /web\.service said last:\n(?: {4}.*\n)*? {4}the web server begins\n/);
      const status = await failing(pet, 3, "status");
      match(status.stdout, /^ {2}state {7}not well: healthcheck$/m);
      match(status.stdout, /^web\.service +running/m);

      await pet.configure("variables: { asked: /missing.html }\n");
      await pet.ppm(["setup"]);
      match((await failing(pet, 1, "start")).stderr, /\/missing\.html answers with 404, not 200\n/);
      const { healthcheck, well } = JSON.parse((await failing(pet, 3, "status", "--json")).stdout);
      strictEqual(well, false);
      strictEqual(healthcheck.words, "answers with 404, not 200");

      await pet.ppm(["stop"]);
      match((await failing(pet, 3, "status")).stdout, /^ {2}health {6}\S+ was not asked$/m);
    });
  },
);

eitherRelease("ppm start waits for an application that takes a while until it is well", async (release) => {
  const slow = service("ExecStart=/bin/sh -c 'sleep 6; exec busybox httpd -f -p 127.0.0.1:8100 -h %h'");
  const definition = {
    "appinfo.yml": appinfo(["web.service"], "{ tcp: { port: 8100 }, interval: 1s, startperiod: 30s }"),
    [`${UNITS}/web.service`]: slow,
  };
  await setUp(release, definition, async (pet) => {
    const { stderr } = await pet.ppm(["start"]);
    match(stderr, /^Waiting for healthcheck \(127\.0\.0\.1:8100 refuses connections\)$/m);
    match(stderr, /web: up\n$/);
  });
});

eachRelease(
  "ppm start connects to a port, and is not taken in by podman, which takes connections for a container that does not",
  async (release) => {
    const run = [
      "ExecStart=/usr/bin/podman run --rm --replace --name=web --stop-signal=KILL --publish=127.0.0.1:8101:80",
      "localhost/busybox busybox httpd -f -p 8080 -h /",
    ].join(" ");
    const definition = {
      "appinfo.yml": appinfo(
        ["web.service", "box.service"],
        `{ tcp: { port: !yaml "<%= it.variables.port %>" }, ${SOON} }`,
      ),
      [`${UNITS}/web.service`]: HTTPD,
      [`${UNITS}/box.service`]: service("Environment=PODMAN_SYSTEMD_UNIT=%n", run, "SuccessExitStatus=137"),
      "templates/.config/web/index.html": "",
    };
    await setUp(release, definition, async (pet) => {
      await pet.ppm(["start"]);
      match((await pet.ppm(["status"])).stdout, /^ {2}health {6}127\.0\.0\.1:8100 takes connections$/m);
      for (
        const [port, words] of [[8099, "refuses connections"], [
          8101,
          "closes the connection at once",
        ]] as const
      ) {
        await pet.configure(`variables: { port: ${port} }\n`);
        await pet.ppm(["setup"]);
        const { stderr } = await failing(pet, 1, "start");
        ok(stderr.includes(`\nhealthcheck: 127.0.0.1:${port} ${words}\n`), stderr);
      }
    }, { image: true });
  },
);

eachRelease(
  "ppm start starts a unit to ask, as often as it takes, and blames it with its journal",
  async (release) => {
    const definition = {
      "appinfo.yml": appinfo(
        ["web.service"],
        "{ unit: check.service, interval: 1s, startperiod: 4s, retries: 3 }",
      ),
      [`${UNITS}/web.service`]: service("ExecStart=/bin/sleep infinity"),
      // Were the starts counted, the third within a minute would fail for that alone.
      [`${UNITS}/check.service`]: [
        "[Unit]",
        "StartLimitIntervalSec=60",
        "StartLimitBurst=2",
        "[Service]",
        "Type=oneshot",
        "ExecStartPre=/bin/echo asked",
        "ExecStart=/usr/bin/test -e %h/good",
        "",
      ].join("\n"),
    };
    await setUp(release, definition, async (pet) => {
      await pet.run(["touch", "good"]);
      await pet.ppm(["start"]);
      match((await pet.ppm(["status"])).stdout, /^ {2}health {6}check\.service has not failed$/m);
      match((await pet.ppm(["logs", "check"])).stdout, /asked[\s\S]*asked/);

      await pet.run(["rm", "good"]);
      const { stderr } = await failing(pet, 1, "start");
      match(stderr, /\nhealthcheck: check\.service failed \(exit code 1\)\n {2}check\.service said last:\n/);
      match(stderr, / {4}asked\n[\s\S]*hint: More of it: ppm logs check\.service\n$/);
      match(
        (await failing(pet, 3, "status")).stdout,
        /^ {2}health {6}check\.service failed \(exit code 1\)$/m,
      );

      await pet.run(["touch", "good"]);
      await pet.ppm(["start"]);
      strictEqual((await pet.ppm(["status"])).code, 0);
    });
  },
);

eitherRelease("ppm start gives a unit that never answers no more than its time", async (release) => {
  const definition = {
    "appinfo.yml": appinfo(
      ["web.service"],
      "{ unit: check.service, interval: 1s, timeout: 1s, startperiod: 0s, retries: 2 }",
    ),
    [`${UNITS}/web.service`]: service("ExecStart=/bin/sleep infinity"),
    [`${UNITS}/check.service`]: "[Service]\nType=oneshot\nExecStart=/bin/sleep infinity\n",
  };
  await setUp(release, definition, async (pet) => {
    match((await failing(pet, 1, "start")).stderr, /healthcheck: check\.service does not end within 1 s\n/);
  });
});

eitherRelease("ppm start is not content with what crashes every two seconds", async (release) => {
  const definition = {
    "appinfo.yml": appinfo(["web.service"]),
    [`${UNITS}/web.service`]: service("ExecStart=/bin/sh -c 'sleep 2; exit 1'", "Restart=always"),
  };
  await setUp(release, definition, async (pet) => {
    const { stderr } = await failing(pet, 1, "start", "--timeout", "15s");
    match(stderr, /\nweb\.service: .*restarted \d+ times/);
  });
});

/** A service whose container is healthy while `good` stands in the home directory. */
function boxWith(release: Release, ...more: readonly string[]): PetFiles["definition"] {
  const command = "busybox httpd -f -p 8080 -h /";
  const health = ["ls /home/good", "1s", "1", "1s"] as const;
  if (release === "trixie") {
    return {
      [`${QUADLETS}/web.container`]: [
        "[Container]",
        "ContainerName=web",
        "Image=localhost/busybox",
        `Exec=${command}`,
        "Volume=%h:/home:ro",
        "PodmanArgs=--stop-signal=KILL",
        `HealthCmd=${health[0]}`,
        `HealthInterval=${health[1]}`,
        `HealthRetries=${health[2]}`,
        `HealthTimeout=${health[3]}`,
        ...more,
        "[Service]",
        "SuccessExitStatus=137",
        "TimeoutStartSec=8",
        "TimeoutStopSec=2",
        "[Install]",
        "WantedBy=web.target",
        "",
      ].join("\n"),
    };
  }
  const run = [
    "ExecStart=/usr/bin/podman run --rm --replace --name=web --stop-signal=KILL",
    `--volume=%h:/home:ro "--health-cmd=${health[0]}" --health-interval=${health[1]}`,
    `--health-retries=${health[2]} --health-timeout=${health[3]} localhost/busybox ${command}`,
  ].join(" ");
  const stop = "ExecStop=/usr/bin/podman stop --ignore web";
  const unit = ["Type=exec", "Environment=PODMAN_SYSTEMD_UNIT=%n", run, stop];
  return { [`${UNITS}/web.service`]: service(...unit, "SuccessExitStatus=137") };
}

eachRelease("ppm start and status heed what podman says of a container's health", async (release) => {
  const definition = { "appinfo.yml": appinfo(["web.service"]), ...boxWith(release) };
  await setUp(release, definition, async (pet) => {
    await pet.run(["touch", "good"]);
    await pet.ppm(["start"]);
    match((await pet.ppm(["status"])).stdout, /^web +localhost\/busybox\S* +running +healthy$/m);

    await pet.run(["rm", "good"]);
    const { stderr } = await failing(pet, 1, "restart");
    match(
      stderr,
      /not up: container web\ncontainer web: unhealthy: ls: \/home\/good: No such file or directory\n {2}web\.service said last:\n/,
    );
    const status = await failing(pet, 3, "status");
    match(status.stdout, /^ {2}state {7}not well: container web$/m);
    match(status.stdout, /^web +localhost\/busybox\S* +running +unhealthy$/m);

    await pet.run(["touch", "good"]);
    await pet.ppm(["restart"]);
    strictEqual((await pet.ppm(["status"])).code, 0);
  }, { image: true });
});

Deno.test("ppm start waits with systemd for a container that says Notify=healthy [trixie]", async () => {
  const definition = {
    "appinfo.yml": appinfo(["web.service"]),
    ...boxWith("trixie", "Notify=healthy"),
  };
  await setUp("trixie", definition, async (pet) => {
    await pet.run(["touch", "good"]);
    await pet.ppm(["start"]);
    match((await pet.ppm(["status"])).stdout, /^web +localhost\/busybox\S* +running +healthy$/m);
    await pet.ppm(["stop"]);
    await pet.run(["rm", "good"]);
    const { stderr } = await failing(pet, 1, "start");
    match(stderr, /not up: web\.service\nweb\.service: failed \(/);
  }, { image: true });
});
