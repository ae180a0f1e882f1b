import { deepStrictEqual } from "node:assert/strict";
import { namedImages } from "../../src/plan/images.ts";
import { file } from "./plan_fixture.ts";

const UNITS = ".config/systemd/user";
const QUADLET = ".config/containers/systemd";

/** The images that files of these names and texts name: `name units pull`. */
function named(files: Readonly<Record<string, string>>): readonly string[] {
  const all = Object.entries(files).map(([path, text]) => file(path, text));
  return namedImages(all).map(({ image, units, pull }) =>
    `${image} ${units.join("+")} ${pull ? "pull" : "keep"}`
  );
}

Deno.test("namedImages() finds images in Quadlet files and in what units have podman run", () => {
  deepStrictEqual(
    named({
      [`${QUADLET}/web.container`]: "[Container]\nImage=ghcr.io/a/web:1\n",
      [`${QUADLET}/disk.volume`]: "[Volume]\nDriver=image\nImage=quay.io/disk\n",
      [`${UNITS}/db.service`]:
        "[Service]\nExecStartPre=-podman pull ghcr.io/a/tool\nExecStart=/usr/bin/podman run --rm -p 1:1 postgres:16 -c x\n",
      [`${UNITS}/job.service`]: "[Service]\nExecStart=podman create ghcr.io/a/web:1 ; podman start job\n",
      "notes.txt": "[Container]\nImage=none\n",
    }),
    [
      "ghcr.io/a/tool db.service pull",
      "ghcr.io/a/web:1 job.service+web.service pull",
      "postgres:16 db.service pull",
      "quay.io/disk disk-volume.service pull",
    ],
  );
});

Deno.test("namedImages() follows .image files, and leaves out what is built here", () => {
  deepStrictEqual(
    named({
      [`${QUADLET}/web.container`]: "[Container]\nImage=base.image\n",
      [`${QUADLET}/base.image`]: "[Image]\nImage=ghcr.io/a/base:2\n",
      [`${QUADLET}/own.container`]: "[Container]\nImage=own.build\n",
      [`${QUADLET}/own.build`]: "[Build]\nImageTag=ghcr.io/a/own\nSetWorkingDirectory=unit\n",
      [`${QUADLET}/again.container`]: "[Container]\nImage=ghcr.io/a/own\n",
    }),
    ["ghcr.io/a/base:2 base-image.service+web.service pull", "ghcr.io/a/own again.service keep"],
  );
});

Deno.test("namedImages() heeds drop-ins: the last image counts, and an empty ExecStart begins anew", () => {
  deepStrictEqual(
    named({
      [`${QUADLET}/web.container`]: "[Container]\nImage=one\n",
      [`${QUADLET}/web.container.d/10-image.conf`]: "[Container]\nImage=two\n",
      [`${QUADLET}/web.container.d/20-image.conf`]: "[Container]\nImage=three\n",
      [`${UNITS}/db.service`]: "[Service]\nExecStart=podman run four\n",
      [`${UNITS}/db.service.d/x.conf`]: "[Service]\nExecStart=\nExecStart=podman run five\n",
    }),
    ["five db.service pull", "three web.service pull"],
  );
});

Deno.test("namedImages() lets nothing be pulled that a unit forbids, that is local, or that is named by its id", () => {
  const id = "a".repeat(64);
  deepStrictEqual(
    named({
      [`${QUADLET}/a.container`]: "[Container]\nImage=never\nPull=never\n",
      [`${QUADLET}/b.container`]: "[Container]\nImage=args\nPodmanArgs=--memory 1g --pull never\n",
      [`${QUADLET}/c.container`]: "[Container]\nImage=localhost/x\n",
      [`${QUADLET}/d.container`]: `[Container]\nImage=${id}\n`,
      [`${QUADLET}/e.container`]: "[Container]\nImage=newer\nPull=newer\n",
      [`${UNITS}/f.service`]:
        "[Service]\nExecStart=podman run --pull=never never2\nExecStop=podman run shared\n",
      [`${UNITS}/g.service`]: "[Service]\nExecStart=podman run --pull=never shared\n",
    }),
    [
      "args b.service keep",
      `${id} d.service keep`,
      "localhost/x c.service keep",
      "never a.service keep",
      "never2 f.service keep",
      "newer e.service pull",
      "shared f.service+g.service pull",
    ].sort(),
  );
});

Deno.test("namedImages() names no image that only systemd can complete, nor what is none", () => {
  deepStrictEqual(
    named({
      [`${QUADLET}/a@.container`]: "[Container]\nImage=web:%i\n",
      [`${UNITS}/b.service`]:
        "[Service]\nExecStart=podman run $IMAGE\nExecStop=podman run --rootfs /srv/root\n",
      [`${UNITS}/c.service`]:
        "[Service]\nExecStart=podman run oci-archive:/srv/x.tar\nExecStop=podman stop c\n",
    }),
    [],
  );
});
