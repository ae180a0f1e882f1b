/** That docs/root-steps.md does what it says, from a bare server to an application that is gone again. */

import assert from "node:assert/strict";
import { bootServer, eachRelease, PPM } from "./server.ts";
import { readSteps, replay } from "./session.ts";

eachRelease(
  "docs/root-steps.md does what it shows, and leaves nothing of the application",
  async (release) => {
    await using server = await bootServer({ release });
    await server.copy(PPM, "/root/ppm");
    // The machine "nas" is the same one, and the key is there as soon as it is made.
    await server.run(["sh", "-c", "echo 127.0.0.1 nas >>/etc/hosts && systemctl start ssh"]);
    await server.run(["ln", "-s", "/home/app/.ssh/id_ed25519.pub", "/root/app.pub"]);
    const page = await Deno.readTextFile(new URL("../../docs/root-steps.md", import.meta.url));
    await replay(server, "docs/root-steps.md", readSteps(page));
    const left = await server.run(["grep", "-rls", "^app:", "/etc/passwd", "/etc/subuid", "/etc/subgid"], {
      check: false,
    });
    assert.equal(left.stdout, "");
    assert.equal(
      (await server.run(["ls", "/home", "/var/lib/ppm/state"])).stdout,
      "/home:\n\n/var/lib/ppm/state:\n",
    );
  },
);
