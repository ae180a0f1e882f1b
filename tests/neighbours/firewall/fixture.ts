/** Applications that ask for ports. */
import type { PublishedPort } from "../../../src/definition/open_port.ts";
import type { Neighbour } from "../../../src/neighbours/neighbour.ts";

/** Returns an application of `user` that publishes `ports`, and nothing else. */
export function asking(user: string, ports: readonly PublishedPort[], name = "Notes"): Neighbour {
  return {
    user,
    instance: user,
    host: "server",
    app: { name, description: "", version: "1" },
    definition: { repository: "/srv/notes", commit: "0".repeat(40) },
    units: [],
    sites: [],
    ports,
    state: {},
  };
}

export const ALL = ["0.0.0.0/0", "::/0"];

/** One of everything that there is to ask for. */
export const APPLICATIONS: readonly Neighbour[] = [
  asking("forgejo", [
    { first: 22, last: 22, protocol: "tcp", from: ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"] },
    { first: 443, last: 443, protocol: "tcp", from: ALL },
  ], "Forgejo"),
  asking("games", [
    { first: 8000, last: 8010, protocol: "udp", from: ALL },
    { first: 8005, last: 8005, protocol: "udp", from: ["fd00::/8"] },
    { first: 9000, last: 9000, protocol: "tcp", from: ["0.0.0.0/0"] },
    { first: 9001, last: 9001, protocol: "tcp", from: ["::/0"] },
    { first: 9002, last: 9002, protocol: "tcp", from: [] },
  ]),
];
