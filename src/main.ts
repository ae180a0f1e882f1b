/** Where ppm begins: arguments in, exit code out. */
import { StreamSink } from "./ui/sink.ts";
import { versionAnswer } from "./version.ts";

const answer = versionAnswer(Deno.args);
if (answer !== undefined) {
  new StreamSink(Deno.stdout).write(answer);
} else if (Deno.args[0] === "__sandbox") {
  // A compiled ppm has no other program to render templates in than itself; it is made of the bundle, where worker.js lies beside this.
  await import(new URL("./worker.js", import.meta.url).href);
} else {
  const { run } = await import("./cli.ts");
  // Whoever has something open that never answers is not waited for.
  Deno.exit(await run(Deno.args));
}
