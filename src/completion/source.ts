/** What can stand in a place of the command line. Types alone, so that every verb can name its sources and loads none. */

/** Where candidates come from that only this machine or its repository knows; `files` and `directories` are the shell's own business. */
export type SourceName = "snapshots" | "generations" | "units" | "kept" | "verbs" | "files" | "directories";

/** These words and no others, or what a source knows at this moment. */
export type CompletionSource = readonly string[] | SourceName;

/** One way to go on typing. */
export interface Candidate {
  readonly text: string;
  /** What it is, in a few words; empty where it speaks for itself. */
  readonly description: string;
}
