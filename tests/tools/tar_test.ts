import assert from "node:assert/strict";
import { END_OF_ARCHIVE, tarEntry } from "../../tools/tar.ts";

Deno.test("tarEntry() makes what tar unpacks, with names, modes and contents", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const contents = new TextEncoder().encode("x".repeat(513));
    const parts = [
      tarEntry({ name: "sub/", mode: 0o755 }),
      tarEntry({ name: "sub/run", mode: 0o755, contents }),
      tarEntry({ name: "empty", mode: 0o640 }),
      END_OF_ARCHIVE,
    ];
    await Deno.writeFile(`${directory}/a.tar`, new Blob(parts).stream());
    const tar = await new Deno.Command("tar", { args: ["-xf", "a.tar"], cwd: directory }).output();
    assert.equal(new TextDecoder().decode(tar.stderr), "");
    assert.equal((await Deno.readTextFile(`${directory}/sub/run`)).length, 513);
    assert.equal(((await Deno.stat(`${directory}/sub/run`)).mode ?? 0) & 0o777, 0o755);
    assert.equal((await Deno.stat(`${directory}/empty`)).size, 0);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("tarEntry() refuses a name that its header cannot hold", () => {
  assert.throws(() => tarEntry({ name: "x".repeat(101), mode: 0o644 }), RangeError);
});
