import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { mayReadFiles, templateOf, unitSource } from "../../src/plan/units.ts";

const CASES: readonly [path: string, unit: string | undefined, role?: string, text?: string][] = [
  [".config/systemd/user/web.service", "web.service", "file"],
  [".config/systemd/user/web@.service", "web@.service", "file"],
  [".config/systemd/user/web.service.d/limits.conf", "web.service", "dropin"],
  [".config/systemd/user/web.service.d/deeper/limits.conf", undefined],
  [".config/systemd/user/README", undefined],
  [".config/web/app.ini", undefined],
  [".config/containers/systemd/web.container", "web.service", "quadlet"],
  [".config/containers/systemd/sub/web.container", "web.service", "quadlet"],
  [".config/containers/systemd/data.volume", "data-volume.service", "quadlet"],
  [".config/containers/systemd/lan.network", "lan-network.service", "quadlet"],
  [".config/containers/systemd/app.pod", "app-pod.service", "quadlet"],
  [".config/containers/systemd/app.kube", "app.service", "quadlet"],
  [".config/containers/systemd/app.yml", undefined],
  [".config/containers/systemd/app.constructor", undefined],
  [".config/containers/systemd/web.container.d/10.conf", "web.service", "dropin"],
  [
    ".config/containers/systemd/web.container",
    "other.service",
    "quadlet",
    "[Container]\nServiceName=other\n",
  ],
];

Deno.test("unitSource() knows which unit each file makes, by systemd's and by Quadlet's naming", () => {
  for (const [path, unit, role, text = ""] of CASES) {
    const source = unitSource(path, () => text);
    deepStrictEqual(source, unit === undefined ? undefined : { unit, role }, path);
  }
});

Deno.test("templateOf() names the template of an instance and leaves other units alone", () => {
  strictEqual(templateOf("web@one.service"), "web@.service");
  strictEqual(templateOf("web.service"), "web.service");
});

Deno.test("mayReadFiles() holds of services, except of those that only make a network, a volume or an image", () => {
  const made = (name: string, ...files: string[]) => mayReadFiles({ name, files });
  const quadlet = (name: string) => `.config/containers/systemd/${name}`;
  strictEqual(made("web.service", ".config/systemd/user/web.service"), true);
  strictEqual(made("web.service", quadlet("web.container"), quadlet("web.container.d/more.conf")), true);
  strictEqual(made("own-build.service", quadlet("own.build")), true);
  strictEqual(made("lan-network.service", quadlet("lan.network")), false);
  strictEqual(made("data-volume.service", quadlet("data.volume")), false);
  strictEqual(made("web.timer", ".config/systemd/user/web.timer"), false);
});
