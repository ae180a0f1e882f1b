import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import { formatProblem, UserError } from "../../src/errors.ts";
import { readDefinitionDirectory } from "../../src/lint/read_directory.ts";
import { CLEAN } from "../fixtures/lint/faulty.ts";
import { BareSystem, Definition } from "./support.ts";

function read(definition: Definition) {
  const { source, problems } = readDefinitionDirectory(new BareSystem(), definition.directory);
  return { source, problems: problems.map(formatProblem) };
}

Deno.test("readDefinitionDirectory() reads what a commit would hold, run bits included, and nothing of .git", () => {
  using definition = new Definition({ ...CLEAN, "templates/bin/run": "#!/bin/sh\n" });
  Deno.chmodSync(`${definition.directory}/templates/bin/run`, 0o755);
  Deno.mkdirSync(`${definition.directory}/.git`);
  Deno.symlinkSync("/etc/passwd", `${definition.directory}/.git/config`);
  Deno.mkdirSync(`${definition.directory}/templates/empty`);
  const { source, problems } = read(definition);
  deepStrictEqual(problems, []);
  deepStrictEqual(source?.templates.map(({ path, executable }) => [path, executable]), [
    [".config/hello/settings.eta", false],
    [".config/systemd/user/hello.service", false],
    ["bin/run", true],
  ]);
  strictEqual(new TextDecoder().decode(source?.appinfo), CLEAN["appinfo.yml"]);
});

Deno.test("readDefinitionDirectory() screens links as a clone is screened: none among the templates, none that leaves", () => {
  using definition = new Definition(CLEAN);
  Deno.mkdirSync(`${definition.directory}/docs`);
  Deno.symlinkSync("../README.md", `${definition.directory}/docs/readme`);
  Deno.symlinkSync("../../../etc/passwd", `${definition.directory}/docs/passwd`);
  Deno.symlinkSync("/etc/shadow", `${definition.directory}/templates/shadow`);
  Deno.symlinkSync("/etc", `${definition.directory}/templates/.config/etc`);
  const { source, problems } = read(definition);
  strictEqual(source, undefined);
  const among =
    "is a symbolic link, which neither appinfo.yml nor anything under templates/ may be: put the file itself there";
  deepStrictEqual(problems, [
    "docs/passwd: is a symbolic link that leaves the repository",
    `templates/.config/etc: ${among}`,
    `templates/shadow: ${among}`,
  ]);
});

Deno.test("readDefinitionDirectory() waits for no pipe, and takes a repository below for a submodule", async () => {
  using definition = new Definition({ ...CLEAN, "sub/.git/HEAD": "", "sub/x": "" });
  await new Deno.Command("mkfifo", { args: [`${definition.directory}/templates/pipe`] }).output();
  deepStrictEqual(read(definition).problems, [
    "templates/pipe: is neither a file nor a directory: git would leave it out",
    "sub: is a submodule, and ppm fetches none: put its files into the repository",
  ]);
});

Deno.test("readDefinitionDirectory() refuses names that are not UTF-8, and files that are too large, without reading them", async () => {
  using definition = new Definition(CLEAN);
  const make = 'cd "$1" && printf x >"$(printf "templates/a\\377b")" && truncate -s 17M templates/large';
  await new Deno.Command("sh", { args: ["-c", make, "sh", definition.directory] }).output();
  deepStrictEqual(read(definition).problems, [
    "templates/a\ufffdb: has a name that is not UTF-8",
    "templates/large: is 17 MiB large; a file that is copied may have 16 MiB",
  ]);
});

Deno.test("readDefinitionDirectory() gives up on a tree that is no definition, rather than look through all of it", () => {
  using definition = new Definition(CLEAN);
  for (let at = 0; at < 101; at++) {
    Deno.mkdirSync(`${definition.directory}/many/${at}`, { recursive: true });
    for (let name = 0; name < 200; name++) {
      Deno.writeTextFileSync(`${definition.directory}/many/${at}/${name}`, "");
    }
  }
  const { problems } = read(definition);
  match(problems[0]!, /^definition: holds 2000[12] files; 20000 are allowed$/);
});

Deno.test("readDefinitionDirectory() says of what is no directory that it is none", () => {
  using definition = new Definition(CLEAN);
  for (const name of ["nothing", "appinfo.yml"]) {
    throws(
      () => readDefinitionDirectory(new BareSystem(), `${definition.directory}/${name}`),
      (error) =>
        error instanceof UserError && error.exit === "usage" && /: it is no directory$/.test(error.message),
    );
  }
});
