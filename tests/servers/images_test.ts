/** Images from a real registry, in a user's rootless podman: what is recorded, pulled, and brought back. */
import { deepStrictEqual, match, notStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { ImageVersion } from "../../src/apply/generation_record.ts";
import type { RenderedFile } from "../../src/definition/definition.ts";
import { UserError } from "../../src/errors.ts";
import { Output } from "../../src/ui/output.ts";
import { nameImages, pullImages, recordImages, returnImages } from "../../src/upgrade/images.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { FakeClock, MemorySink } from "../support/terminal.ts";
import { bootServer, eachRelease, makeImage, type Release, type Server } from "./server.ts";

const REGISTRY = "127.0.0.1:5000";
const WEB = `${REGISTRY}/pets/web:1`;

/** A server with a registry of its own, which asks for no password. */
async function aServer(release: Release): Promise<Server> {
  const server = await bootServer({ release: `${release}+docker-registry`, name: "images" });
  await server.writeFile(
    "/etc/docker/registry/config.yml",
    `version: 0.1
storage: { filesystem: { rootdirectory: /var/lib/docker-registry } }
http: { addr: "${REGISTRY}" }
`,
  );
  await server.run(["systemctl", "restart", "docker-registry"]);
  await server.user("app");
  await server.writeFile(
    ".config/containers/registries.conf",
    `unqualified-search-registries = ["${REGISTRY}"]\n[[registry]]\nlocation = "${REGISTRY}"\ninsecure = true\n`,
    { user: "app" },
  );
  await makeImage(server, "app");
  return server;
}

/** What `podman` of the user in the server says. */
async function podman(server: Server, ...args: readonly string[]): Promise<string> {
  return (await server.run(["podman", ...args], { user: "app" })).stdout.trim();
}

/** Makes an image that differs by its label, and pushes it to the registry under `name`; nothing of it stays here. */
async function publish(server: Server, label: string, name = WEB): Promise<void> {
  const build = `printf 'FROM localhost/busybox\nLABEL version=%s\n' "$1" | podman build -q --tag "$2" - &&
    podman push -q "$2" && podman rmi "$2"`;
  await server.run(["sh", "-ec", build, "sh", label, name], { user: "app" });
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

/** Waits until the registry answers, or until it is gone. */
async function registryIs(server: Server, verb: "start" | "stop"): Promise<void> {
  await server.run(["systemctl", verb, "docker-registry"]);
  const done = verb === "start" ? "curl -fs" : "! curl -fs";
  await server.run(["sh", "-c", `until ${done} http://${REGISTRY}/v2/ >/dev/null; do sleep 0.1; done`]);
}

async function idOf(server: Server, name: string): Promise<string> {
  return await podman(server, "image", "inspect", "--format", "{{.Id}}", name);
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
  strictEqual(first.id, await idOf(server, WEB));
  match(first.digest ?? "", /^sha256:[0-9a-f]{64}$/);
  deepStrictEqual(await pullImages(hands, files, [first]), { images: [], changed: [] });

  // The registry's tag moves: what is pulled is another image under the same name.
  await podman(server, "tag", first.id, "localhost/kept"); // as a container that runs keeps its image
  await publish(server, "two");
  await podman(server, "tag", first.id, WEB);
  const { images, changed } = await pullImages(hands, files, [first]);
  deepStrictEqual(changed, ["web.service"]);
  strictEqual(await idOf(server, WEB), first.id); // until the switch, whatever starts then
  await nameImages(hands.system, images);
  const second = await idOf(server, WEB);
  notStrictEqual(second, first.id);
  await returnImages(hands, [first]);
  strictEqual(await idOf(server, WEB), first.id);
  strictEqual(await podman(server, "image", "inspect", "--format", "{{.Labels.version}}", WEB), "one");

  // Gone from here, and no longer what the tag means: the registry still has it by its digest.
  await podman(server, "rmi", "--force", first.id);
  await returnImages(hands, [first]);
  strictEqual(await idOf(server, WEB), first.id);
  strictEqual(hands.said.text.replaceAll(`Pulling ${WEB}\n`, ""), "");
});

eachRelease(
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
    await podman(server, "tag", before[0]!.id, "localhost/kept");
    await publish(server, "two");
    await podman(server, "tag", before[0]!.id, WEB);
    const missing = { ...unitOf(`${REGISTRY}/pets/web:none`), path: ".config/systemd/user/zet.service" };
    await rejects(pullImages(hands, [...files, missing], before), (error) => {
      ok(error instanceof UserError);
      strictEqual(error.exit, "failed");
      match(error.message, /^Cannot pull the image 127\.0\.0\.1:5000\/pets\/web:none: .*unknown/);
      match(error.hint ?? "", /The application goes on as it was\. .*podman pull/);
      return true;
    });
    strictEqual(await idOf(server, WEB), before[0]?.id);

    await registryIs(server, "stop");
    await rejects(pullImages(hands, files, before), /Cannot pull the image .*connection refused/);
    strictEqual(await idOf(server, WEB), before[0]?.id);

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
    strictEqual(await idOf(server, WEB), before[0]?.id);
  },
);

eachRelease("a short name gets its image back under the name that podman found it by", async (release) => {
  await using server = await aServer(release);
  await publish(server, "one");
  const hands = handsIn(server);
  const files = [unitOf("pets/web:1")];
  await pullImages(hands, files, []);
  const [first] = await recordImages(hands.system, files) as [ImageVersion];
  ok(first.digest !== null);
  await publish(server, "two");
  await nameImages(hands.system, (await pullImages(hands, files, [first])).images);
  notStrictEqual(await idOf(server, "pets/web:1"), first.id);
  await returnImages(hands, [first]);
  strictEqual(await idOf(server, WEB), first.id);
  strictEqual(await idOf(server, "pets/web:1"), first.id);
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
