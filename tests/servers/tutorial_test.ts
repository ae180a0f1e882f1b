/** That docs/tutorial.md does what it shows, every command of it, from a bare server on, and on the one that takes its place. */

import assert from "node:assert/strict";
import { bootServer, eitherRelease, PPM, sharedDirectory } from "./server.ts";
import { readSteps, replay } from "./session.ts";

eitherRelease("docs/tutorial.md does what it shows", async (release) => {
  const page = await Deno.readTextFile(new URL("../../docs/tutorial.md", import.meta.url));
  const steps = readSteps(page);
  const hosts = [...new Set(steps.map(({ host }) => host))];
  assert.deepEqual(hosts, ["server", "second"]);
  await Deno.remove(`${sharedDirectory()}/app`, { recursive: true }).catch(() => {}); // the disk of the release before
  for (const host of hosts) {
    await using server = await bootServer({ release: `bare-${release}` });
    await server.run(["hostname", host]);
    await server.copy(PPM, "/root/ppm");
    await replay(server, "docs/tutorial.md", steps.filter((step) => step.host === host));
  }
});
