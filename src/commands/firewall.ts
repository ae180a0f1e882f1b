/** `ppm firewall`: what the applications of this server ask of its firewall, as a script for root to read and to load. */
import { UserError } from "../errors.ts";
import { STATE_DIRECTORY } from "../layout.ts";
import type { ProtocolPorts } from "../definition/open_port.ts";
import { givesPorts } from "../neighbours/allow.ts";
import type { Claims } from "../neighbours/claims.ts";
import { requireNoConflicts } from "../neighbours/conflicts.ts";
import { FORMATS, parseFormat } from "../neighbours/firewall/formats.ts";
import { firstPortOfUsers, withinReach } from "../neighbours/firewall/reach.ts";
import { firewallRules } from "../neighbours/firewall/rules.ts";
import { knownNeighbours } from "../neighbours/known_neighbours.ts";
import type { Neighbour } from "../neighbours/neighbour.ts";
import { lookingCommand } from "./command.ts";
import { parseDirectory } from "./parsers.ts";

export const command = lookingCommand({
  help: [
    "Makes a script of what the applications on this server publish with the plugin firewall, as far as /etc/ppm/claims.yml allows it. Nothing is loaded: that is for root, who may read it first. " +
    "nft: a table of its own, loaded whole or not at all, which lets through what is asked for and drops the rest of what comes to the ports that it names; it opens nothing that another table closes. " +
    "firewalld and ufw: commands that allow what is asked for, and take back what was asked for before.",
    "Where there is no claims.yml, ports below those at which users may listen are nobody's, and left out. If two applications want one port, if the state directory cannot be read, or if there is no application in it, nothing is printed, and the exit code is 1: what is loaded then stays.",
  ],
  examples: [
    { command: "ppm firewall", meaning: "read what would be loaded" },
    { command: "ppm firewall >ppm.nft && nft -f ppm.nft", meaning: "load it, as root" },
    { command: "ppm firewall --format ufw >ppm.sh && sh ppm.sh", meaning: "the same where ufw is in charge" },
  ],
  flags: {
    format: {
      kind: "value",
      placeholder: "NAME",
      brief: "Write it for nft (the default), firewalld or ufw",
      complete: Object.keys(FORMATS),
      parse: parseFormat,
    },
    stateDirectory: {
      kind: "value",
      placeholder: "DIR",
      brief: `Read this state directory instead of ${STATE_DIRECTORY}`,
      complete: "directories",
      parse: parseDirectory,
    },
    allowEmpty: { kind: "switch", brief: "Make a script without rules where there is no application" },
  },
  asRoot: true,
  async run({ system, output }, { format = "nft", stateDirectory = STATE_DIRECTORY, allowEmpty }) {
    const { published, neighbourhood, claims, conflicts } = await knownNeighbours(system, stateDirectory);
    const { applications, leftOut } = claims === undefined
      ? withinReach(neighbourhood, await firstPortOfUsers(system))
      : neighbourhood;
    for (const { message } of leftOut) output.warn(message);
    // Of a domain nothing is opened: who wants another one's is not to keep the others' ports as they are.
    requireNoConflicts(conflicts.filter(({ wanted }) => wanted.kind === "port"), stateDirectory);
    if (applications.length === 0 && !allowEmpty) throw refuseEmpty(stateDirectory);
    const rules = firewallRules(applications, { closed: ownPorts(published, claims) });
    output.print(FORMATS[format]({ rules, leftOut }).trimEnd());
    return "done";
  },
});

/** What applications ask for of the ports that are theirs: where claims give a port for none of the networks that are asked for, it is closed, not let be. */
function ownPorts(published: readonly Neighbour[], claims: Claims | undefined): readonly ProtocolPorts[] {
  if (claims === undefined) return [];
  return published.flatMap(({ user, ports }) => ports.filter((port) => givesPorts(claims, user, port)));
}

/** A directory that lost what was in it looks like this too: closing every port for that is worse than to ask. */
function refuseEmpty(directory: string): UserError {
  return new UserError(`Cannot make rules: there is no application in ${directory}`, {
    hint: "If that is right: ppm firewall --allow-empty",
  });
}
