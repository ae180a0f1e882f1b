import assert from "node:assert/strict";
import { readSource } from "../../src/definition/source.ts";
import { InvalidError } from "../../src/errors.ts";
import { errorOf, git, MINIMAL, Place } from "./clone_fixture.ts";

Deno.test("readSource() reads the definition of one directory, bit for bit, in three processes at most", async () => {
  using place = new Place();
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  place.write("pets/web/templates/bin/run", "#!/bin/sh\n");
  Deno.chmodSync(`${place.upstream}/pets/web/templates/bin/run`, 0o755);
  const commit = place.commit({
    "pets/web/appinfo.yml": "name: web\n",
    "pets/web/templates/picture.png": bytes,
    "pets/web/templates/empty": "",
    "pets/db/appinfo.yml": "name: db\n",
    "pets/db/templates/x": "not this",
    ".gitattributes": "* text eol=crlf\n",
  });
  const clone = await place.adopt({ directory: "pets/web" });
  place.system.ran.length = 0;
  const source = await readSource(place.system, clone, "pets/web");
  assert.ok(place.system.ran.length <= 3);
  const utf8 = (text: string) => new TextEncoder().encode(text);
  assert.deepEqual(source, {
    repository: place.upstream,
    commit,
    directory: "pets/web",
    appinfo: utf8("name: web\n"),
    templates: [
      { path: "bin/run", content: utf8("#!/bin/sh\n"), executable: true },
      { path: "empty", content: new Uint8Array(), executable: false },
      { path: "picture.png", content: bytes, executable: false },
    ],
  });
});

Deno.test("readSource() screens what was checked out by hand, too", async () => {
  using place = new Place();
  place.commit(MINIMAL);
  await place.adopt();
  Deno.symlinkSync("/etc/passwd", `${place.clone}/templates/passwd`);
  git(place.clone, "-c", "core.symlinks=true", "add", "--all");
  git(place.clone, "commit", "--quiet", "--message", "By hand");
  const clone = await place.adopt();
  const error = await errorOf(InvalidError, readSource(place.system, clone, "."));
  assert.match(error.message, /^templates\/passwd: is a symbolic link, which neither/);
});
