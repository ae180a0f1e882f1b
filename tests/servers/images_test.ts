/** Images from a real registry, in a user's rootless podman: what is recorded, pulled, and brought back. */
import { deepStrictEqual, match, notStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { ImageVersion } from "../../src/apply/generation_record.ts";
import type { RenderedFile } from "../../src/definition/definition.ts";
import { UserError } from "../../src/errors.ts";
import { Output } from "../../src/ui/output.ts";
import { nameImages, pullImages, recordImages, returnImages } from "../../src/upgrade/images.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { FakeClock, MemorySink } from "../support/terminal.ts";
import {
  bootWithRegistry,
  imageOf,
  podman,
  publish,
  REGISTRY,
  registryIs,
  useRegistry,
  WEB,
} from "./registry.ts";
import { eachRelease, eitherRelease, makeImage, type Release, type Server } from "./server.ts";

/** A server with a registry, and a user with the image that others are made of. */
async function aServer(release: Release): Promise<Server> {
  const server = await bootWithRegistry(release, "images");
  await server.user("app");
  await useRegistry(server);
  await makeImage(server, "app");
  return server;
}

/** What the functions need, with the podman of the user in the server; and what they say. */
function handsIn(server: Server) {
  const stderr = new MemorySink();
  const system = new FakeSystem({ files: { "/home/app/.ppm/lock": "" } }).program(
    "podman",
    (args) => server.run(["podman", ...args], { user: "app", check: false }),
  );
  return {
    system,
    clock: new FakeClock(),
    output: new Output({ stdout: new MemorySink(), stderr }),
    said: stderr,
  };
}

/** A unit that runs `image`. */
function unitOf(image: string): RenderedFile {
  const text = `[Service]\nExecStart=/usr/bin/podman run --rm -p 80:80 ${image} httpd -f\n`;
  return {
    path: ".config/systemd/user/web.service",
    content: new TextEncoder().encode(text),
    mode: 0o644,
    origin: "templates/web.service",
  };
}

eachRelease("a tag that moved is pulled, and given back to what it meant", async (release) => {
  await using server = await aServer(release);
  await publish(server, "one");
  const files = [unitOf(WEB)];
  const hands = handsIn(server);
  deepStrictEqual(await recordImages(hands.system, files), []);
  deepStrictEqual(await pullImages(hands, files, []), { images: [], changed: ["web.service"] });
  const [first] = await recordImages(hands.system, files);
  ok(first !== undefined);
  strictEqual(first.id, await imageOf(server, WEB));
  match(first.digest ?? "", /^sha256:[0-9a-f]{64}$/);
  deepStrictEqual(await pullImages(hands, files, [first]), { images: [], changed: [] });

  // The registry's tag moves: what is pulled is another image under the same name.
  await publish(server, "two");
  const { images, changed } = await pullImages(hands, files, [first]);
  deepStrictEqual(changed, ["web.service"]);
  strictEqual(await imageOf(server, WEB), first.id); // until the switch, whatever starts then
  await nameImages(hands.system, images);
  const second = await imageOf(server, WEB);
  notStrictEqual(second, first.id);
  await returnImages(hands, [first]);
  strictEqual(await imageOf(server, WEB), first.id);
  strictEqual(await podman(server, "image", "inspect", "--format", "{{.Labels.version}}", WEB), "one");

  // Gone from here, and no longer what the tag means: the registry still has it by its digest.
  await podman(server, "rmi", "--force", first.id);
  await returnImages(hands, [first]);
  strictEqual(await imageOf(server, WEB), first.id);
  strictEqual(hands.said.text.replaceAll(`Pulling ${WEB}\n`, ""), "");
});

eitherRelease(
  "a registry that is gone stops an upgrade before anything changes, and only warns on the way back",
  async (release) => {
    await using server = await aServer(release);
    const other = `${REGISTRY}/pets/db:1`;
    await publish(server, "one");
    await publish(server, "db", other);
    const hands = handsIn(server);
    const files = [unitOf(WEB)];
    await pullImages(hands, files, []);
    const before = await recordImages(hands.system, files);

    // One image can be had and moves; the next cannot be had: the first means again what it meant.
    await publish(server, "two");
    const missing = { ...unitOf(`${REGISTRY}/pets/web:none`), path: ".config/systemd/user/zet.service" };
    await rejects(pullImages(hands, [...files, missing], before), (error) => {
      ok(error instanceof UserError);
      strictEqual(error.exit, "failed");
      match(error.message, /^Cannot pull the image 127\.0\.0\.1:5000\/pets\/web:none: .*unknown/);
      match(error.hint ?? "", /The application goes on as it was\. .*podman pull/);
      return true;
    });
    strictEqual(await imageOf(server, WEB), before[0]?.id);

    await registryIs(server, "stop");
    await rejects(pullImages(hands, files, before), /Cannot pull the image .*connection refused/);
    strictEqual(await imageOf(server, WEB), before[0]?.id);

    // What is pinned and here needs no registry; what is gone cannot be brought back, and that is said.
    const pinned = [unitOf(`${REGISTRY}/pets/web@${before[0]?.digest}`)];
    deepStrictEqual(await pullImages(hands, pinned, await recordImages(hands.system, pinned)), {
      images: [],
      changed: [],
    });
    await podman(server, "rmi", "--force", before[0]!.id);
    await returnImages(hands, before);
    match(
      hands.said.text,
      /warning: Cannot bring back the image that 127\.0\.0\.1:5000\/pets\/web:1 was \([0-9a-f]{12}\): .*connection refused/,
    );
    await registryIs(server, "start");
    await returnImages(hands, before);
    strictEqual(await imageOf(server, WEB), before[0]?.id);
  },
);

eitherRelease("a short name gets its image back under the name that podman found it by", async (release) => {
  await using server = await aServer(release);
  await publish(server, "one");
  const hands = handsIn(server);
  const files = [unitOf("pets/web:1")];
  await pullImages(hands, files, []);
  const [first] = await recordImages(hands.system, files) as [ImageVersion];
  ok(first.digest !== null);
  await publish(server, "two");
  await nameImages(hands.system, (await pullImages(hands, files, [first])).images);
  notStrictEqual(await imageOf(server, "pets/web:1"), first.id);
  await returnImages(hands, [first]);
  strictEqual(await imageOf(server, WEB), first.id);
  strictEqual(await imageOf(server, "pets/web:1"), first.id);
  const names = await podman(server, "images", "--format", "{{.Repository}}");
  ok(!names.includes("localhost/pets"), names);

  // What was made here is never asked of a registry, and is given back only while it is still here.
  const local = [unitOf("localhost/busybox")];
  const recorded = await recordImages(hands.system, local);
  strictEqual(recorded[0]?.digest, null);
  deepStrictEqual(await pullImages(hands, local, []), { images: [], changed: [] });
  await podman(server, "rmi", "--force", recorded[0]!.id);
  await returnImages(hands, recorded);
  match(hands.said.text, /Cannot bring back the image that localhost\/busybox was .*no registry has it/);
});
