import { deepStrictEqual } from "node:assert/strict";
import config from "../../deno.json" with { type: "json" };
import { PROGRAMS, spellings, VARIABLES } from "../../src/host/confine.ts";

Deno.test("confine() knows every program and variable that deno.json grants, the sandbox and PATH aside", () => {
  const { run, env } = config.permissions.ppm;
  deepStrictEqual([...PROGRAMS.flatMap(spellings), "/proc/self/exe"].sort(), [...run].sort());
  deepStrictEqual([...VARIABLES, "PATH"].sort(), [...env].sort());
});

/** What a process that was granted what ppm is granted may still do once it has confined itself. */
const PROBE = `
import { confine } from ${JSON.stringify(new URL("../../src/host/confine.ts", import.meta.url).href)};
confine({ programs: ["systemd-analyze"], writes: Deno.args[0] === "writes" });
const attempts = {
  read: () => Deno.readTextFileSync("/etc/hostname"),
  write: () => Deno.removeSync(Deno.makeTempDirSync()),
  runGit: () => new Deno.Command("git", { args: ["version"] }).outputSync(),
  runUsrBinGit: () => new Deno.Command("/usr/bin/git", { args: ["version"] }).outputSync(),
  runCat: () => new Deno.Command("/usr/bin/cat", { args: ["/etc/hostname"] }).outputSync(),
  runSandbox: () => new Deno.Command("/proc/self/exe", { args: ["--version"] }).outputSync(),
  path: () => Deno.env.get("PATH"),
  term: () => Deno.env.get("TERM"),
  uid: () => Deno.uid(),
  connect: () => Deno.connect({ hostname: "127.0.0.1", port: 1 }),
};
const outcomes = {};
for (const [name, attempt] of Object.entries(attempts)) {
  try { await attempt(); outcomes[name] = "done"; } catch (error) { outcomes[name] = error.name; }
}
console.log(JSON.stringify(outcomes));
`;

for (const writes of [false, true]) {
  Deno.test(`confine() leaves reading, the sandbox and what was asked for, ${writes ? "writing" : "not writing"}`, async () => {
    const { run, env } = config.permissions.ppm;
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--no-config",
        "--allow-read",
        "--allow-write",
        `--allow-run=${run.join(",")}`,
        `--allow-env=${env.join(",")}`,
        "--allow-sys=uid,hostname",
        "--allow-net=127.0.0.1,[::1]",
        "-",
        writes ? "writes" : "",
      ],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    await new Blob([PROBE]).stream().pipeTo(child.stdin);
    const { stdout } = await child.output();
    deepStrictEqual(JSON.parse(new TextDecoder().decode(stdout)), {
      read: "done",
      write: writes ? "done" : "NotCapable",
      runGit: "NotCapable",
      runUsrBinGit: "NotCapable",
      runCat: "NotCapable",
      runSandbox: "done",
      path: "done",
      term: "NotCapable",
      uid: "NotCapable",
      connect: "NotCapable",
    });
  });
}
