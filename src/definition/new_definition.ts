/** What `ppm init` writes: a definition that lints clean and runs, to be changed into one's own. Pure. */

/** How the application's container is started: by a file that Quadlet makes a unit of, or by a plain systemd unit. */
export type UnitStyle = "quadlet" | "unit";

/** A file of a new definition. */
export interface NewFile {
  /** Below the definition's directory. */
  readonly path: string;
  readonly text: string;
}

/** Returns the files of a definition for the application `name`, sorted by path. */
export function newDefinition(name: string, style: UnitStyle): readonly NewFile[] {
  throw new Error(`not yet: ${name} ${style}`);
}
