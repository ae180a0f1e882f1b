import assert from "node:assert/strict";
import fc from "fast-check";
import { FORMATS } from "../../../src/neighbours/firewall/formats.ts";
import { firewallRules } from "../../../src/neighbours/firewall/rules.ts";
import { ALL, APPLICATIONS, asking } from "./fixture.ts";

const GOLDEN = new URL("../../fixtures/firewall/", import.meta.url);

for (const [format, write] of Object.entries(FORMATS)) {
  Deno.test(`ppm firewall --format ${format} writes what stands in tests/fixtures/firewall/`, async () => {
    const leftOut = [{ user: "old", message: "old: its directory belongs to uid 1007, not to it" }];
    const script = write({ rules: firewallRules(APPLICATIONS), leftOut });
    assert.equal(script, await Deno.readTextFile(new URL(`script.${format}`, GOLDEN)));
  });

  Deno.test(`ppm firewall --format ${format} writes a script without rules where nothing is asked for`, () => {
    const script = write({ rules: [], leftOut: [] });
    assert.ok(!/dport|<rule|^allow/m.test(script), script);
    assert.ok(/^delete table inet ppm$|<\/policy>|^added=/m.test(script), script);
  });

  Deno.test(`ppm firewall --format ${format} has no line, quote or command of what others wrote`, () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.constantFrom(
        '"; flush ruleset; #',
        "\nflush ruleset\n",
        "\\\nflush ruleset",
        "'$(reboot)`reboot`",
        "x\nEND\nreboot\n",
        "--></policy>",
        "\r\ntcp dport 22 drop",
        "\u2028\u202e\x1b[2J",
        "😀".repeat(100),
      ),
    );
    const ports = [{ first: 1, last: 1, protocol: "tcp", from: ALL }] as const;
    const lines = (user: string, app: string, message: string) =>
      write({ rules: firewallRules([asking(user, ports, app)]), leftOut: [{ user, message }] });
    // Nothing but the texts themselves may differ from a script of harmless ones, and these have only characters without a meaning.
    const shape = (script: string) =>
      script.replace(/^# (Left out: ).*$/gm, "# $1").replace(
        /^# \S.* \(.*\): 1\/tcp from everywhere$/gm,
        "# asks",
      )
        .replace(/comment "[A-Za-z0-9 ._,:;\/@()+=?-]*"/g, "comment");
    fc.assert(
      fc.property(hostile, hostile, hostile, (user, app, message) => {
        const script = lines(user || "x", app, message);
        assert.equal(shape(script), shape(lines("app", "Notes", "nothing")), script);
        const foreign = script.split("\n").filter((line) => /^# |accept comment/.test(line)).slice(1);
        for (const line of foreign) {
          assert.ok(/^[\t\x20-\x7e]{1,230}$/.test(line) && !/[`$\\'<>&|]/.test(line), JSON.stringify(line));
        }
        for (const [, comment = ""] of script.matchAll(/comment "([^"]*)"/g)) {
          assert.ok(new TextEncoder().encode(comment).length <= 127, comment);
        }
      }),
      { numRuns: 500 },
    );
  });
}
