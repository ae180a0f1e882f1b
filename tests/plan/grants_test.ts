import assert from "node:assert/strict";
import { grantsOf, newGrants } from "../../src/plan/grants.ts";

const UNITS = ".config/systemd/user/";
const QUADLET = ".config/containers/systemd/";

/** What one file asks for. */
function grantsOfFile(path: string, text: string, mode = 0o644): readonly string[] {
  const file = { path, content: new TextEncoder().encode(text), mode, origin: path };
  return grantsOf({ files: [file], plugins: {}, state: {} });
}

function ofContainer(...lines: readonly string[]): readonly string[] {
  return grantsOfFile(`${QUADLET}web.container`, `[Container]\nImage=x\n${lines.join("\n")}\n`);
}

function ofCommand(...lines: readonly string[]): readonly string[] {
  return grantsOfFile(`${UNITS}web.service`, `[Service]\n${lines.join("\n")}\n`);
}

function ofPodman(args: string): readonly string[] {
  return ofCommand(`ExecStart=/usr/bin/podman run --rm ${args}`);
}

function ofSocket(...lines: readonly string[]): readonly string[] {
  return grantsOfFile(`${UNITS}web.socket`, `[Socket]\n${lines.join("\n")}\n`);
}

const PUBLISHED: Readonly<Record<string, readonly string[]>> = {
  "8080:80": ["port 8080/tcp on every address"],
  "0.0.0.0:8080:80": ["port 8080/tcp on every IPv4 address"],
  "[::]:8080:80": ["port 8080/tcp on every address"],
  "53:53/udp": ["port 53/udp on every address"],
  "8000-8010:8000-8010/tcp": ["port 8000-8010/tcp on every address"],
  "192.168.1.5:8080:80": ["port 8080/tcp on 192.168.1.5"],
  "[2001:DB8::1]:8080:80": ["port 8080/tcp on 2001:db8::1"],
  "127.0.0.1:8080:80": [],
  "127.5.5.5:8080:80": [],
  "[::1]:8080:80": [],
  "127.0.0.1::80": [],
  "80": ["a port that podman chooses for 80/tcp (web.service)"],
  "192.168.1.5::80": ["a port that podman chooses for 80/tcp (web.service)"],
};

for (const [value, expected] of Object.entries(PUBLISHED)) {
  Deno.test(`grantsOf() reads a published port: ${value}`, () => {
    for (
      const option of [
        `-p ${value}`,
        `-p=${value}`,
        `-dp ${value}`,
        `--publish ${value}`,
        `--publish=${value}`,
      ]
    ) {
      assert.deepEqual(ofPodman(`${option} localhost/web -p 9:9`), expected, option);
    }
    assert.deepEqual(ofContainer(`PublishPort=${value}`), expected);
    assert.deepEqual(ofContainer(`PodmanArgs=--publish=${value}`), expected);
    assert.deepEqual(
      grantsOfFile(`${QUADLET}web.pod`, `[Pod]\nPublishPort=${value}\n`).map((grant) =>
        grant.replace("web-pod", "web")
      ),
      expected,
    );
  });
}

Deno.test("grantsOf() names what it cannot know", () => {
  assert.deepEqual(ofContainer("PublishPort=%i:80", "PublishPort=99999:80"), [
    "whatever PublishPort=%i:80 opens (web.service)",
    "whatever PublishPort=99999:80 opens (web.service)",
  ]);
  assert.deepEqual(ofPodman("-p ${PORT}:80 x"), ["whatever --publish=${PORT}:80 opens (web.service)"]);
  assert.deepEqual(ofPodman("-P x"), ["every port that its image exposes, on every address (web.service)"]);
  assert.deepEqual(ofPodman("--publish-all x"), [
    "every port that its image exposes, on every address (web.service)",
  ]);
  assert.deepEqual(ofPodman("--publish-all=false x"), []);
  assert.deepEqual(ofContainer("Network=pasta:-t,8080"), [
    "whatever Network=pasta:-t,8080 opens (web.service)",
  ]);
  assert.deepEqual(grantsOfFile(`${QUADLET}web.kube`, "[Kube]\nYaml=web.yaml\nPublishPort=80:80\n"), [
    "port 80/tcp on every address",
    "whatever web.yaml asks for (kube)",
  ]);
  assert.deepEqual(ofCommand("ExecStart=podman --log-level warn kube play web.yaml"), [
    "whatever podman --log-level warn kube play web.yaml asks for (web.service)",
  ]);
  assert.deepEqual(ofCommand("ExecStartPre=/usr/bin/podman pod create -p 80:80 web"), [
    "whatever /usr/bin/podman pod create -p 80:80 web asks for (web.service)",
  ]);
  assert.deepEqual(ofSocket("ListenStream=%i"), ["whatever ListenStream=%i opens (web.socket)"]);
});

