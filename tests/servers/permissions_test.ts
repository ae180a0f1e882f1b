/** That the one file runs its program with the permissions of deno.json and no others, for a user and for root. */

import assert from "node:assert/strict";
import config from "../../deno.json" with { type: "json" };
import { selfExtracting } from "../../tools/self_extracting.ts";
import { bootServer, eachRelease } from "./server.ts";

/** A program in ppm's place that tries what is allowed and what is not, and prints the outcome of each. */
const PROBE = `
const attempts = {
  readSystem: () => Deno.readTextFileSync("/etc/hostname"),
  writeHome: () => Deno.writeTextFileSync("/tmp/probe-" + Deno.uid(), ""),
  writeEtc: () => Deno.writeTextFileSync("/etc/probe", ""),
  writeUsr: () => Deno.writeTextFileSync("/usr/local/probe", ""),
  runGit: () => new Deno.Command("git", { args: ["--version"] }).outputSync(),
  runLs: () => new Deno.Command("ls").outputSync(),
  runShell: () => new Deno.Command("/bin/sh", { args: ["-c", "true"] }).outputSync(),
  readTerm: () => Deno.env.get("TERM"),
  readHome: () => Deno.env.get("HOME"),
  connectLoopback: () => Deno.connect({ hostname: "127.0.0.1", port: 1 }),
  connectLoopback6: () => Deno.connect({ hostname: "::1", port: 1 }),
  connectOtherLoopback: () => Deno.connect({ hostname: "127.0.0.2", port: 1 }),
  connectByName: () => Deno.connect({ hostname: "localhost", port: 1 }),
  connectElsewhere: () => Deno.connect({ hostname: "192.0.2.1", port: 1 }),
  ffi: () => Deno.dlopen("libc.so.6", {}),
  importRemote: () => import("https://127.0.0.1/x.js"),
  importNpm: () => import("npm:eta"),
};
const outcomes = {};
for (const [name, attempt] of Object.entries(attempts)) {
  try { await attempt(); outcomes[name] = "done"; } catch (error) { outcomes[name] = error.name; }
}
console.log(JSON.stringify(outcomes));
`;

eachRelease("the one file grants what deno.json grants, and refuses the rest", async (release) => {
  await using server = await bootServer({ release });
  await server.user("app");
  const directory = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${directory}/bundle`);
    await Deno.writeTextFile(`${directory}/bundle/main.js`, PROBE);
    await selfExtracting(`${directory}/bundle`, {
      config,
      target: Deno.build.target,
      to: `${directory}/probe`,
    });
    await server.copy(`${directory}/probe`, "/usr/local/bin/probe");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  for (const options of [{ user: "app" }, {}]) {
    const outcomes = JSON.parse((await server.run(["probe"], options)).stdout);
    assert.deepEqual(outcomes, {
      readSystem: "done",
      writeHome: "done",
      writeEtc: "NotCapable",
      writeUsr: "NotCapable",
      runGit: "done",
      runLs: "NotCapable",
      runShell: "NotCapable",
      readTerm: "done",
      readHome: "NotCapable",
      connectLoopback: "ConnectionRefused",
      connectLoopback6: "ConnectionRefused",
      connectOtherLoopback: "NotCapable",
      connectByName: "NotCapable",
      connectElsewhere: "NotCapable",
      ffi: "NotCapable",
      importRemote: "TypeError",
      importNpm: "TypeError",
    });
  }
});
