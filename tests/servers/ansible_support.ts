/** Servers from which an administrator works: Ansible is there, and what judges what is written for it. */
import type { Release, RootFileSystem } from "./server.ts";

/**
 * What these servers have besides, one set for all tests, for each root file system costs minutes. python3-apt is what a server is managed through;
 * debootstrap does not resolve the virtual package that python3-cryptography asks for.
 */
const PACKAGES = ["ansible-core", "ansible-lint", "yamllint", "python3-apt", "python3-cffi-backend", "caddy"];

/** The root file system of a release for servers with Ansible on it. */
export function withAnsible(release: Release): RootFileSystem {
  return `${release}+${PACKAGES.join("+")}`;
}
