/** That the demo shows what it promises, fails loudly, and leaves nothing behind. */

import assert from "node:assert/strict";
import { SERVERS } from "./server.ts";

const CHECKOUT = new URL("../..", import.meta.url).pathname;

/** A place of its own for disks, so that what others run is not taken for a leftover. */
const OWN_SERVERS = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "ppm-demo-test-" });
await Deno.symlink(`${SERVERS}/rootfs`, `${OWN_SERVERS}/rootfs`);
globalThis.addEventListener("unload", () => Deno.removeSync(OWN_SERVERS, { recursive: true }));

for (const debian of ["12", "13"]) {
  Deno.test(`make demo deploys, changes, backs up, upgrades, goes back, survives a power cut and comes back on an empty server: Debian ${debian}`, async () => {
    const { code, text } = await demo(CHECKOUT, { DEBIAN: debian });
    assert.equal(code, 0, text);
    for (
      const typed of [
        "setup --fresh --dry-run",
        "setup",
        "start",
        "status",
        "diff",
        "backup",
        "drill",
        "snapshots",
        "upgrade",
        "upgrade --apply",
        "history",
      ]
    ) assert.match(text, new RegExp(`^app@demo:~\\$ ppm ${typed}`, "m"));
    assert.match(text, /the repository holds no snapshot of "guestbook"[^]*^exit code 8$/m);
    assert.match(text, /^-Description=Guest book at port 8080\n\+Description=Guest book at port 8081$/m);
    assert.match(text, /^Proven: the snapshot [0-9a-f]{8} came back whole/m);
    const upgraded = between(text, "An upgrade: ", "An upgrade that destroys the book");
    assert.match(
      upgraded,
      /^ +-Description=Guest book at port 8081\n +\+Description=The guest book at port 8081$/m,
    );
    assert.match(upgraded, /^guestbook\S* 1\.1 stands: generation 3$[^]*^Ada was here\nGrace was here$/m);
    const failed = between(text, "An upgrade that destroys the book", "A power cut");
    assert.match(failed, /^error: Cannot upgrade to [0-9a-f]{12}: generation 3 is back$[^]*^exit code 7$/m);
    assert.match(failed, /^exit code 7$[^]*^Ada was here\nGrace was here$[^]*^\?\n\?$/m);
    assert.match(failed, /^ +4 +.* 2\.0 .* failed: .*healthcheck .*\n\* +3 +.* 1\.1 .* done, by upgrade /m);
    assert.match(failed, /^guestbook\S* 1\.1 stands: generation 5$/m);
    const cut = between(text, "A power cut", "The server is lost");
    assert.match(cut, /^Ada was here\nGrace was here$[^]*^guestbook\.service +running/m);
    const back = text.slice(text.indexOf("The server is lost"));
    assert.match(back, /^Restored data\/ from the snapshot [0-9a-f]{8} /m);
    assert.match(back, /^Ada was here\nGrace was here$[^]* 33 33 [^]*^guestbook\.service +running/m);
    assert.deepEqual(await leftovers(), []);
  });
}

Deno.test("make demo fails where the book does not say what it should, and leaves nothing behind", async () => {
  const copy = await Deno.makeTempDir();
  try {
    const link =
      'cd "$1" && mkdir "$2/tests" && cp -r tests/servers "$2/tests" && cp -r examples "$2" && ln -s "$1/dist" "$2"';
    await run(["sh", "-c", link, "sh", CHECKOUT, copy]);
    await Deno.writeTextFile(
      `${copy}/examples/guestbook-quadlet/templates/.config/guestbook/cgi-bin/sign`,
      "#!/bin/busybox sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\nnothing\\n'\n",
    );
    const { code, text } = await demo(copy);
    assert.equal(code, 1, text);
    assert.match(text, /^demo: the book does not say "Ada was here"\ndemo: failed \(exit code 1\)/m);
    assert.deepEqual(await leftovers(), []);
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
});

Deno.test("make demo that is interrupted leaves nothing behind", async () => {
  for (const seconds of ["0.5", "4"]) { // while the server boots, and afterwards
    const interrupt = ["timeout", "--preserve-status", "-s", "INT", seconds];
    const { code, text } = await run([...interrupt, `${CHECKOUT}/tests/servers/demo`]);
    assert.equal(code, 130, text);
    assert.deepEqual(await leftovers(), []);
  }
});

function between(text: string, from: string, to: string): string {
  return text.slice(text.indexOf(from), text.indexOf(to));
}

function demo(checkout: string, env: Record<string, string> = {}) {
  return run(["timeout", "300", `${checkout}/tests/servers/demo`], env);
}

/** Runs a program; returns what it wrote to stdout and stderr, in this order. */
async function run([program = "", ...args]: readonly string[], env: Record<string, string> = {}) {
  const merged = ["-c", 'exec "$@" 2>&1', "sh", program, ...args];
  const { code, stdout } = await new Deno.Command("sh", {
    args: merged,
    env: { PPM_SERVERS: OWN_SERVERS, ...env },
    stdin: "null",
  }).output();
  return { code, text: new TextDecoder().decode(stdout) };
}

/** What demos have left on the disk, and what still runs of them. */
async function leftovers(): Promise<readonly string[]> {
  const disks = [...Deno.readDirSync(`${OWN_SERVERS}/run`)].map((entry) => entry.name);
  const { text } = await run(["pgrep", "-fa", `${OWN_SERVERS}/run/`]);
  return [...disks, ...text.split("\n").filter((line) => line !== "")];
}
