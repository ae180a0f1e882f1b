/**
 * The schema of the state file, with its descriptions: for whoever reads one with something else than ppm. Readers pass over what they do
 * not know, for a newer ppm may write more; so this allows it. ppm itself reads state files by hand (`read_state.ts`): it has to be quick.
 */
import * as z from "zod/mini";
import { INSTANCE } from "../config/instance.ts";
import { domainFault, pathFault } from "../definition/site.ts";
import { parseNetwork } from "../definition/network.ts";
import { line } from "../config/schema.ts";

const text = z.string();

const port = z.int().check(z.minimum(1), z.maximum(65535));

const time = z.optional(z.iso.datetime());

const site = z.looseObject({
  domain: line(domainFault).check(z.describe("in lower case")),
  path: line(pathFault).check(z.describe("below which path of the domain; / is all of it")),
  port: port.check(z.describe("where the application listens, on loopback")),
  websocket: z.boolean().check(z.describe("whether connections there are upgraded to WebSockets")),
});

const opening = z.looseObject({
  first: port.check(z.describe("the first port of the range")),
  last: port.check(z.describe("the last port of the range: the same for one port")),
  protocol: z.enum(["tcp", "udp"]),
  from: z.array(line((network) => parseNetwork(network) === undefined ? "must be a network" : undefined))
    .check(
      z.describe("networks that may reach it; 0.0.0.0/0 and ::/0 are everywhere"),
    ),
});

/** The whole of a state file. */
export const STATE_SCHEMA = z.looseObject({
  version: z.literal(1),
  instance: text.check(z.regex(INSTANCE), z.describe("names this application in backups")),
  user: text.check(
    z.describe("the Linux user that it belongs to: the name of the directory that the file lies in"),
  ),
  host: text.check(z.describe("the server's name")),
  app: z.looseObject({ name: text, description: text, version: text }).check(
    z.describe("what appinfo.yml says of the application"),
  ),
  definition: z.looseObject({
    repository: text.check(z.describe("where the definition is, without credentials")),
    commit: text.check(
      z.regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/),
      z.describe("which commit of it is set up"),
    ),
  }),
  units: z.array(text).check(z.describe("the application's units")),
  plugins: z.looseObject({
    website: z.optional(
      z.looseObject({ sites: z.array(site) }).check(z.describe("where the application wants to be seen")),
    ),
    firewall: z.optional(
      z.looseObject({ open: z.array(opening) }).check(
        z.describe("ports that are to be reached from elsewhere"),
      ),
    ),
  }).check(z.describe("what each plugin publishes, by its name")),
  state: z.record(z.string(), z.unknown()).check(
    z.describe("what the definition says under state: plain data"),
  ),
  times: z.optional(
    z.looseObject({ backup: time, drill: time, upgrade: time, fenced: time }).check(
      z.describe(
        "when the last good backup, drill and upgrade were, and since when it is fenced to leave this server; what never was is left out",
      ),
    ),
  ),
}).check(z.meta({
  title: "state.yml",
  description: "What an application tells the others on its server; in YAML, at most 64 KiB",
}));
