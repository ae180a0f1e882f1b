/** Plugin `website`: says at which domains this application wants to be seen, for the web server of this machine. */
import * as z from "zod/mini";
import { line } from "../config/schema.ts";
import { byAddress, domainFault, pathFault, type Site } from "../definition/site.ts";
import { definePlugin } from "./plugin.ts";

const PORT = "must be a port from 1 to 65535";

const port = z.union([
  z.int().check(z.minimum(1), z.maximum(65535)),
  line((text) => /^[1-9][0-9]{0,4}$/.test(text) && Number(text) <= 65535 ? undefined : PORT),
]);

const site = z.strictObject({
  domain: line(domainFault).check(z.describe("the host name in the address, for instance git.example.org")),
  port: port.check(z.describe("where the application listens, on loopback")),
  path: z.optional(line(pathFault).check(z.describe("below which path; default: /"))),
  websocket: z.optional(
    z.boolean().check(z.describe("whether it speaks WebSocket there; default: false")),
  ),
});

const sites = z.array(site).check(z.check((context) => {
  const published = context.value.map(toSite);
  published.forEach(({ domain, path }, at) => {
    if (published.findIndex((other) => other.domain === domain && other.path === path) === at) return;
    const message = `must not be the second site at ${domain}${path}`;
    context.issues.push({ code: "custom", message, input: context.value, path: [at] });
  });
}));

/** It publishes `sites`: what the web server of this machine makes its configuration of. */
export const website = definePlugin({
  name: "website",
  summary: "Publishes sites for the web server of this machine",
  schema: z.union([site, sites]),
  contribute: (options) => ({
    state: { sites: (Array.isArray(options) ? options.map(toSite) : [toSite(options)]).sort(byAddress) },
  }),
});

function toSite({ domain, port, path = "/", websocket = false }: z.output<typeof site>): Site {
  return { domain: domain.toLowerCase(), path, port: Number(port), websocket };
}
