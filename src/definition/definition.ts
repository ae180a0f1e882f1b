/**
 * What a definition is at each stage: fetched (`Source`), rendered for this instance (`Definition`).
 *
 * Every stage changes the type; nothing here touches the machine.
 */
import type { User } from "../host/system.ts";
import type { Neighbour } from "../neighbours/neighbour.ts";
import type { Healthcheck } from "./healthcheck.ts";
import type { VariableValue } from "./variables.ts";

/** One file of a definition's `templates/`, as git has it. */
export interface SourceFile {
  /** The path below `templates/`, with slashes: `.config/systemd/user/web.service.eta`. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Whether git knows it as executable. */
  readonly executable: boolean;
}

/** A definition as it stands in one commit, screened, before anything of it is interpreted. */
export interface Source {
  readonly repository: string;
  /** The full id of the commit. */
  readonly commit: string;
  /** Where `appinfo.yml` lies in the repository; `.` for its top. */
  readonly directory: string;
  readonly appinfo: Uint8Array;
  readonly templates: readonly SourceFile[];
}

/** What `appinfo.yml` says once its templates are rendered, defaults applied. */
export interface AppInfo {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  /** Names the target: `forgejo` makes `forgejo.target`. */
  readonly mainunit: string;
  /** Full unit names. */
  readonly enableunits: readonly string[];
  /** How it is asked whether it is well; null: not beyond what systemd and podman say. */
  readonly healthcheck: Healthcheck | null;
  /** Options by plugin name, still to be checked by the plugin itself. */
  readonly plugins: Readonly<Record<string, unknown>>;
  /** What neighbours may want to know. */
  readonly state: Readonly<Record<string, unknown>>;
}

/** A file as it is to stand under the home directory. */
export interface RenderedFile {
  /** Relative to the home directory, with slashes, normalised. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Permission bits: 0o644, or 0o755 with the run bit; 0o600 or 0o700 where the content holds a secret. */
  readonly mode: number;
  /** Where it comes from, for messages: `templates/.config/systemd/user/web.service.eta`. */
  readonly origin: string;
}

/** A definition rendered for this instance. */
export interface Definition {
  readonly app: AppInfo;
  readonly files: readonly RenderedFile[];
  /** Every value that must not be shown: generated secrets, secret variables, and password hashes made of them. */
  readonly secrets: readonly SecretValue[];
}

/** A value that output replaces by its name. */
export interface SecretValue {
  /** For instance `dbpassword`. */
  readonly name: string;
  readonly value: string;
}

/** What templates see as `it`, helpers aside. Plain data: it crosses into the sandbox. */
export interface TemplateContext {
  /** Absent while appinfo.yml itself is rendered. */
  readonly app?: Pick<AppInfo, "name" | "description" | "version" | "mainunit">;
  readonly variables: Readonly<Record<string, VariableValue>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly user: User;
  readonly host: { readonly name: string };
  readonly paths: {
    readonly home: string;
    readonly data: string;
    readonly config: string;
    readonly definition: string;
    readonly statedirectory: string;
  };
  /** The other applications of this server, sorted by user; absent where the definition does not use them: then nobody reads them. */
  readonly neighbours?: readonly Neighbour[];
  readonly ppm: { readonly version: string };
}
