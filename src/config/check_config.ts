/** Checks the content of a config.yml. Pure; `config.ts` reads the file. */
import { STATE_DIRECTORY } from "../layout.ts";
import type { Config } from "./config.ts";
import { CONFIG_SCHEMA } from "./config_schema.ts";
import { INSTANCE, INSTANCE_RULE } from "./instance.ts";
import { Problems } from "./problems.ts";
import { hasCredentials, resolveRepository, underHome } from "./repository.ts";
import { checkValue } from "./schema.ts";
import { parseYaml } from "./yaml.ts";

/** What {@linkcode checkConfig} must know besides the file. */
export interface ConfigOptions {
  /** The file as the person knows it: `config.yml`. */
  readonly file: string;
  /** For the default of `instance`, and for paths that are relative to the home directory. */
  readonly user: { readonly name: string; readonly home: string };
}

/** What an administrator writes first. Part of messages about a file that is missing or empty. */
export const MINIMAL_CONFIG = `A config.yml needs no more than this:

  definition:
    repository: https://git.example.org/pets/forgejo.git`;

/** Checks the content of a config.yml. Pure. Throws {@linkcode InvalidError} with every problem. */
export function checkConfig(source: string | Uint8Array, { file, user }: ConfigOptions): Config {
  const document = parseYaml(source, file, { emptyHint: MINIMAL_CONFIG });
  const problems = new Problems();
  const raw = checkValue(CONFIG_SCHEMA, document.value, { document, path: [] }, problems);
  if (document.value.instance === undefined && !INSTANCE.test(user.name)) {
    problems.add(
      file,
      undefined,
      `Missing key "instance": it cannot be the user's name, because it ${INSTANCE_RULE}`,
    );
  }
  problems.throwIfAny();
  if (raw === undefined) throw new Error("config.yml was refused without a problem");
  const { definition, backup, notify } = raw;
  return {
    definition: {
      repository: resolveRepository(definition.repository, user.home),
      revision: definition.revision,
      directory: normalise(definition.directory ?? "."),
      allowedsigners: definition.allowedsigners === undefined
        ? undefined
        : underHome(definition.allowedsigners, user.home),
    },
    instance: raw.instance ?? user.name,
    statedirectory: trimSlashes(raw.statedirectory ?? STATE_DIRECTORY),
    backup: backup && {
      repository: backup.repository,
      passwordfile: underHome(backup.passwordfile, user.home),
      environment: backup.environment ?? {},
      prune: backup.prune,
    },
    notify: notify && { command: notify.command, heartbeat: notify.heartbeat },
    variables: raw.variables ?? {},
    document,
  };
}

/**
 * Returns the backup credentials that config.yml holds, in words; undefined if there are none. Values of secret variables are the
 * other kind of secret, and only the definition tells which those are.
 */
export function secretIn(config: Config): string | undefined {
  if (config.backup === undefined) return undefined;
  if (Object.keys(config.backup.environment).length > 0) return "the credentials of backup.environment";
  return hasCredentials(config.backup.repository) ? "the credentials of backup.repository" : undefined;
}

function normalise(directory: string): string {
  const parts = directory.split("/").filter((part) => part !== "" && part !== ".");
  return parts.length === 0 ? "." : parts.join("/");
}

function trimSlashes(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}
