import { deepStrictEqual } from "node:assert/strict";
import { listSetting, parseUnitFile } from "../../src/plan/unit_file.ts";

Deno.test("parseUnitFile() leaves comments out and joins continued lines", () => {
  const text =
    "# c\n; c\n[Service]\nExecStart=/bin/a \\\n# between\n  --b\n\n[Install]\nWantedBy = web.target\n";
  deepStrictEqual(parseUnitFile(text), [
    { section: "Service", key: "ExecStart", value: "/bin/a --b", line: 4 },
    { section: "Install", key: "WantedBy", value: "web.target", line: 9 },
  ]);
});

Deno.test("listSetting() gathers every assignment and begins anew at an empty one", () => {
  const settings = parseUnitFile(
    "[Install]\nWantedBy=a.target\nWantedBy=\nWantedBy=b.target c.target\n[Unit]\nWantedBy=d\n",
  );
  deepStrictEqual(listSetting(settings, "Install", "WantedBy"), ["b.target", "c.target"]);
});
