/** What an application knows of the others on its server. */
import type { PublishedPort } from "../definition/open_port.ts";
import type { Site } from "../definition/site.ts";
import type { PublishedTimes } from "./published_times.ts";

/** An application on this server, as templates see it (`it.neighbours`): what its state file says, checked. */
export interface Neighbour {
  /** The Linux user that it belongs to. */
  readonly user: string;
  readonly instance: string;
  readonly host: string;
  readonly app: { readonly name: string; readonly description: string; readonly version: string };
  /** `repository`: without credentials. `commit`: 40 or 64 hexadecimal digits. */
  readonly definition: { readonly repository: string; readonly commit: string };
  /** Its units, sorted. */
  readonly units: readonly string[];
  /** What plugin `website` publishes, sorted by domain and path. */
  readonly sites: readonly Site[];
  /** What plugin `firewall` publishes, sorted by port. */
  readonly ports: readonly PublishedPort[];
  /** What its definition says under `state:`: plain data, each text one line. */
  readonly state: Readonly<Record<string, unknown>>;
}

/** A neighbour with what no template sees, for it changes without anybody's doing. */
export interface Application extends Neighbour {
  readonly times: PublishedTimes;
}

/** Something that a state directory holds and that does not count, with the reason. */
export interface LeftOut {
  /** The directory it was found in: whose it says it is. */
  readonly user: string;
  /** One line for people, which names the file: safe to print, whatever the file holds. */
  readonly message: string;
}

/** All that a state directory says. */
export interface Neighbourhood {
  /** Sorted by user. */
  readonly applications: readonly Application[];
  readonly leftOut: readonly LeftOut[];
}
