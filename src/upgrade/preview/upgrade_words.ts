/** What an upgrade would do, in words. Commits, names and defaults are strangers' words: they are made harmless here. Pure. */
import { CLONE_DIRECTORY } from "../../layout.ts";
import { touchesApplication } from "../../plan/touches.ts";
import type { Paint } from "../../ui/style.ts";
import { table } from "../../ui/table.ts";
import { oneLine } from "../../ui/text.ts";
import type { UpgradePreview } from "./upgrade_preview.ts";
import type { Change, VariableChange } from "./variable_changes.ts";

/** As many commits as are listed: whoever wants to read more asks git. */
const LISTED = 30;

/** How much of an author, a subject and any other word of strangers is shown, in columns. */
const LONGEST_AUTHOR = 24;
const LONGEST_SUBJECT = 100;
const LONGEST_WORD = 60;

/** Hexadecimal digits of a commit that are shown. */
const SHORT_COMMIT = 12;

/** Lines under a heading. */
export interface Section {
  readonly heading: string;
  readonly lines: readonly string[];
  /** @default {false} */
  readonly isWarning?: boolean;
}

/** `forgejo 11.0 → 11.1: 3 commits on the branch main` */
export function headline({ app, from, to, commits }: UpgradePreview): string {
  const [former, present] = [from, to].map(({ version }) => word(version));
  const versions = former === present ? present : `${former} → ${present}`;
  return `${app} ${versions}: ${whatIsNew({ from, to, commits })}`;
}

function whatIsNew({ from, to, commits }: Pick<UpgradePreview, "from" | "to" | "commits">): string {
  const name = word(to.name);
  const where = name.startsWith("the branch ") ? `on ${name}` : `up to ${name}`;
  if (commits.length > 0) return `${commits.length} commit${commits.length === 1 ? "" : "s"} ${where}`;
  if (from.commit === to.commit) return `no new commits ${where}`;
  return `from the commit ${short(from.commit)} to ${short(to.commit)}, ${name}`;
}

/** Returns a table of the commits, newest first, and how to see those that are left out; `cloned`: whether the clone has them. */
export function listCommits(
  { commits, from, to }: UpgradePreview,
  options: { readonly columns: number; readonly heading: Paint; readonly cloned: boolean },
): readonly string[] {
  if (commits.length === 0) return [];
  const rows = commits.slice(0, LISTED).map(({ id, time, author, subject }) => [
    short(id),
    time.slice(0, "2026-11-22".length),
    oneLine(author, LONGEST_AUTHOR),
    oneLine(subject, LONGEST_SUBJECT),
  ]);
  const left = commits.length - rows.length;
  const range = `${short(from.commit)}..${short(to.commit)}`;
  const command = options.cloned ? `: git -C ~/${CLONE_DIRECTORY} log ${range}` : "";
  return [
    ...table(["COMMIT", "DATE", "AUTHOR", "SUBJECT"], rows, options),
    ...(left > 0 ? [`and ${left} more${command}`] : []),
  ];
}

/** Returns what is to be known beside the steps; what there is nothing to say of is left out. */
export function sections(preview: UpgradePreview): readonly Section[] {
  const { plan, restart, start, stop, images, grants, warnings, variables } = preview;
  const all: readonly Section[] = [
    {
      heading: "The application",
      lines: touchesApplication(plan) ? [] : ["goes on as it is: nothing of it changes"],
    },
    { heading: "Units to stop", lines: stop },
    { heading: "Units to start", lines: start },
    { heading: "Units to restart", lines: restart },
    { heading: "Images to pull", lines: images },
    { heading: "Variables of config.yml", lines: variables.map(describeVariable) },
    { heading: "Asked of this server for the first time", lines: grants, isWarning: true },
    { heading: "What a rollback could not undo", lines: warnings, isWarning: true },
  ];
  return all.filter(({ lines }) => lines.length > 0)
    .map((section) => ({ ...section, lines: section.lines.map((line) => oneLine(line)) }));
}

/** Returns what to type next; nothing where nothing is to be done. */
export function nextSteps(
  { plan, to }: UpgradePreview,
  { dryRun, retry }: { readonly dryRun: boolean; readonly retry: boolean },
): readonly string[] {
  if (plan.actions.length === 0) return [];
  const last = plan.restart.length > 0 ? ["ppm restart"] : plan.running ? [] : ["ppm start"];
  return [
    `Next: ${[...(dryRun ? ["ppm upgrade"] : []), "ppm setup", ...last].join(" && ")}`,
    `Or all at once, taken back if it does not become healthy: ppm upgrade --apply${
      retry ? ` --retry ${short(to.commit)}` : ""
    }`,
  ];
}

function describeVariable(change: VariableChange): string {
  const { name, configured } = change;
  switch (change.kind) {
    case "new": {
      const description = change.description === null ? "" : `, ${word(change.description)}`;
      const value = configured ? "config.yml sets it" : `${shown(change.default)} unless config.yml sets it`;
      return `new: ${name} (${word(change.type)}${description}), ${value}`;
    }
    case "changed":
      return `changed: ${name}, ${
        [
          ...(change.type === null ? [] : [`type ${step(change.type)}`]),
          ...(change.default === null
            ? []
            : [`default ${step(change.default)}${configured ? ", which config.yml overrides" : ""}`]),
        ].join(", ")
      }`;
    case "gone":
      return `gone: ${name}${configured ? ", which config.yml still sets" : ""}`;
  }
}

function step({ from, to }: Change<string | null>): string {
  return `${shown(from)} → ${shown(to)}`;
}

function shown(value: string | null): string {
  return value === null ? "none" : word(value);
}

function word(text: string): string {
  return oneLine(text, LONGEST_WORD);
}

function short(commit: string): string {
  return commit.slice(0, SHORT_COMMIT);
}
