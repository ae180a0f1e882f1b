/** Where ppm begins: arguments in, exit code out. */
import { StreamSink } from "./ui/sink.ts";
import { versionAnswer } from "./version.ts";

const answer = versionAnswer(Deno.args);
if (answer === undefined) {
  const { run } = await import("./cli.ts");
  Deno.exitCode = await run(Deno.args);
} else {
  new StreamSink(Deno.stdout).write(answer);
}