Deno.test("grantsOf() sees the ports that a Kubernetes file opens on this server", () => {
  const file = (path: string, text: string) => ({
    path: `${QUADLET}${path}`,
    content: new TextEncoder().encode(text),
    mode: 0o644,
    origin: path,
  });
  const kube = file("web.kube", "[Kube]\nYaml=web.yaml\n");
  const yaml =
    'ports: [{ containerPort: 80, hostPort: 8080 }, {"hostPort": 53, "protocol": "UDP"}]\nhostNetwork: true\n';
  assert.deepEqual(grantsOf({ files: [kube, file("web.yaml", yaml)], plugins: {}, state: {} }), [
    "every port that it likes, in the network of this server (web.service)",
    "port 53 on this server (kube, web.yaml)",
    "port 8080 on this server (kube, web.yaml)",
    "whatever web.yaml asks for (kube)",
  ]);
  const plain = file("web.yaml", "ports: [{ containerPort: 80 }]\nhostNetwork: false\n");
  assert.deepEqual(grantsOf({ files: [kube, plain], plugins: {}, state: {} }), [
    "whatever web.yaml asks for (kube)",
  ]);
});

Deno.test("grantsOf() sees the network of the server itself", () => {
  const expected = ["every port that it likes, in the network of this server (web.service)"];
  assert.deepEqual(ofContainer("Network=host"), expected);
  assert.deepEqual(ofContainer("PodmanArgs=--network host"), expected);
  for (const option of ["--network=host", "--network host", "--net=host"]) {
    assert.deepEqual(ofPodman(`${option} x`), expected);
  }
  assert.deepEqual(ofContainer("Network=web.network", "Network=none"), []);
  assert.deepEqual(ofPodman("--network=slirp4netns:allow_host_loopback=true x"), []);
});

Deno.test("grantsOf() sees where sockets listen", () => {
  assert.deepEqual(
    ofSocket(
      "ListenStream=80",
      "ListenStream=127.0.0.1:81",
      "ListenStream=[::1]:82",
      "ListenStream=10.0.0.1:83",
    ),
    ["port 80/tcp on every address", "port 83/tcp on 10.0.0.1"],
  );
  assert.deepEqual(ofSocket("ListenDatagram=[::]:53", "ListenDatagram=[fe80::1%eth0]:54"), [
    "port 53/udp on every address",
    "port 54/udp on fe80::1",
  ]);
  assert.deepEqual(ofSocket("ListenStream=%t/web.sock", "ListenStream=@web", "ListenStream=/run/x"), []);
  assert.deepEqual(ofSocket("ListenStream=80", "ListenStream=", "ListenStream=81"), [
    "port 81/tcp on every address",
  ]);
});

Deno.test("grantsOf() names programs outside containers by their path, and interpreters by all they are told", () => {
  assert.deepEqual(ofCommand("ExecStart=-/usr/bin/foo --port 80", "ExecStop=/usr/bin/foo stop"), [
    "program /usr/bin/foo outside a container (web.service)",
  ]);
  assert.deepEqual(ofCommand("ExecStart=/bin/sh -c 'a;  b $HOME'", "ExecReload=/usr/bin/python3.11 -m x"), [
    "program /bin/sh -c 'a;  b $HOME' outside a container (web.service)",
    "program /usr/bin/python3.11 -m x outside a container (web.service)",
  ]);
  assert.deepEqual(ofCommand("ExecStart=/usr/bin/env foo", "ExecStartPost=%h/bin/podman run x"), [
    "program %h/bin/podman outside a container (web.service)",
    "program /usr/bin/env foo outside a container (web.service)",
  ]);
  assert.deepEqual(ofCommand("ExecStart=/usr/bin/a ; /usr/bin/b", "ExecStart=", "ExecStart=/usr/bin/c"), [
    "program /usr/bin/c outside a container (web.service)",
  ]);
  assert.deepEqual(
    grantsOfFile(
      `${QUADLET}web.container`,
      "[Container]\nExec=/bin/inside\n[Service]\nExecStartPre=/bin/outside\n",
    ),
    ["program /bin/outside outside a container (web.service)"],
  );
  assert.deepEqual(grantsOfFile(`${UNITS}web.service.d/a.conf`, "[Service]\nExecStartPre=/bin/x\n"), [
    "program /bin/x outside a container (web.service)",
  ]);
  assert.deepEqual(ofSocket("ExecStartPre=/bin/x"), ["program /bin/x outside a container (web.socket)"]);
});

