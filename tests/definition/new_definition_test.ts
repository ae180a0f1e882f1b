import assert from "node:assert/strict";
import { mapDestinations } from "../../src/definition/destination.ts";
import type { SourceFile } from "../../src/definition/definition.ts";
import {
  newDefinition,
  type NewFile,
  newNameFault,
  type UnitStyle,
} from "../../src/definition/new_definition.ts";
import { startRenderer } from "../../src/definition/renderer.ts";
import { usesNeighbours } from "../../src/definition/uses_neighbours.ts";
import { RealSystem } from "../../src/host/real_system.ts";
import { Definition } from "../lint/support.ts";
import { CONFIG, CONTEXT, FakeRenderer, render } from "./appinfo_support.ts";

const STYLES: readonly UnitStyle[] = ["quadlet", "unit"];

function textOf(files: readonly NewFile[], path: string): string {
  const file = files.find((each) => each.path === path);
  assert.ok(file !== undefined, `${path} is missing`);
  return file.text;
}

/** Returns the files below templates/ as a clone would give them. */
function sourcesOf(files: readonly NewFile[]): readonly SourceFile[] {
  return files.filter(({ path }) => path.startsWith("templates/")).map(({ path, text }) => ({
    path: path.slice("templates/".length),
    content: new TextEncoder().encode(text),
    executable: false,
  }));
}

/** Makes the settings that the comments only show. */
function uncomment(appinfo: string): string {
  return appinfo.replaceAll(/^#(?=\S| {2})/gm, "");
}

for (const style of STYLES) {
  Deno.test(`newDefinition() makes an appinfo.yml with nothing wrong and nothing required (${style})`, async () => {
    const { app, variables, plugins } = await render(
      textOf(newDefinition("blog", style), "appinfo.yml"),
      CONFIG,
      new FakeRenderer(),
    );
    assert.deepEqual([app.name, app.mainunit, app.enableunits], ["blog", "blog", ["blog.service"]]);
    assert.deepEqual(variables, { port: 8080 });
    assert.deepEqual(plugins.map(({ name }) => name), ["backups_scheduled"]);
  });

  Deno.test(`newDefinition() makes templates that render, to places that a definition may have (${style})`, async () => {
    const files = newDefinition("blog", style);
    const { app, variables } = await render(textOf(files, "appinfo.yml"), CONFIG, new FakeRenderer());
    const { destinations, problems } = mapDestinations(sourcesOf(files), { mainunit: app.mainunit });
    assert.deepEqual(problems, []);
    assert.ok(destinations.some(({ path }) => path === ".config/blog/start"));
    const jobs = files.filter(({ path }) => path.endsWith(".eta")).map(({ path, text }) => ({
      file: path,
      text,
    }));
    const [outcome] = await startRenderer(new RealSystem()).render(
      jobs,
      { ...CONTEXT, app, variables, secrets: {} },
      undefined,
    );
    assert.ok(outcome?.ok);
    assert.match(outcome.text, /^WantedBy=blog\.target$/m);
    assert.match(outcome.text, /127\.0\.0\.1:8080:8080/);
    assert.doesNotMatch(outcome.text, /<%|%>/);
  });

  Deno.test(`newDefinition() leaves no placeholder, and names its files in the README (${style})`, () => {
    const files = newDefinition("blog", style);
    for (const { path, text } of files) assert.doesNotMatch(path + text, /@[A-Z_]+@/, path);
    const readme = textOf(files, "README.md");
    for (const { path } of files) if (path !== "README.md") assert.ok(readme.includes(`\`${path}\``), path);
  });
}

for (const style of STYLES) {
  Deno.test(`newDefinition() lints clean, but for the digest of an image that nobody has pulled yet (${style})`, async () => {
    const files = newDefinition("blog", style).map(({ path, text }) => [path, text]);
    using definition = new Definition(Object.fromEntries(files));
    const { errors, notes } = await definition.lint();
    assert.deepEqual(errors, []);
    assert.equal(notes.length, 1);
    assert.match(notes[0]?.message ?? "", /docker\.io\/library\/busybox:1\.37 .*digest/);
  });
}

Deno.test("newDefinition() shows every other key in comments, which hold when they are made settings", async () => {
  const text = uncomment(textOf(newDefinition("blog", "quadlet"), "appinfo.yml"));
  const { app, variables, plugins } = await render(text, CONFIG, new FakeRenderer());
  assert.deepEqual(variables, { port: 8080, domain: "blog.localhost", theme: "light" });
  assert.deepEqual(plugins.map(({ name }) => name).sort(), [
    "backups_scheduled",
    "firewall",
    "upgrade_scheduled",
    "website",
  ]);
  assert.deepEqual(app.state, { page: { title: "blog" } });
  assert.match(text, /^secrets:\n {2}adminpassword: /m);
});

Deno.test("newDefinition() does not speak of neighbours, for that alone would have ppm read what they publish", () => {
  for (const style of STYLES) {
    const files = newDefinition("blog", style);
    const appinfo = new TextEncoder().encode(textOf(files, "appinfo.yml"));
    assert.equal(usesNeighbours({ appinfo, templates: sourcesOf(files) }), false);
  }
});

Deno.test("newNameFault() takes what can name a unit, a container and a host", () => {
  for (const name of ["a", "blog", "my-blog2", "a".repeat(40)]) {
    assert.equal(newNameFault(name), undefined, name);
  }
  for (
    const name of [
      "",
      "Blog",
      "2blog",
      "blog-",
      "-blog",
      "my_blog",
      "a.b",
      "b g",
      "a".repeat(41),
      "..",
      "ünï",
    ]
  ) {
    assert.match(newNameFault(name) ?? "", /^must be 1 to 40 lower-case letters/, name);
  }
  assert.match(newNameFault("default") ?? "", /^must be another name: systemd itself has a default\.target$/);
  assert.match(newNameFault("ppm-x") ?? "", /^must not begin with ppm-/);
});
