/** `ppm upgrade` and `ppm rollback` where a tag moves in a real registry: which image the container runs before, meanwhile and afterwards. */
import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { interpose, interrupt, type Moment, trace } from "./interruptions.ts";
import { bootWithRegistry, imageOf, podman, publish, registryIs, useRegistry, WEB } from "./registry.ts";
import { eitherRelease, type Release, type Server } from "./server.ts";
import { makeVersions, UNITS, version, type Versions } from "./versions.ts";

const SERVICE = `${UNITS}/notes.service`;

/** Says which image it is, and ends at once in the one that is bad. */
const DOES = 'echo "image $VERSION" >>data/journal; [ "$VERSION" != bad ] || exit 1';

/** A version whose container runs {@linkcode WEB}: a Quadlet where podman has them. `lines` stand in the unit's section `[Service]`. */
function webVersion(release: Release, number: number, lines = ""): Record<string, string | null> {
  const { [SERVICE]: plain = null, ...rest } = version({
    version: String(number),
    does: DOES,
    container: true,
  });
  if (release === "bookworm") {
    return {
      ...rest,
      [SERVICE]: plain?.replace("localhost/busybox", WEB).replace("[Service]\n", `[Service]\n${lines}`) ??
        null,
    };
  }
  const quadlet = `[Container]
ContainerName=notes
Image=${WEB}
Network=none
Volume=%h/data:/data
Volume=%h/.config/notes/run:/run.sh:ro
WorkingDir=/
Exec=sh /run.sh
PodmanArgs=--stop-timeout=2
[Service]
${lines}SuccessExitStatus=143
[Install]
WantedBy=notes.target
`;
  return { ...rest, "templates/.config/containers/systemd/notes.container": quadlet };
}

/** An application that runs the image `one`, with the version 1. */
async function makeWeb(server: Server, release: Release): Promise<Versions> {
  await server.copyPpm();
  const app = await makeVersions(server, { container: true, begun: false });
  await useRegistry(server);
  await publish(server, "one");
  const plain = release === "trixie" ? { [SERVICE]: null } : {};
  await app.pet.commit({ ...webVersion(release, 1), ...plain });
  await app.done("setup", "--fresh");
  await app.pet.run(["mkdir", "-p", "data"]);
  await app.fill();
  await app.done("start");
  await interpose(app, { programs: ["podman"] });
  return app;
}

/** The container that runs. */
interface Running {
  readonly id: string;
  readonly image: string;
}

async function running(server: Server): Promise<Running> {
  const [id = "", image = "", isRunning] =
    (await podman(server, "inspect", "--format", "{{.Id}} {{.Image}} {{.State.Running}}", "notes"))
      .split(" ");
  strictEqual(isRunning, "true");
  return { id, image };
}

/** Sees that a container of this image runs, that the name means it, and that no pull is under way. */
async function runs(app: Versions, image: string): Promise<void> {
  strictEqual((await running(app.server)).image, image);
  strictEqual(await imageOf(app.server), image);
  ok(!await app.exists(".ppm/pull.json"));
}

/** What the newest version that was taken back has left of the journal. */
async function failedJournal(app: Versions): Promise<string> {
  const failed = (await app.aside()).filter((name) => name.startsWith("data.failed-")).at(-1);
  return await app.pet.read(`${failed}/journal`);
}

/** Kills `ppm upgrade --apply` at a moment that must come. */
async function killed(app: Versions, moment: Moment): Promise<void> {
  ok((await interrupt(app, ["upgrade", "--apply"], { moment, fault: "kill ppm" })).struck);
}

/** Right after the tag was pulled, which has moved. */
const PULLED = { matching: `^podman pull .*${WEB}`, when: "after" } as const;

