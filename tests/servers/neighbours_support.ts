/** Servers on which several applications live: web servers and firewalls are there, and none of them runs. */
import type { Release, RootFileSystem } from "./server.ts";

/** What these servers have besides, one set for all tests, for each root file system costs minutes. */
const PACKAGES = ["caddy", "ufw", "firewalld", "python3"];

/** The root file system of a release for servers with neighbours on it. */
export function withNeighbours(release: Release): RootFileSystem {
  return `${release}+${PACKAGES.join("+")}`;
}
