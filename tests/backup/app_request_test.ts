import assert from "node:assert/strict";
import { takeAppRequest } from "../../src/backup/app_request.ts";
import { UserError } from "../../src/errors.ts";
import { FakeSystem } from "../support/fake_system.ts";

const REQUEST = "/home/app/data/dumps/done";

/** A machine on which a container owns what is below data/. */
class Foreign extends FakeSystem {
  override removeFile(path: string): void {
    throw new UserError(`Cannot remove ${path}: Permission denied`);
  }
}

Deno.test("takeAppRequest() removes the request, and minds none that is gone", async () => {
  const system = new FakeSystem({ files: { [REQUEST]: "" } });
  await takeAppRequest(system, "dumps/done");
  assert.equal(system.lstat(REQUEST), undefined);
  await takeAppRequest(system, "dumps/done");
});

Deno.test("takeAppRequest() follows no link out of data/", async () => {
  const system = new FakeSystem({ files: { "/home/app/.ssh/done": "", "/home/app/data/x": "" } });
  system.addLink("/home/app/data/dumps", "/home/app/.ssh");
  await assert.rejects(takeAppRequest(system, "dumps/done"), {
    exit: "refused",
    message: /data\/dumps is a symbolic link/,
  });
  assert.equal(system.files["/home/app/.ssh/done"], "");
});

Deno.test("takeAppRequest() removes a container's request inside podman unshare, where there is one", async () => {
  const system = new Foreign({ files: { [REQUEST]: "", "/etc/subuid": "app:100000:65536\n" } });
  system.program("podman", () => ({}));
  await takeAppRequest(system, "dumps/done");
  assert.match(system.commands.at(-1) ?? "", /^podman unshare .* rm .*-- \/home\/app\/data\/dumps\/done$/s);
  const bare = new Foreign({ files: { [REQUEST]: "" } });
  await assert.rejects(takeAppRequest(bare, "dumps/done"), { message: /Permission denied/ });
});
