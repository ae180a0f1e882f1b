import assert from "node:assert/strict";
import { readFileError, writeError } from "../../src/host/file_error.ts";

Deno.test("readFileError() says in ppm's words what ppm was not granted, and never which flag of Deno's would", () => {
  const cause = new Deno.errors.NotCapable(
    'Requires all access to "/proc/x", run again with the --allow-all flag',
  );
  const error = readFileError("/proc/x", cause);
  assert.equal(error.message, "Cannot read /proc/x: ppm takes no such permission");
  assert.match(error.hint ?? "", /docs\/permissions\.md/);
});

Deno.test("writeError() gives the system's reason, with a hint for a full disk", () => {
  const error = writeError(
    "write",
    "/home/app/x",
    new Error("No space left on device (os error 28): open 'x'"),
  );
  assert.equal(error.message, "Cannot write /home/app/x: No space left on device");
  assert.match(error.hint ?? "", /df -h/);
});

Deno.test("writeError() names the file in the command that looks at it", () => {
  const error = writeError("write", "/home/app/$&", new Error("Permission denied (os error 13): open 'x'"));
  assert.equal(error.hint, "See whom it belongs to and what its mode is: ls -ld /home/app/$&");
});
