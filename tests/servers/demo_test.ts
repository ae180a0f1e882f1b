/** That the demo shows what it promises, fails loudly, and leaves nothing behind. */

import assert from "node:assert/strict";
import { SERVERS } from "./server.ts";

const CHECKOUT = new URL("../..", import.meta.url).pathname;

/** A place of its own for disks, so that what others run is not taken for a leftover. */
const OWN_SERVERS = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "ppm-demo-test-" });
await Deno.symlink(`${SERVERS}/rootfs`, `${OWN_SERVERS}/rootfs`);
globalThis.addEventListener("unload", () => Deno.removeSync(OWN_SERVERS, { recursive: true }));

for (const debian of ["12", "13"]) {
  Deno.test(`make demo deploys, changes and survives a power cut on Debian ${debian}`, async () => {
    const { code, text } = await demo(CHECKOUT, { DEBIAN: debian });
    assert.equal(code, 0, text);
    for (const typed of ["ppm setup --dry-run", "ppm setup", "ppm start", "ppm status", "ppm diff"]) {
      assert.match(text, new RegExp(`^app@demo:~\\$ ${typed}`, "m"));
    }
    assert.equal(text.match(/<h1>Good evening<\/h1>$/mg)?.length, 3, text); // the diff has it too
    assert.match(text, /^-<h1>Hello from the demo<\/h1>\n\+<h1>Good evening<\/h1>$/m);
    assert.match(text.slice(text.indexOf("A power cut")), /^hello\.service +running/m);
    assert.deepEqual(await leftovers(), []);
  });
}

Deno.test("make demo fails where a page does not say what it should, and leaves nothing behind", async () => {
  const copy = await Deno.makeTempDir();
  try {
    const link =
      'cd "$1" && mkdir "$2/tests" && cp -r tests/servers "$2/tests" && cp -r examples "$2" && ln -s "$1/dist" "$2"';
    await run(["sh", "-c", link, "sh", CHECKOUT, copy]);
    await Deno.writeTextFile(
      `${copy}/examples/hello-quadlet/templates/.config/hello/index.html.eta`,
      "nothing\n",
    );
    const { code, text } = await demo(copy);
    assert.equal(code, 1, text);
    assert.match(text, /^demo: the page does not say "Hello from the demo"\ndemo: failed \(exit code 1\)/m);
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
