import assert from "node:assert/strict";
import { InvalidError } from "../../src/errors.ts";
import { desiredUnits } from "../../src/plan/desired.ts";
import { file } from "./plan_fixture.ts";

const WANTED = "[Service]\nExecStart=/bin/true\n\n[Install]\nWantedBy=web.target\n";

/** Returns the units that `texts`, by name of the unit file, make where `enableunits` is to be enabled. */
function units(texts: Record<string, string>, enableunits: readonly string[]) {
  const files = Object.entries(texts).map(([name, text]) => file(`.config/systemd/user/${name}`, text));
  const app = {
    name: "web",
    description: "",
    version: "1",
    mainunit: "web",
    enableunits,
    healthcheck: null,
    plugins: {},
    state: {},
  };
  return desiredUnits({ app, files, secrets: [] }, files, () => ({ line: 3, column: 15 }));
}

Deno.test("desiredUnits() lists the units that files make, enabled or not", () => {
  const found = units({ "web.service": WANTED, "job.service": "[Service]\n" }, ["web.service"]);
  assert.deepEqual(found.map(({ name, enabled }) => [name, enabled]), [
    ["job.service", false],
    ["web.service", true],
  ]);
});

Deno.test("desiredUnits() finds the template of an instance", () => {
  const [unit] = units({ "web@.service": WANTED }, ["web@1.service"]);
  assert.deepEqual(unit?.files, [".config/systemd/user/web@.service"]);
});

Deno.test("desiredUnits() refuses units that nothing makes, and those that the target would not start", () => {
  const texts = {
    "web.service": "[Service]\n",
    "db.service": WANTED.replace("web.target", "default.target"),
  };
  assert.throws(() => units(texts, ["web.service", "db.service", "gone.service"]), (error) => {
    assert.ok(error instanceof InvalidError);
    const [gone, db, web] = error.message.split("\n");
    assert.match(gone ?? "", /^appinfo\.yml:3:15: enableunits names gone\.service/);
    assert.match(db ?? "", /db\.service:5:1: db\.service stands in enableunits, .*WantedBy=web\.target/);
    assert.match(web ?? "", /web\.service: web\.service stands in enableunits/);
    return true;
  });
});
