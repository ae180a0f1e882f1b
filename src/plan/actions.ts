/** A plan as data: what is to be done, why, and in which order. Printable, JSON-able, and decided before anything happens. */

/** One step. `path` is relative to the home directory unless it is said to be absolute. */
export type Action =
  | {
    readonly kind: "adopt-clone";
    readonly repository: string;
    readonly commit: string;
    readonly why: string;
  }
  | {
    readonly kind: "write-secrets";
    readonly files: readonly PrivateFile[];
    readonly names: readonly string[];
    readonly why: string;
  }
  | { readonly kind: "stop-units"; readonly units: readonly string[]; readonly why: string }
  | { readonly kind: "disable-units"; readonly units: readonly string[]; readonly why: string }
  | {
    readonly kind: "keep-aside";
    readonly path: string;
    readonly to: string;
    readonly content: Uint8Array;
    readonly why: string;
  }
  | { readonly kind: "make-directory"; readonly path: string; readonly why: string }
  | WriteFile
  | { readonly kind: "set-mode"; readonly path: string; readonly mode: number; readonly why: string }
  | {
    readonly kind: "remove-file";
    readonly path: string;
    readonly previous: Uint8Array;
    readonly private: boolean;
    readonly why: string;
  }
  | { readonly kind: "remove-directory"; readonly path: string; readonly why: string }
  | { readonly kind: "reload-manager"; readonly why: string }
  | { readonly kind: "enable-units"; readonly units: readonly string[]; readonly why: string }
  | { readonly kind: "start-units"; readonly units: readonly string[]; readonly why: string }
  | PublishState
  | {
    readonly kind: "record-generation";
    readonly number: number;
    /** Whether it is a new one, whose files are still to be kept. */
    readonly isNew: boolean;
    readonly why: string;
  };

export interface WriteFile {
  readonly kind: "write-file";
  readonly path: string;
  readonly content: Uint8Array;
  readonly mode: number;
  readonly sha256: string;
  /** What stands there now; undefined if nothing does. */
  readonly previous: Uint8Array | undefined;
  /** Whether it holds secrets, or what stands there now does. */
  readonly private: boolean;
  /** Set where no line of a private file may be shown: its secrets are those of another day, and nobody knows any more which to hide. */
  readonly hidden?: true;
  readonly why: string;
}

export interface PublishState {
  readonly kind: "publish-state";
  /** Absolute: it lies outside the home directory. */
  readonly path: string;
  readonly content: Uint8Array;
  readonly previous: Uint8Array | undefined;
  /** Whether neighbours see a difference, and are told: times alone are none. */
  readonly tells: boolean;
  readonly why: string;
}

/** A file of `.ppm/` with mode 0600. */
export interface PrivateFile {
  readonly path: string;
  readonly content: string;
}

/** The kinds of action; a table over them is complete or does not compile. */
export type ActionKind = Action["kind"];

/** What is to be done, and what will then be left to do. */
export interface Plan {
  readonly actions: readonly Action[];
  /** Units that run with something older than what the plan puts in place. */
  readonly restart: readonly string[];
  /** Whether the application runs, and everything in it that should: then nothing has to be started. */
  readonly running: boolean;
}

/** The plan of a server on which everything stands as it should. */
export const NOTHING_TO_DO: Plan = { actions: [], restart: [], running: true };
