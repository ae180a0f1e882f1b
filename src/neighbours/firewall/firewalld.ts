/** The rules as commands for firewalld(1): a policy `ppm`, which is replaced as a whole. */
import { formatPorts } from "../../definition/open_port.ts";
import { accepting, type AcceptRule, networkTexts } from "./rules.ts";
import { askers, preamble, type Script } from "./script.ts";

/**
 * Returns a script for sh(1). The policy's file appears whole or not at all (firewalld.policy(5)); firewalld turns away what nothing allows, so
 * it only lets through. Its priority is above 0: the rules of a zone come first, and what they turn away stays away.
 */
export function firewalldScript({ rules, leftOut }: Script): string {
  const accepts = accepting(rules);
  return `#!/bin/sh
${preamble("firewalld", leftOut)}${askers(accepts)}set -eu
new=$(mktemp /etc/firewalld/policies/.ppm.XXXXXX)
trap 'rm -f "$new"' EXIT
cat >"$new" <<'END'
<?xml version="1.0" encoding="utf-8"?>
<policy priority="100" target="CONTINUE">
  <short>ppm</short>
  <description>What the applications of this server ask for.</description>
  <ingress-zone name="ANY"/>
  <egress-zone name="HOST"/>
${accepts.flatMap(ruleElements).map((element) => `  ${element}\n`).join("")}</policy>
END
chmod 644 "$new"
mv "$new" /etc/firewalld/policies/ppm.xml
firewall-cmd --quiet --reload
`;
}

/** A rule of firewalld names one address at most (firewalld.richlanguage(5)). */
function ruleElements(rule: AcceptRule): readonly string[] {
  const accept = `<port port="${formatPorts(rule)}" protocol="${rule.protocol}"/><accept/></rule>`;
  if (rule.from === "everybody") return [`<rule>${accept}`];
  const family = `<rule family="ipv${rule.from.version}">`;
  if (rule.from.networks[0]?.prefix === 0) return [`${family}${accept}`];
  return networkTexts(rule).map((network) => `${family}<source address="${network}"/>${accept}`);
}
