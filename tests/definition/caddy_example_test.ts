/** What examples/caddy makes of what neighbours publish. That Caddy understands it is seen in tests/servers/neighbours_test.ts. */
import assert from "node:assert/strict";
import type { TemplateContext } from "../../src/definition/definition.ts";
import { startRenderer } from "../../src/definition/renderer.ts";
import type { Site } from "../../src/definition/site.ts";
import { RealSystem } from "../../src/host/real_system.ts";
import type { Neighbour } from "../../src/neighbours/neighbour.ts";

const CADDYFILE = await Deno.readTextFile(
  new URL("../../examples/caddy/templates/.config/caddy/Caddyfile.eta", import.meta.url),
);

const VARIABLES = { httpport: 80, httpsport: 443, tls: "automatic", email: [] as string[] };

function neighbour(user: string, sites: readonly Partial<Site>[]): Neighbour {
  return {
    user,
    instance: user,
    host: "server",
    app: { name: user, description: "", version: "1" },
    definition: { repository: "/srv/app.git", commit: "0".repeat(40) },
    units: [],
    sites: sites.map((site) => ({ domain: "example.org", path: "/", port: 8080, websocket: false, ...site })),
    ports: [],
    state: {},
  };
}

async function caddyfile(neighbours: readonly Neighbour[], variables: Partial<typeof VARIABLES> = {}) {
  const context: TemplateContext = {
    variables: { ...VARIABLES, ...variables },
    secrets: {},
    user: { name: "proxy", uid: 1000, gid: 1000, home: "/home/proxy", runtimedirectory: "/run/user/1000" },
    host: { name: "server" },
    paths: { home: "/home/proxy", data: "", config: "", definition: "", statedirectory: "" },
    neighbours,
    ppm: { version: "0.1.0" },
  };
  const [outcome] = await startRenderer(new RealSystem()).render(
    [{ file: "Caddyfile", text: CADDYFILE }],
    context,
    undefined,
  );
  assert.ok(outcome !== undefined);
  return outcome.ok ? outcome.text : outcome.problems.map(({ message }) => message);
}

/** What comes after the global options and the answer to unknown names. */
async function siteBlocks(neighbours: readonly Neighbour[], variables: Partial<typeof VARIABLES> = {}) {
  const text = await caddyfile(neighbours, variables);
  assert.ok(typeof text === "string", String(text));
  return text.slice(text.indexOf("421\n}\n") + 6);
}

Deno.test("examples/caddy groups sites by domain, the longest path first, whoever publishes them", async () => {
  const neighbours = [
    neighbour("forge", [{ domain: "git.example.org", port: 3000 }, { domain: "a.example.org", port: 3002 }]),
    neighbour("runner", [{ domain: "git.example.org", path: "/ci/", port: 3001, websocket: true }]),
    neighbour("pages", [{ domain: "git.example.org", path: "/ci/pages", port: 3003 }]),
  ];
  assert.equal(
    await siteBlocks(neighbours),
    `
"a.example.org" {
	@0 path "/*"
	# The first that fits, the longest path before all others. WebSockets need no word here.
	route {
		reverse_proxy @0 127.0.0.1:3002 # forge
		respond "No application of this server has this path." 404
	}
}

"git.example.org" {
	@0 path "/ci/pages" "/ci/pages/*"
	@1 path "/ci/*"
	@2 path "/*"
	# The first that fits, the longest path before all others. WebSockets need no word here.
	route {
		reverse_proxy @0 127.0.0.1:3003 # pages
		reverse_proxy @1 127.0.0.1:3001 # runner
		reverse_proxy @2 127.0.0.1:3000 # forge
		respond "No application of this server has this path." 404
	}
}
`,
  );
});

Deno.test("examples/caddy says what kind of certificates there are", async () => {
  const neighbours = [neighbour("hello", [{}])];
  assert.match(await siteBlocks(neighbours), /^\n"example\.org" \{/);
  assert.match(await siteBlocks(neighbours, { tls: "off" }), /^\n"http:\/\/example\.org" \{/);
  const email = ["admin@example.org", "second@example.org"];
  const options = (await caddyfile([], { tls: "internal", email })).toString();
  assert.match(options, /\n\tlocal_certs\n\temail "admin@example\.org"\n\}/);
  assert.ok(!options.includes("second"));
});

Deno.test("examples/caddy refuses what could end a word of the Caddyfile, though no such neighbour gets that far", async () => {
  for (const text of ['a" {', "a`", "{$HOME}", "{http.vars}", "a\n", "a\\", "ä"]) {
    assert.match(String(await caddyfile([neighbour("evil", [{ domain: text }])])), /not fit for a Caddyfile/);
    assert.match(String(await caddyfile([neighbour("evil", [{ path: text }])])), /not fit for a Caddyfile/);
  }
});
