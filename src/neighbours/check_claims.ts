/** Checks the content of claims.yml. Pure; `claims.ts` reads the file. */
import { checkValue } from "../config/schema.ts";
import { Problems } from "../config/problems.ts";
import { parseYaml } from "../config/yaml.ts";
import { EVERYWHERE, parseNetwork } from "../definition/network.ts";
import { parseProtocolPorts } from "../definition/open_port.ts";
import type { Claims } from "./claims.ts";
import { CLAIMS_SCHEMA } from "./claims_schema.ts";

const EMPTY_HINT = "Write {} to give nobody anything, or remove the file to leave it to the applications";

/** Checks the content of a claims.yml, which messages call `file`. Throws {@linkcode InvalidError} with every problem. */
export function checkClaims(source: string | Uint8Array, file: string): Claims {
  const document = parseYaml(source, file, { emptyHint: EMPTY_HINT });
  const problems = new Problems();
  const raw = checkValue(CLAIMS_SCHEMA, document.value, { document, path: [] }, problems);
  problems.throwIfAny();
  if (raw === undefined) throw new Error("claims.yml was refused without a problem");
  return new Map(
    Object.entries(raw).map(([user, { domains = [], ports = [], networks }]) => [user, {
      domains: domains.map((domain) => domain.toLowerCase()),
      ports: ports.map((port) => known(parseProtocolPorts(`${port}`))),
      networks: networks?.map((network) => known(parseNetwork(network))) ?? EVERYWHERE,
    }]),
  );
}

/** What the schema let through can be read. */
function known<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError("the schema let through what it must not");
  return value;
}
