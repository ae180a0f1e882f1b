import assert from "node:assert/strict";
import { didYouMean } from "../../src/config/nearest.ts";

Deno.test("didYouMean() names a candidate that is one slip away", () => {
  assert.equal(didYouMean("revison", ["repository", "revision"]), '. Did you mean "revision"?');
});

Deno.test("didYouMean() says nothing where no candidate is near", () => {
  assert.equal(didYouMean("docker", ["repository", "revision"]), "");
});
