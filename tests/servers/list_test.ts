/** `ppm list` on a server with applications whose users root knows nothing good about. */
import { doesNotMatch, match, ok, strictEqual } from "node:assert/strict";
import type { ListedApplication, ListReport } from "../../src/commands/list_report.ts";
import { makePet, type Pet, plainDefinition } from "./pet.ts";
import { bootServer, eachRelease, type Release, type RunOptions, type Server } from "./server.ts";

const STATE = "/var/lib/ppm/state";

eachRelease(
  "ppm list shows what is published, to root also what runs, whatever hostile users do",
  async (release, t) => {
    await using place = await makePlace(release);
    const { server, ann, evil } = place;

    await t.step("a user sees all applications, and nothing of whether they run", async () => {
      const { stdout } = await ann.ppm(["list"]);
      match(stdout, /^INSTANCE +USER +APP +COMMIT/);
      for (const user of ["ann", "ben", "evil"]) match(stdout, new RegExp(`^${user} +${user} +web 1 `, "m"));
      doesNotMatch(stdout, /STATE|running/);
      strictEqual((await place.list({ user: "ann" })).applications[0]?.running, null);
    });

    await t.step("root sees which run and which were stopped, and leaves nothing behind", async () => {
      const report = await place.list();
      strictEqual(report.warnings.length, 0, JSON.stringify(report.warnings));
      strictEqual(stateOf(report, "ann"), "running");
      strictEqual(stateOf(report, "ben"), "stopped");
      strictEqual(await place.leftBehind(), "");
    });

    await t.step(
      "root sees which unit has failed, and a user whose manager has ended as stopped",
      async () => {
        await ann.run(["systemctl", "--user", "kill", "--signal=KILL", "web.service"]);
        const report = await place.list();
        strictEqual(stateOf(report, "ann"), "amiss");
        match(find(report, "ann").running?.words ?? "", /^web\.service: failed \(ended by signal 9\)$/);
        await server.run(["systemctl", "stop", `user@${await place.uid("ben")}.service`]);
        strictEqual(stateOf(await place.list(), "ben"), "stopped");
        await ann.ppm(["start", "-q"]);
      },
    );

    await t.step("a manager that hangs is unknown after two seconds, and the others are known", async () => {
      const show = [
        "systemctl",
        "show",
        "--value",
        "--property=MainPID",
        `user@${await place.uid("evil")}.service`,
      ];
      const pid = (await server.run(show)).stdout.trim();
      await server.run(["kill", "-STOP", pid]);
      const began = performance.now();
      const report = await place.list();
      ok(performance.now() - began < 8000, "it took longer than the limit and a margin");
      strictEqual(stateOf(report, "evil"), "unknown");
      strictEqual(stateOf(report, "ann"), "running");
      await server.run(["kill", "-CONT", pid]);
      strictEqual(await place.leftBehind(), "");
    });

    await t.step("a bus that floods whoever asks is unknown, and nothing else", async () => {
      await server.writeFile("flood", FLOOD, { user: "evil", mode: 0o755 });
      await evil.run(["systemd-run", "--user", "-q", "--unit=flood", "perl", "/home/evil/flood"]);
      await evil.run(["sh", "-c", "until [ -e flooding ]; do sleep 0.05; done"]);
      const report = await place.list();
      strictEqual(stateOf(report, "evil"), "unknown");
      strictEqual(stateOf(report, "ann"), "running");
    });

    await t.step(
      "what is no state file is left out and named, as are a link and somebody else's directory",
      async () => {
        await evil.run(["sh", "-ec", `cd ${STATE}/evil && rm state.yml && ln -s ../ann/state.yml state.yml`]);
        await server.run(["install", "-d", "-o", "evil", `${STATE}/ben2`]);
        const { code, stdout } = await server.run(["ppm", "list"]);
        strictEqual(code, 0);
        match(stdout, /^! .*\/evil\/state\.yml.*link$/m);
        match(stdout, /^! .*\/ben2 /m);
        doesNotMatch(stdout, /^evil /m);
        strictEqual((await place.list()).warnings.every(({ kind }) => kind === "left-out"), true);
      },
    );

    await t.step("a state directory that others may write is refused, an empty one is none", async () => {
      await server.run(["chmod", "o+w", STATE]);
      const refused = await server.run(["ppm", "list"], { check: false });
      strictEqual(refused.code, 1);
      match(refused.stderr, /^error: Cannot read the state directory: .*\nhint: As root: /);
      await server.run(["install", "-d", "/srv/nobody"]);
      strictEqual(
        (await server.run(["ppm", "list", "--state-directory", "/srv/nobody"])).stdout,
        "No application is set up here\n",
      );
    });
  },
);

/** Takes the place of a user's bus: says what nobody asked for to whoever comes, for as long as they listen. */
const FLOOD = `use strict; use warnings; use IO::Socket::UNIX;
my $path = "$ENV{XDG_RUNTIME_DIR}/bus"; unlink $path;
my $server = IO::Socket::UNIX->new(Local => $path, Listen => 10) or die $!;
open(my $ready, ">", "$ENV{HOME}/flooding") or die $!;
$SIG{PIPE} = "IGNORE"; $SIG{CHLD} = "IGNORE";
while (my $client = $server->accept) { next if fork; 1 while print $client "A" x 65536; exit }
`;

interface Place extends AsyncDisposable {
  readonly server: Server;
  readonly ann: Pet;
  readonly evil: Pet;
  list(options?: RunOptions): Promise<ListReport>;
  uid(user: string): Promise<string>;
  /** What asking users' managers has left of sessions, units and processes. */
  leftBehind(): Promise<string>;
}

/** A server with three applications: ann's and evil's run, ben's was stopped. */
async function makePlace(release: Release): Promise<Place> {
  const server = await bootServer({ release, name: "list" });
  await server.copyPpm();
  const make = (user: string) => makePet(server, { definition: plainDefinition() }, user);
  const [ann, ben, evil] = [await make("ann"), await make("ben"), await make("evil")] as const;
  for (const pet of [ann, ben, evil]) await pet.ppm(["setup", "-q"]);
  await ann.ppm(["start", "-q"]);
  return {
    server,
    ann,
    evil,
    list: async (options = {}) => JSON.parse((await server.run(["ppm", "list", "--json"], options)).stdout),
    uid: async (user) => (await server.run(["id", "-u", user])).stdout.trim(),
    leftBehind: async () => {
      const look =
        "sleep 1; pgrep -a 'systemd-(stdio|run)'; systemctl list-units --plain --no-legend 'run-*.service' 'session-*.scope'";
      return (await server.run(["sh", "-c", look])).stdout;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function find({ applications }: ListReport, user: string): ListedApplication {
  const found = applications.find((application) => application.user === user);
  ok(found, `no application of ${user}`);
  return found;
}

function stateOf(report: ListReport, user: string): string | undefined {
  return find(report, user).running?.state;
}