eitherRelease(
  "an upgrade moves an application to the image of its time, and back again",
  async (release, t) => {
    await using server = await bootWithRegistry(release, "upgrade-images");
    const app = await makeWeb(server, release);
    const first = await running(server);
    strictEqual(first.image, await imageOf(server));
    let second = first;
    let third = "";

    await t.step("pulled while the old one runs, which is then replaced", async () => {
      await publish(server, "two");
      await app.pet.commit(webVersion(release, 2));
      const meanwhile: Running[] = [];
      const ran = await interrupt(app, ["upgrade", "--apply"], {
        moment: PULLED,
        fault: async () => meanwhile.push(await running(server)),
      });
      strictEqual(ran.code, 0, ran.stderr);
      deepStrictEqual(meanwhile, [first]);
      second = await running(server);
      notStrictEqual(second.image, first.image);
      await runs(app, second.image);
      strictEqual(await podman(server, "image", "inspect", "--format", "{{.Labels.version}}", WEB), "two");
      const images = (await app.history()).flatMap(({ images }) => images);
      deepStrictEqual(images.map(({ name, id }) => [name, id]), [[WEB, second.image], [WEB, first.image]]);
      images.forEach(({ digest }) => match(digest, /^sha256:[0-9a-f]{64}$/));
      notStrictEqual(images[0].digest, images[1].digest);
    });

    await t.step("an image that does not get well: the one of before runs, and has the name", async () => {
      await publish(server, "bad");
      await app.pet.commit(webVersion(release, 3));
      await app.ends(7, "upgrade", "--apply");
      match(await failedJournal(app), /image bad\n$/);
      await runs(app, second.image);
    });

    await t.step("where that one is gone, it is pulled by its digest", async () => {
      await app.pet.commit(
        webVersion(release, 4, `ExecStartPre=/usr/bin/podman rmi --force ${second.image}\n`),
      );
      const digest = (await app.history()).find(({ stands }) => stands).images[0].digest;
      const { calls } = await trace(app, ["upgrade", "--apply"], 7);
      const pinned = `podman pull --quiet -- ${WEB.replace(/:1$/, "")}@${digest}`;
      ok(calls.some((call) => call.trim() === pinned), `${calls.join("\n")}\nlacks ${pinned}`);
      match(await failedJournal(app), /image bad\n$/);
      await runs(app, second.image);
    });

    await t.step("ppm rollback runs the image of that generation", async () => {
      await app.done("rollback", "1");
      await runs(app, first.image);
    });

    await t.step("a registry that is gone leaves everything as it was", async () => {
      const head = async () =>
        (await app.pet.run(["git", "-C", ".ppm/definition", "rev-parse", "HEAD"])).stdout;
      const [before, commit, units] = [await running(server), await head(), await app.runs()];
      await publish(server, "three");
      await app.pet.commit(webVersion(release, 5));
      await registryIs(server, "stop");
      const { stderr } = await app.ends(1, "upgrade", "--apply");
      match(stderr, /Cannot pull the image 127\.0\.0\.1:5000\/pets\/web:1: .*connection refused/);
      deepStrictEqual([await head(), await app.runs()], [commit, units]);
      deepStrictEqual(await running(server), before);
      await runs(app, first.image);
      await registryIs(server, "start");
    });

    await t.step("killed once it has pulled, whoever comes next gives the name back", async () => {
      const before = await running(server);
      await killed(app, PULLED);
      ok(await app.exists(".ppm/pull.json"));
      third = await imageOf(server);
      notStrictEqual(third, first.image);
      deepStrictEqual(await running(server), before);
      await app.done("recover");
      deepStrictEqual(await running(server), before);
      await runs(app, first.image);
    });

    await t.step("killed once the name means the new image, the old one comes back", async () => {
      await killed(app, { matching: `^podman tag -- ${third}`, when: "after" });
      ok(await app.exists(".ppm/switch.json"));
      await app.ends(7, "recover");
      await runs(app, first.image);
    });

    await t.step("after a kill an upgrade still knows what the image was", async () => {
      await killed(app, PULLED);
      strictEqual(await imageOf(server), third);
      await app.done("upgrade", "--apply");
      await runs(app, third);
      const images = (await app.history()).filter(({ outcome }) => outcome === "done").map(({ images }) =>
        images[0].id
      );
      deepStrictEqual(images, [third, second.image, first.image]);
    });
  },
);
