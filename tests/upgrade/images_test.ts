/** The cases that `tests/servers/images_test.ts` cannot make a real podman have; what it does have is tested there. */
import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import type { RenderedFile } from "../../src/definition/definition.ts";
import { Output } from "../../src/ui/output.ts";
import {
  finishPulling,
  nameImages,
  pullImages,
  recordImages,
  returnImages,
} from "../../src/upgrade/images.ts";
import { file } from "../plan/plan_fixture.ts";
import { DIGEST, FakePodman } from "../support/fake_podman.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { FakeClock, MemorySink } from "../support/terminal.ts";

function unitOf(name: string, image: string): RenderedFile {
  return file(`.config/systemd/user/${name}`, `[Service]\nExecStart=podman run ${image}\n`);
}

/** A server that has `images` (name → id); `registry` is what a pull brings. */
function aServer(images: Record<string, string>, registry: Readonly<Record<string, string>> = {}) {
  const said = new MemorySink();
  const system = new FakeSystem({ files: { "/home/app/.ppm/lock": "" } }).program(
    "podman",
    new FakePodman(images, registry).run,
  );
  const output = new Output({ stdout: new MemorySink(), stderr: said });
  return { system, output, clock: new FakeClock(), said, images };
}

Deno.test("recordImages() asks nothing of a machine without podman", async () => {
  deepStrictEqual(await recordImages(new FakeSystem(), [unitOf("web.service", "example.org/web")]), []);
});

Deno.test("recordImages() knows images by name, id and digest, and leaves out those that are not here", async () => {
  const { system } = aServer({ "example.org/web": "1", "localhost/own": "2" });
  const files = [
    unitOf("web.service", "example.org/web"),
    unitOf("own.service", "localhost/own"),
    unitOf("gone.service", "example.org/gone"),
  ];
  deepStrictEqual(await recordImages(system, files), [
    { name: "example.org/web", id: "1", digest: DIGEST },
    { name: "localhost/own", id: "2", digest: null },
  ]);
});

Deno.test("pullImages() names the units whose image is another one, and asks no registry for what is pinned or local", async () => {
  const pinned = `example.org/db@${DIGEST}`;
  const hands = aServer(
    {
      "example.org/web:1": "old",
      old: "old",
      new: "new",
      "example.org/same": "same",
      [pinned]: "db",
      "localhost/own": "own",
    },
    { "example.org/web:1": "new", "example.org/same": "same" },
  );
  const files = [
    unitOf("web.service", "example.org/web:1"),
    unitOf("worker.service", "example.org/web:1"),
    unitOf("same.service", "example.org/same"),
    unitOf("db.service", pinned),
    unitOf("own.service", "localhost/own"),
  ];
  const before = await recordImages(hands.system, files);
  const { changed, images } = await pullImages(hands, files, before);
  deepStrictEqual(changed, ["web.service", "worker.service"]);
  strictEqual(hands.images["example.org/web:1"], "old", "until the switch");
  await nameImages(hands.system, images);
  strictEqual(hands.images["example.org/web:1"], "new");
  strictEqual(hands.system.lstat("/home/app/.ppm/pull.json"), undefined);
  const pulled = hands.system.commands.filter((command) => command.startsWith("podman pull"));
  deepStrictEqual(pulled, [
    "podman pull --quiet -- example.org/same",
    "podman pull --quiet -- example.org/web:1",
  ]);
});

Deno.test("pullImages() that fails half way gives back what it had pulled, and touches nothing else", async () => {
  const hands = aServer({ "example.org/a": "old", old: "old" }, { "example.org/a": "new" });
  const files = [unitOf("a.service", "example.org/a"), unitOf("b.service", "example.org/b")];
  const before = [{ name: "example.org/a", id: "old", digest: null }];
  await rejects(pullImages(hands, files, before), {
    name: "UserError",
    message: "Cannot pull the image example.org/b: manifest unknown",
    exit: "failed",
  });
  strictEqual(hands.images["example.org/a"], "old");
});

Deno.test("finishPulling() gives names back that a killed pull has moved, once", async () => {
  const hands = aServer({ "example.org/a": "new", old: "old" });
  const meant = [{ name: "example.org/a", id: "old", digest: null }];
  hands.system.addFile("/home/app/.ppm/pull.json", JSON.stringify(meant));
  strictEqual(await finishPulling(hands), true);
  strictEqual(hands.images["example.org/a"], "old");
  strictEqual(await finishPulling(hands), false);
  hands.system.addFile("/home/app/.ppm/pull.json", "[");
  strictEqual(await finishPulling(hands), true, "what nobody can understand is in nobody's way");
});

Deno.test("returnImages() goes on after an image that cannot be brought back, and says why", async () => {
  const pulled = `example.org/c@${DIGEST}`;
  const hands = aServer(
    { "example.org/a": "new", "example.org/b": "new", kept: "kept", "example.org/c": "new" },
    { [pulled]: "not the one" },
  );
  await returnImages(hands, [
    { name: "example.org/a", id: "gone", digest: null },
    { name: "example.org/c", id: "gone", digest: DIGEST },
    { name: "example.org/d", id: "gone", digest: DIGEST },
    { name: "example.org/b", id: "kept", digest: null },
  ]);
  deepStrictEqual([hands.images["example.org/a"], hands.images["example.org/b"]], ["new", "kept"]);
  match(hands.said.text, /image that example\.org\/a was \(gone\): it is gone, and no registry has it/);
  match(hands.said.text, /image that example\.org\/c was \(gone\): .* is another image here/);
  match(hands.said.text, /image that example\.org\/d was \(gone\): manifest unknown/);
});

Deno.test("returnImages() gives no name away where what it means is the same", async () => {
  const hands = aServer({ "example.org/a": "same" });
  await returnImages(hands, [{ name: "example.org/a", id: "same", digest: DIGEST }]);
  deepStrictEqual(hands.system.commands.filter((command) => /pull|tag/.test(command)), []);
});
