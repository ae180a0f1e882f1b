/** That docs/tutorial.md does what it shows, every command of it, from a bare server on. */

import { bootServer, eachRelease, PPM } from "./server.ts";
import { readSteps, replay } from "./session.ts";

eachRelease("docs/tutorial.md does what it shows", async (release) => {
  await using server = await bootServer({ release });
  await server.run(["hostname", "server"]);
  await server.copy(PPM, "/root/ppm");
  const page = await Deno.readTextFile(new URL("../../docs/tutorial.md", import.meta.url));
  await replay(server, "docs/tutorial.md", readSteps(page));
});
