/** Sites: where an application wants to be seen. What a definition may say of one, and the one form that it is published in. */
import { hostnameFault } from "./hostname.ts";

/** A site as the state file has it. */
export interface Site {
  /** In lower case. */
  readonly domain: string;
  /** Below which path of the domain; `/` is all of it. */
  readonly path: string;
  /** Where the application listens, on loopback. */
  readonly port: number;
  /** Whether connections are upgraded to WebSockets. */
  readonly websocket: boolean;
}

/** Returns what is wrong with a domain; undefined for a good one. */
export function domainFault(text: string): string | undefined {
  return hostnameFault(text);
}

/** Returns what is wrong with a path. Of RFC 3986's paths, those are good that no web server's configuration takes for something else. */
export function pathFault(path: string): string | undefined {
  if (!path.startsWith("/")) return "must begin with a slash";
  if (!/^(?:[A-Za-z0-9._~/-]|%[0-9A-Fa-f]{2})+$/.test(path)) {
    return "must be letters, digits, and - . _ ~ / or % with two digits";
  }
  const inner = path.slice(1).replace(/\/$/, "").split("/");
  return path !== "/" && inner.some((name) => ["", ".", ".."].includes(name))
    ? "must be written without empty parts, . and .."
    : undefined;
}

/** The order in which sites are published: by domain, then by path. */
export function byAddress(a: Site, b: Site): number {
  return a.domain === b.domain ? (a.path < b.path ? -1 : 1) : a.domain < b.domain ? -1 : 1;
}
