/**
 * A hostile neighbour on real servers: a user with an entry of its own in the state directory, and with everything else that a user has.
 * Whatever it puts there, all others are told of it in ppm's own words, in time, and miss nothing of each other.
 */
import { deepStrictEqual, doesNotMatch, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { ListReport } from "../../src/commands/list_report.ts";
import { DEFINITIONS } from "./hostile_definitions.ts";
import { FILES } from "./hostile_files.ts";
import { MANAGERS } from "./hostile_managers.ts";
import { judge, judgeDenied, LOOKS, makePlace } from "./hostile_place.ts";
import { MARK } from "./hostile_states.ts";
import { TEXTS } from "./hostile_texts.ts";
import { CONTESTED, VALUES } from "./hostile_values.ts";
import { eitherRelease } from "./server.ts";

/** One user's systemd has two seconds, and a busy machine needs some to show what it said. */
const MANAGER_SECONDS = 6;

eitherRelease(
  "whatever a hostile neighbour does, the others are told and miss nothing",
  async (release, t) => {
    await using place = await makePlace(release);
    const { server, ann, ben, evil, script } = place;

    for (const [what, states] of [["files", FILES], ["texts", TEXTS], ["values", VALUES]] as const) {
      await t.step(`${states.length} states of its entry: ${what}`, async (t) => {
        const looks = await place.expose(states);
        for (const [at, state] of states.entries()) {
          await t.step(state.name, () => judge(state, looks[at]!, script));
        }
      });
    }

    await t.step("nobody has opened what links led to", async () => {
      const read = ["stat", "-c", "%X", "/home/evil/canary"];
      strictEqual((await server.run(read)).stdout, "978307200\n");
      await server.run(["cat", "/home/evil/canary"]);
      notStrictEqual((await server.run(read)).stdout, "978307200\n", "whoever reads it is not noticed");
    });

    await t.step("what another has is frozen for both, and keeps nobody from a setup", async (t) => {
      const before = await ann.listing("/lock$");
      const looks = await place.expose(CONTESTED, [
        ...LOOKS,
        ["ann", "ppm", "setup", "--neighbours"],
        ["ben", "ppm", "setup"],
      ]);
      for (const [at, state] of CONTESTED.entries()) {
        await t.step(state.name, () => {
          const [follow, setup] = looks[at]!.slice(LOOKS.length);
          judge(state, looks[at]!.slice(0, LOOKS.length), script);
          strictEqual(follow!.code, 1, follow!.stderr);
          ok(
            follow!.stderr.includes(`${state.wanted} to anybody: ben and evil both want it`),
            follow!.stderr,
          );
          strictEqual(setup!.code, 0, setup!.stderr);
          match(setup!.stderr, /of ben is published by evil too$/m);
        });
      }
      strictEqual(await ann.listing("/lock$"), before);
    });

    await t.step("where root has said what is whose, a squatter has nothing", async (t) => {
      const claims = "ben: { domains: [ben.example.org], ports: [8100, 8443] }\n" +
        "evil: { domains: [evil.example.org], ports: [9001] }\n";
      await server.writeFile("/etc/ppm/claims.yml", claims);
      const looks = await place.expose(CONTESTED, [...LOOKS, ["ben", "ppm", "setup"]]);
      for (const [at, state] of CONTESTED.entries()) {
        await t.step(state.name, () => {
          const setup = looks[at]!.at(-1)!;
          judgeDenied(looks[at]!.slice(0, LOOKS.length), script);
          strictEqual(setup.code, 0, setup.stderr);
          doesNotMatch(setup.stderr, /evil/);
        });
      }
      await server.run(["rm", "-r", "/etc/ppm"]);
    });

    await t.step("whatever its systemd and its bus are, root has a list in time", async (t) => {
      const looks = await place.expose(MANAGERS, [["root", "ppm", "list", "--json"], [
        "root",
        "ppm",
        "list",
      ]]);
      for (const [at, { name }] of MANAGERS.entries()) {
        await t.step(name, () => {
          const [json, table] = looks[at]!;
          for (const { code, stdout, stderr, seconds } of looks[at]!) {
            strictEqual(code, 0, stderr);
            ok(seconds < MANAGER_SECONDS, `${seconds} s`);
            doesNotMatch(stdout + stderr, new RegExp(MARK));
          }
          const { applications }: ListReport = JSON.parse(json!.stdout);
          const states = Object.fromEntries(applications.map(({ user, running }) => [user, running?.state]));
          deepStrictEqual(states, {
            ann: "stopped",
            ben: "stopped",
            evil: name === "as it should be" ? "stopped" : "unknown",
          });
          match(table!.stdout, /^ben +ben +web 1 .* stopped /m);
        });
      }
    });

    await t.step(
      "its own ppm publishes nothing that others would not take, and nothing of others",
      async (t) => {
        for (const { name, appinfo = "", config = "", refused } of DEFINITIONS) {
          await t.step(name, async () => {
            const { code, stderr } = await place.setUp(appinfo, config);
            strictEqual(code, refused === undefined ? 0 : 4, stderr);
            if (refused !== undefined) match(stderr, refused);
            const seen: ListReport = JSON.parse((await ben.ppm(["list", "--json"])).stdout);
            deepStrictEqual(seen.warnings, []);
            deepStrictEqual(
              seen.applications.map(({ user }) => user),
              refused === undefined ? ["ann", "ben", "evil"] : ["ann", "ben"],
            );
          });
        }
        strictEqual((await evil.run(["sh", "-c", "ls -A /var/lib/ppm/state/evil"])).stdout, "state.yml\n");
      },
    );
  },
);
