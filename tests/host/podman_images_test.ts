import { deepStrictEqual, throws } from "node:assert/strict";
import { parseImage } from "../../src/host/podman_images.ts";

Deno.test("parseImage() reads what podman 4.3 and 5.4 print", () => {
  const printed = `[{
    "Id": "4783d214fc51", "Digest": "sha256:55de",
    "RepoTags": ["localhost/busybox:latest"],
    "RepoDigests": ["127.0.0.1:5000/a/b@sha256:55de", "127.0.0.1:5000/a/b@sha256:77", "localhost/busybox@sha256:55de"]
  }]`;
  deepStrictEqual(parseImage(printed), {
    id: "4783d214fc51",
    digest: "sha256:55de",
    repositories: ["127.0.0.1:5000/a/b", "localhost/busybox"],
  });
  deepStrictEqual(parseImage('[{"Id": "1", "Digest": "", "RepoDigests": null}]').repositories, []);
});

Deno.test("parseImage() refuses anything else", () => {
  for (const printed of ["", "[]", "{}", '[{"Id": 1}]']) {
    throws(() => parseImage(printed), /Cannot understand podman/);
  }
});
