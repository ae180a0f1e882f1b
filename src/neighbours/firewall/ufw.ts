/** The rules as commands for ufw(8): its rules with the comment `ppm` become these. */
import { accepting, type AcceptRule, networkTexts } from "./rules.ts";
import { askers, preamble, type Script } from "./script.ts";

/**
 * Returns a script for sh(1), which adds what is missing before it removes what is asked for no longer. ufw turns away what nothing allows, so it only lets
 * through; and ufw's rules count in their order, so what stands there already comes first. A rule that root has made stays root's.
 */
export function ufwScript({ rules, leftOut }: Script): string {
  const accepts = accepting(rules);
  return `#!/bin/sh
${preamble("ufw", leftOut)}${askers(accepts)}set -euf
wanted=$(cat <<'END'
${[...new Set(accepts.flatMap(ruleTexts))].map((text) => `${text}\n`).join("")}END
)
added=$(LC_ALL=C ufw show added)
printf '%s\\n' "$wanted" | while read -r rule; do
	[ -n "$rule" ] || continue
	printf '%s\\n' "$added" | grep -qF -e "ufw $rule comment " && continue
	printf '%s\\n' "$added" | grep -qxF -e "ufw $rule" || ufw $rule comment ppm </dev/null
done
printf '%s\\n' "$added" | sed -n "s/^ufw \\(.*\\) comment 'ppm'\\$/\\1/p" | while read -r rule; do
	printf '%s\\n' "$wanted" | grep -qxF -e "$rule" || ufw delete $rule </dev/null
done
`;
}

/** As `ufw show added` writes them, so that they can be compared. */
function ruleTexts(rule: AcceptRule): readonly string[] {
  const ports = rule.first === rule.last ? `${rule.first}` : `${rule.first}:${rule.last}`;
  if (rule.from === "everybody") return [`allow ${ports}/${rule.protocol}`];
  // To ufw 0.0.0.0/0 is everybody, of both versions; the halves of it are not.
  const networks = rule.from.networks[0]?.prefix === 0 ? HALVES[rule.from.version] : networkTexts(rule);
  return networks.map((network) => `allow from ${network} to any port ${ports} proto ${rule.protocol}`);
}

const HALVES = { 4: ["0.0.0.0/1", "128.0.0.0/1"], 6: ["::/1", "8000::/1"] } as const;
