import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { isPinned, repositoryOf, wholeName } from "../../src/upgrade/image_name.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

Deno.test("repositoryOf() leaves out tag and digest, and takes no port for a tag", () => {
  const names = [
    "nginx",
    "nginx:1",
    "host:5000/a/b",
    "host:5000/a/b:1.2",
    `a/b@${DIGEST}`,
    `a/b:1@${DIGEST}`,
  ];
  deepStrictEqual(names.map(repositoryOf), [
    "nginx",
    "nginx",
    "host:5000/a/b",
    "host:5000/a/b",
    "a/b",
    "a/b",
  ]);
});

Deno.test("isPinned() holds of names with a digest alone", () => {
  deepStrictEqual([`a/b@${DIGEST}`, "a/b:latest", "a/b"].map(isPinned), [true, false, false]);
});

Deno.test("wholeName() adds the registry that a short name was found in, and changes no whole name", () => {
  const repositories = ["docker.io/library/nginx", "host:5000/a/b"];
  strictEqual(wholeName("nginx:1", repositories), "docker.io/library/nginx:1");
  strictEqual(wholeName("a/b", repositories), "host:5000/a/b");
  strictEqual(wholeName("ginx", repositories), undefined);
  for (const whole of ["ghcr.io/x/y:1", "host:5000/y", "localhost/y"]) {
    strictEqual(wholeName(whole, []), whole);
  }
});
