/**
 * What each part of a state file must be. Everything in it may end in a web server's configuration, a firewall's rules or on a terminal, so each
 * text is bounded and has a pattern where there is one. That it is one line, whoever read it has seen to (`state_text.ts`).
 */
import { INSTANCE } from "../config/instance.ts";
import { parseNetwork } from "../definition/network.ts";
import { type OpenPort, type PublishedPort, publishedPorts } from "../definition/open_port.ts";
import { byAddress, domainFault, pathFault, type Site } from "../definition/site.ts";
import { boolean, type Check, list, number, oneOf, shape, text } from "../host/check_json.ts";
import { isUserName } from "../host/user_ids.ts";

/** A text of at most `longest` UTF-16 units, that `pattern` matches. */
function line(longest: number, pattern?: RegExp): Check<string> {
  return (value, path) => {
    const found = text(value, path);
    if (found.length > longest) wrong(path, `has more than ${longest} characters`);
    if (pattern !== undefined && !pattern.test(found)) wrong(path, "is not as it must be");
    return found;
  };
}

/** A whole number from `least` to `most`. */
export function whole(least: number, most: number): Check<number> {
  return (value, path) => {
    const found = number(value, path);
    if (Number.isInteger(found) && found >= least && found <= most) return found;
    return wrong(path, least === most ? `is not ${least}` : `is not a whole number from ${least} to ${most}`);
  };
}

export const instance = line(63, INSTANCE);
export const appName = line(63, /^[A-Za-z0-9][A-Za-z0-9._-]*$/);
export const versionText = line(200);
export const description = line(1000);
export const repository = line(2000);
/** As hostname(7) has it, with the underscores that some have. */
export const hostName = line(253, /^[A-Za-z0-9._-]+$/);
/** Of SHA-1 or SHA-256. */
export const commit = line(64, /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
/** As systemd.unit(5) allows it. */
export const unitName = line(255, /^[A-Za-z0-9:_.\\@-]+\.[a-z]+$/);

export const userName: Check<string> = (value, path) => {
  const found = text(value, path);
  return isUserName(found) ? found : wrong(path, "is not the name of a user");
};

/** A time as ppm writes it (RFC 3339, UTC); what never was is not there. */
export const time: Check<string | undefined> = (value, path) => {
  if (value === undefined) return undefined;
  const found = text(value, path);
  const good = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/.test(found);
  return good && !Number.isNaN(Date.parse(found)) ? found : wrong(path, "is not a time");
};

const port = whole(1, 65535);

const site: Check<Site> = shape({
  domain: judged(
    253,
    (domain) => domain === domain.toLowerCase() ? domainFault(domain) : "is not lower case",
  ),
  path: judged(2000, pathFault),
  port,
  websocket: boolean,
});

/** Sites, sorted, each address once. */
export const siteList: Check<readonly Site[]> = (value, path) => {
  const sites = list(site)(value, path);
  const addresses = new Set(sites.map(({ domain, path }) => domain + path));
  if (addresses.size < sites.length) wrong(path, "has one address twice");
  return sites.toSorted(byAddress);
};

const writtenPort = shape({ first: port, last: port, protocol: oneOf("tcp", "udp"), from: list(text) });

const openPort: Check<OpenPort> = (value, path) => {
  const ports = writtenPort(value, path);
  if (ports.first > ports.last) wrong(path, "is not a range");
  const from = ports.from.map((network) =>
    parseNetwork(network) ?? wrong(`${path}.from`, "has what is no network")
  );
  return { ...ports, from };
};

/** Open ports in the one form in which they are published. */
export const openPorts: Check<readonly PublishedPort[]> = (value, path) =>
  publishedPorts(list(openPort)(value, path));

/** What a definition says under `state:`: any plain data. */
export const stateData: Check<Readonly<Record<string, unknown>>> = (value, path) =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? { ...value }
    : wrong(path, "is not a mapping");

/** A text that a function finds nothing wrong with. */
function judged(longest: number, fault: (text: string) => string | undefined): Check<string> {
  return (value, path) => {
    const found = line(longest)(value, path);
    const why = fault(found);
    return why === undefined ? found : wrong(path, why);
  };
}

function wrong(path: string, why: string): never {
  throw new TypeError(`${path} ${why}`);
}
