/** The schema of config.yml. Its descriptions are for people: they appear in messages and in the JSON Schema for editors. */
import * as z from "zod/mini";
import { INSTANCE, INSTANCE_RULE } from "./instance.ts";
import { repositoryFault } from "./repository.ts";
import { line } from "./schema.ts";

const program = z.array(line()).check(
  z.check((context) => {
    const [first] = context.value;
    if (first?.startsWith("/")) return;
    context.issues.push({
      code: "custom",
      message: "must begin with the absolute path of a program",
      input: context.value,
    });
  }),
);

const definition = z.strictObject({
  repository: line(repositoryFault).check(
    z.describe("where the definition is, for instance https://git.example.org/pets/forgejo.git"),
  ),
  revision: z.optional(
    line(revisionFault).check(z.describe("branch, tag or commit; default: the remote's default branch")),
  ),
  directory: z.optional(
    line(directoryFault).check(z.describe("where appinfo.yml lies in the repository; default: its top")),
  ),
  allowedsigners: z.optional(
    line(notAnOption).check(z.describe("accept only commits signed by one of the ssh keys in this file")),
  ),
});

const backup = z.strictObject({
  repository: line(notAnOption).check(z.describe("the restic repository")),
  passwordfile: line(notAnOption).check(
    z.describe("the file with its password, relative to the home directory, mode 0600"),
  ),
  environment: z.optional(
    z.record(
      z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a name for an environment variable")),
      line(),
    ).check(
      z.describe("environment variables, handed to restic alone"),
    ),
  ),
  prune: z.optional(
    z.boolean().check(
      z.describe("whether this instance prunes the repository; default: only if it holds no other instance"),
    ),
  ),
});

const notify = z.strictObject({
  command: z.optional(program.check(z.describe("run by systemd when a unit of ppm fails"))),
  heartbeat: z.optional(program.check(z.describe("run after every good backup"))),
});

/** The whole of config.yml. */
export const CONFIG_SCHEMA = z.strictObject({
  definition: definition.check(z.describe("where the application's definition is")),
  instance: z.optional(
    line((text) => INSTANCE.test(text) ? undefined : INSTANCE_RULE).check(
      z.meta({
        description: "names this application in backups and to its neighbours; default: the user's name",
        pattern: INSTANCE.source,
      }),
    ),
  ),
  statedirectory: z.optional(
    line(absoluteFault).check(z.meta({
      description: "where applications tell each other; default: /var/lib/ppm/state",
      pattern: "^/",
    })),
  ),
  backup: z.optional(backup.check(z.describe("where backups go"))),
  notify: z.optional(notify.check(z.describe("whom to tell"))),
  variables: z.optional(
    z.record(z.string(), z.unknown()).check(z.describe("values for what the definition declares")),
  ),
}).check(z.meta({
  title: "config.yml",
  description: "What an administrator says about one instance of an application",
}));

function notAnOption(text: string): string | undefined {
  return text.startsWith("-") ? "must not begin with a dash" : undefined;
}

function absoluteFault(path: string): string | undefined {
  return path.startsWith("/") && !path.split("/").includes("..")
    ? undefined
    : "must be an absolute path without ..";
}

function directoryFault(path: string): string | undefined {
  if (path.startsWith("/")) return "must be relative to the top of the repository, without a leading slash";
  return path.split("/").includes("..") ? "must not leave the repository with .." : notAnOption(path);
}

/** Roughly git-check-ref-format(1); a commit's id passes as well. */
function revisionFault(revision: string): string | undefined {
  if (revision.startsWith("-")) return "must not begin with a dash";
  const parts = revision.split("/");
  const bad = /[ ~^:?*[\\]|\.\.|@\{|\.$/.test(revision) || revision === "@" ||
    parts.some((part) => part === "" || part.startsWith(".") || part.endsWith(".lock"));
  return bad ? "must be the name of a branch or tag, or the id of a commit" : undefined;
}
