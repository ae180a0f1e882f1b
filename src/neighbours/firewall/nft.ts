/** The rules as a script for `nft -f`, which loads all of it or nothing. */
import { formatPorts } from "../../definition/open_port.ts";
import { type AcceptRule, networkTexts, type Rule } from "./rules.ts";
import { label, preamble, type Script } from "./script.ts";

/**
 * Returns a script that puts a table `ppm` in the place of the one before it. Its chain comes before those of the usual priority. What it accepts
 * may still be turned away by other tables, and what it drops is gone: it narrows, and opens nothing. Answers to what this machine has asked go
 * through, whichever port was asked from.
 */
export function nftScript({ rules, leftOut }: Script): string {
  return `#!/usr/sbin/nft -f
${preamble("nft", leftOut)}table inet ppm
delete table inet ppm
table inet ppm {
	chain input {
		type filter hook input priority filter - 10; policy accept;
		iif "lo" accept
		ct direction reply accept
${rules.map((rule) => `\t\t${statement(rule)}\n`).join("")}	}
}
`;
}

function statement(rule: Rule): string {
  const ports = `${rule.protocol} dport ${formatPorts(rule)}`;
  return rule.verdict === "drop"
    ? `${ports} drop`
    : `${source(rule)}${ports} accept comment "${label(rule)}"`;
}

/** Packets of the other version never fit what names addresses of one. */
function source(rule: AcceptRule): string {
  if (rule.from === "everybody") return "";
  const networks = networkTexts(rule);
  if (rule.from.networks[0]?.prefix === 0) return `meta nfproto ipv${rule.from.version} `;
  return `${rule.from.version === 4 ? "ip" : "ip6"} saddr { ${networks.join(", ")} } `;
}