Deno.test("grantsOf() asks nothing for what stays in a container, and names programs that the definition brings", () => {
  assert.deepEqual(ofPodman("--network=none -v %h/data:/data localhost/web sh -c 'x'"), []);
  assert.deepEqual(ofCommand("ExecStop=podman stop web", "ExecStartPre=-/usr/bin/podman rm -f web"), []);
  assert.deepEqual(grantsOfFile("bin/tool", "", 0o755), ["program ~/bin/tool of the definition"]);
  assert.deepEqual(grantsOfFile("bin/tool", "", 0o600), []);
});

Deno.test("grantsOf() takes what plugins and state publish", () => {
  const from = ["0.0.0.0/0", "::/0"];
  const plugins = {
    firewall: {
      open: [
        { first: 443, last: 443, protocol: "tcp", from },
        { first: 1, last: 9, protocol: "udp", from: ["10.0.0.0/8", "::/0"] },
      ],
    },
    website: {
      sites: [{ domain: "a.org", path: "/", port: 1, websocket: false }, { domain: "a.org", path: "/x" }],
    },
  };
  const state = { website: { domain: "b.org" }, other: 1 };
  assert.deepEqual(grantsOf({ files: [], plugins, state }), [
    "domain a.org",
    "domain b.org",
    "port 1-9/udp from 10.0.0.0/8",
    "port 1-9/udp from ::/0",
    "port 443/tcp from anywhere",
  ]);
  for (const website of [undefined, null, "b.org", [], [{ domain: 1 }]]) {
    assert.deepEqual(grantsOf({ files: [], plugins: {}, state: { website } }), []);
  }
});

/** Each `after` that is new beside `before`. */
const NEW: readonly (readonly [before: readonly string[], after: string])[] = [
  [[], "port 443/tcp from anywhere"],
  [["port 443/tcp from 10.0.0.0/8"], "port 443/tcp from anywhere"],
  [["port 443/tcp from 10.0.0.0/8"], "port 443/tcp from 10.0.0.0/7"],
  [["port 443/tcp from 0.0.0.0/0"], "port 443/tcp from anywhere"],
  [["port 443/tcp from anywhere"], "port 443/udp from anywhere"],
  [["port 443/tcp from anywhere"], "port 443-444/tcp from anywhere"],
  [["port 1-9/tcp on every address", "port 11-20/tcp on every address"], "port 5-15/tcp on every address"],
  [["port 80/tcp on 10.0.0.1"], "port 80/tcp on every address"],
  [["port 80/tcp on every IPv4 address"], "port 80/tcp on every address"],
  [["port 80/tcp on every address"], "port 80/tcp from anywhere"],
  [["every port that it likes, in the network of this server (a.service)"], "port 80/tcp from anywhere"],
  [["domain a.org"], "domain b.a.org"],
  [["program /bin/a outside a container (a.service)"], "program /bin/a outside a container (b.service)"],
];

const KNOWN: typeof NEW = [
  [["port 443/tcp from anywhere"], "port 443/tcp from 10.0.0.0/8"],
  [["port 443/tcp from anywhere"], "port 443/tcp from 2001:db8::/32"],
  [["port 443/tcp from 10.0.0.0/8"], "port 443/tcp from 10.1.2.3"],
  [["port 400-500/tcp from anywhere"], "port 443-444/tcp from 10.0.0.0/8"],
  [["port 1-9/tcp on every address", "port 10-20/tcp on every address"], "port 5-15/tcp on every address"],
  [["port 80/tcp on every address"], "port 80/tcp on 10.0.0.1"],
  [["port 80/tcp on every IPv4 address"], "port 80/tcp on 10.0.0.1"],
  [["every port that it likes, in the network of this server (a.service)"], "port 80/tcp on every address"],
  [["domain a.org"], "domain a.org"],
  [["whatever x asks for (kube)"], "whatever x asks for (kube)"],
];

for (const [cases, isNew] of [[NEW, true], [KNOWN, false]] as const) {
  for (const [before, after] of cases) {
    Deno.test(`newGrants() finds ${after} ${isNew ? "new" : "known"} beside ${before.join(", ") || "nothing"}`, () => {
      assert.deepEqual(newGrants(before, [after]), isNew ? [after] : []);
    });
  }
}

Deno.test("newGrants() finds nothing new where something goes", () => {
  assert.deepEqual(newGrants(["domain a.org", "port 443/tcp from anywhere"], ["domain a.org"]), []);
});
