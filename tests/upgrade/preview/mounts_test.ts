import assert from "node:assert/strict";
import { writableMounts } from "../../../src/upgrade/preview/mounts.ts";
import { file } from "../../plan/plan_fixture.ts";

const QUADLET = ".config/containers/systemd";
const USER = ".config/systemd/user";

/** What a unit says, and what may be written to by it. */
const CASES: readonly (readonly [file: string, lines: string, ...mounts: readonly string[]])[] = [
  ["web.container", "[Container]\nVolume=db:/var/lib/db", "volume db"],
  ["web.container", "[Container]\nVolume=db:/var/lib/db:Z,U", "volume db"],
  ["web.container", "[Container]\nVolume=db:/var/lib/db:ro,Z"],
  ["web.container", "[Container]\nVolume=/opt/tree:/tree:O"],
  ["web.container", "[Container]\nVolume=/var/lib/anonymous"],
  ["web.container", "[Container]\nVolume=cache.volume:/cache", "volume systemd-cache"],
  ["web.container", "[Container]\nVolume=named.volume:/x", "volume files"],
  ["web.container", "[Container]\nVolume=bound.volume:/x"],
  ["web.container", "[Container]\nVolume=%N-data:/x", "volume %N-data"],
  ["web.container", "[Container]\nVolume=%h/data/db:/var/lib/db"],
  ["web.container", "[Container]\nVolume=%h/data:/data"],
  ["web.container", "[Container]\nVolume=%h/database:/data", "path /home/app/database"],
  ["web.container", "[Container]\nVolume=/home/app/data/x:/x"],
  ["web.container", "[Container]\nVolume=%h/.config/notice:/www:ro"],
  ["web.container", "[Container]\nVolume=%h/.config/notice:/www", "path /home/app/.config/notice"],
  ["web.container", "[Container]\nVolume=%h/.config/notice/a.conf:/a.conf"],
  ["web.container", "[Container]\nVolume=./local:/x", `path /home/app/${QUADLET}/local`],
  ["web.container", "[Container]\nVolume=/srv//media/:/media", "path /srv/media"],
  ["web.container", "[Container]\nVolume=%h/data/../media:/media", "path /home/app/media"],
  ["web.container", "[Container]\nVolume=../../../data/x:/x"],
  ["web.container", "[Container]\nVolume=/:/host", "path /"],
  ["web.container", "[Container]\nVolume=%t/podman/podman.sock:/run/podman.sock"],
  ["web.container", "[Container]\nVolume=/dev/dri:/dev/dri\nVolume=%C/web:/cache"],
  ["web.container", "[Container]\nMount=type=bind,source=/srv/a,target=/a", "path /srv/a"],
  ["web.container", "[Container]\nMount=type=bind,src=/srv/a,target=/a,ro=true"],
  ["web.container", "[Container]\nMount=type=bind,src=/srv/a,target=/a,readonly"],
  ["web.container", "[Container]\nMount=type=volume,source=db,destination=/a", "volume db"],
  ["web.container", "[Container]\nMount=type=tmpfs,destination=/a"],
  ["web.container", "[Container]\nPodmanArgs=--volume=db:/a -v /srv/b:/b", "volume db", "path /srv/b"],
  ["all.pod", "[Pod]\nVolume=db:/var/lib/db", "volume db"],
  ["web.container.d/more.conf", "[Container]\nVolume=db:/var/lib/db", "volume db"],
  [
    "web.service",
    "[Service]\nExecStart=podman run -dv db:/a --volume %h/x:/b img",
    "volume db",
    "path /home/app/x",
  ],
  ["web.service", "[Service]\nExecStart=podman run --mount type=volume,source=db,target=/a img", "volume db"],
  ["web.service", "[Service]\nExecStart=podman run img tool -v other:/a"],
  [
    "web.service",
    '[Service]\nExecStart=/usr/bin/podman create -v "%h/my files:/b" img',
    "path /home/app/my files",
  ],
  ["web.service", "[Service]\nExecStart=/usr/bin/tool -v db:/a"],
  [
    "web.service",
    "[Service]\nStateDirectory=web web/more",
    "path %S/web",
    "path %S/web/more",
  ],
  [
    "web.service",
    "[Service]\nBindPaths=/srv/a:/a -/srv/b\nBindReadOnlyPaths=/srv/c",
    "path /srv/a",
    "path /srv/b",
  ],
];

/** What stands beside each of them. */
const OTHERS = [
  file(`${QUADLET}/cache.volume`, "[Volume]\n"),
  file(`${QUADLET}/named.volume`, "[Volume]\nVolumeName=files\n"),
  file(`${QUADLET}/bound.volume`, "[Volume]\nDevice=%h/data/bound\nType=none\nOptions=bind\n"),
  file(".config/notice/a.conf", "Volume=db:/not/a/unit\n"),
];

for (const [name, lines, ...mounts] of CASES) {
  Deno.test(`writableMounts() reads ${name}: ${lines.replaceAll("\n", " ")}`, () => {
    const path = `${/\.(service|socket)$/.test(name) ? USER : QUADLET}/${name}`;
    const found = writableMounts([file(path, `${lines}\n`), ...OTHERS], "/home/app");
    assert.deepEqual(found.map(({ kind, source }) => `${kind} ${source}`), mounts);
  });
}

Deno.test("writableMounts() names the unit that mounts", () => {
  const found = writableMounts([file(`${QUADLET}/db.container`, "[Container]\nVolume=db:/x\n")], "/home/app");
  assert.deepEqual(found, [{ kind: "volume", source: "db", unit: "db.service" }]);
});
