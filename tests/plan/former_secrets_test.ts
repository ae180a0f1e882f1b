import { deepStrictEqual } from "node:assert/strict";
import type { Action } from "../../src/plan/actions.ts";
import { formerSecrets } from "../../src/plan/former_secrets.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function replacing(previous: string, content: string): Action {
  const file = { path: "web.conf", mode: 0o600, sha256: "", why: "" };
  return { kind: "write-file", ...file, content: bytes(content), previous: bytes(previous) };
}

const SECRETS = [{ name: "db", value: "new+value" }, { name: "token", value: "unchanged" }];

Deno.test("formerSecrets() finds what a rotated secret was, also beside one that stays", () => {
  const action = replacing(
    "# web\nurl=db:old.value@host key=unchanged\n",
    "# web\nurl=db:new+value@host key=unchanged\n",
  );
  deepStrictEqual(formerSecrets([action], SECRETS), [
    { name: "db", value: "old.value" },
    { name: "token", value: "unchanged" },
  ]);
});

Deno.test("formerSecrets() takes nothing for a secret that stays in the file or stands elsewhere", () => {
  deepStrictEqual(
    formerSecrets([replacing("port=1\nsame\n", "port=2\nsame\npassword=new+value\n")], SECRETS),
    [],
  );
});
