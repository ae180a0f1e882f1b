import assert from "node:assert/strict";
import { ProgramError } from "../../src/host/program_error.ts";
import { RealSystem } from "../../src/host/real_system.ts";
import type { Invocation, RunWatch } from "../../src/host/system.ts";
import { unshared } from "../../src/host/user_namespace.ts";

function sh(script: string): Invocation {
  return { program: "sh", args: ["-c", script], changes: false, directory: "/" };
}

/** What a program fails with, or undefined. */
async function failureOf(invocation: Invocation, watch: RunWatch): Promise<unknown> {
  return await new RealSystem().run(invocation, watch).then(() => undefined, (error) => error);
}

/** The keeper without podman: what stands behind `podman unshare`, run as it is. */
function kept(script: string): Invocation {
  const { args, ...rest } = unshared(sh(script));
  const [, program = "", ...more] = args;
  return { ...rest, program, args: more };
}

function runs(pid: number): boolean {
  try {
    const [, state] = /^State:\s+(\S)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`)) ?? [];
    return state !== "Z";
  } catch {
    return false;
  }
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("RealSystem.run() gives lines as they come and keeps nothing of them", async () => {
  const lines: string[] = [];
  let pid = 0;
  const result = await new RealSystem().run(sh("echo a; echo oops >&2; printf b"), {
    onStart: (id) => void (pid = id),
    onLine: (line) => void lines.push(line),
  });
  assert.deepEqual(lines, ["a", "b"]);
  assert.deepEqual([result.stdout, result.stderr], ["", "oops\n"]);
  assert.ok(pid > 1);
});

Deno.test("RealSystem.run() keeps only the end of the errors of a program that is followed", async () => {
  const script = "head -c 300000 /dev/zero | tr '\\0' x >&2; echo end >&2";
  const { stderr } = await new RealSystem().run(sh(script), { onLine: () => {} });
  assert.equal(stderr.length, 64 * 1024);
  assert.match(stderr, /xend\n$/);
});

Deno.test("RealSystem.run() ends a program whose output nobody can make sense of", async () => {
  const nonsense = new TypeError("no sense");
  const watch = {
    onLine: () => {
      throw nonsense;
    },
  };
  assert.equal(await failureOf({ ...sh("yes"), timeoutMs: Infinity }, watch), nonsense);
  const endless = await failureOf({ ...sh("cat /dev/zero"), timeoutMs: Infinity }, { onLine: () => {} });
  assert.ok(endless instanceof ProgramError);
  assert.deepEqual(endless.failure, { kind: "line", maxBytes: 1024 * 1024 });
});

Deno.test("RealSystem.run() asks a program to end when it is aborted, and runs none that was aborted before", async () => {
  const controller = new AbortController();
  const lines: string[] = [];
  const error = await failureOf(sh("trap 'echo asked; exit 0' INT; echo up; while :; do sleep 0.05; done"), {
    signal: controller.signal,
    onLine: (line) => {
      lines.push(line);
      controller.abort();
    },
  });
  assert.ok(error instanceof ProgramError);
  assert.deepEqual(error.failure, { kind: "aborted" });
  assert.deepEqual(lines, ["up", "asked"]);
  const again = await failureOf(sh("echo no"), { signal: controller.signal, onLine: () => assert.fail() });
  assert.ok(again instanceof ProgramError);
});

Deno.test("RealSystem.run() kills a program that does not end when it is asked to", async () => {
  const controller = new AbortController();
  const begun = performance.now();
  let pid = 0;
  const error = await failureOf(sh("trap '' INT; echo up; while :; do sleep 0.05; done"), {
    signal: controller.signal,
    onStart: (id) => void (pid = id),
    onLine: () => controller.abort(),
  });
  assert.ok(error instanceof ProgramError && error.failure.kind === "aborted");
  assert.ok(performance.now() - begun < 8_000);
  assert.ok(!runs(pid));
});

Deno.test("unshared() hands on what a program prints and how it ends", async () => {
  const lines: string[] = [];
  const result = await new RealSystem().run({ ...kept("echo out; echo err >&2; exit 7"), accept: [7] }, {
    onLine: (line) => void lines.push(line),
  });
  assert.deepEqual([result.code, lines, result.stderr], [7, ["out"], "err\n"]);
});

Deno.test("unshared() asks a program to end through its keeper, and kills it in the end", async () => {
  for (const [trap, last] of [["echo asked; exit 5", "asked"], ["", "up"]]) {
    const controller = new AbortController();
    const lines: string[] = [];
    const error = await failureOf(kept(`trap '${trap}' INT; echo up; while :; do sleep 0.05; done`), {
      signal: controller.signal,
      onLine: (line) => {
        lines.push(line);
        controller.abort();
      },
    });
    assert.ok(error instanceof ProgramError && error.failure.kind === "aborted");
    assert.equal(lines.at(-1), last);
  }
});

Deno.test("unshared() leaves no program behind when nobody holds its standard input any more", async () => {
  let inner = 0;
  const error = await failureOf(kept("echo $$; exec sleep 60"), {
    onLine: (line) => {
      inner = Number(line);
      throw new Error("gone");
    },
  });
  assert.match(String(error), /gone/);
  assert.ok(inner > 1);
  for (let tries = 0; runs(inner) && tries < 30; tries++) await wait(100);
  assert.ok(!runs(inner));
});

Deno.test("RealSystem.run() waits for no child of a program that it has ended", async () => {
  const begun = performance.now();
  const error = await failureOf(sh("sleep 30 & echo up; wait"), {
    onLine: () => {
      throw new Error("no sense");
    },
  });
  assert.match(String(error), /no sense/);
  assert.ok(performance.now() - begun < 3_000);
});

Deno.test("unshared() takes no program that is to be fed: its standard input is the keeper's", () => {
  assert.throws(() => unshared({ ...sh("cat"), stdin: new Uint8Array() }), /cannot be fed/);
});

Deno.test("RealSystem.run() takes what changes something along when ppm itself is killed", async () => {
  const real = new URL("../../src/host/real_system.ts", import.meta.url).href;
  const script = `const { RealSystem } = await import(${JSON.stringify(real)});
    await new RealSystem().run({ program: "sleep", args: ["60"], changes: true, directory: "/" }, {
      onStart: (pid) => console.log(pid),
      onLine: () => {},
    });`;
  const ppm = new Deno.Command(Deno.execPath(), { args: ["eval", script], stdout: "piped" }).spawn();
  const reader = ppm.stdout.getReader();
  const pid = Number(new TextDecoder().decode((await reader.read()).value));
  assert.ok(pid > 1 && runs(pid));
  ppm.kill("SIGKILL");
  await ppm.status;
  await reader.cancel();
  for (let tries = 0; runs(pid) && tries < 30; tries++) await wait(100);
  const left = runs(pid);
  if (left) Deno.kill(pid, "SIGKILL");
  assert.ok(!left);
});

for (
  const [what, script] of [["ended by its limit", "sleep 20 & wait"], [
    "has ended before its limit",
    "sleep 20 & exit 0",
  ]] as const
) {
  Deno.test(`RealSystem.run() waits for nobody who holds the pipes of a program that ${what}`, async () => {
    const began = performance.now();
    const error = await failureOf({ ...sh(script), timeoutMs: 300 }, {});
    assert.ok(error instanceof ProgramError && error.failure.kind === "timeout");
    assert.ok(performance.now() - began < 4_000, "as long as for a program that does not end");
  });
}
