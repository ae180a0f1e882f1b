/** What an upgrade would do, as scripts read it. Pure. */
import { listSteps } from "../../plan/describe.ts";
import { printable } from "../../ui/text.ts";
import type { UpgradePreview } from "./upgrade_preview.ts";

/**
 * Returns what `ppm upgrade --json` prints. Names, once released, stay. Authors and subjects are made harmless, for such lists are passed on
 * to people; diffs are as they are.
 */
export function upgradeToJson(preview: UpgradePreview): unknown {
  const { app, from, to, commits, plan, restart, start, stop } = preview;
  const { variables, grants, warnings, images } = preview;
  return {
    app,
    from,
    to,
    commits: commits.map(({ id, time, author, subject }) => ({
      id,
      time,
      author: printable(author),
      subject: printable(subject),
    })),
    actions: listSteps(plan),
    running: plan.running,
    restart,
    start,
    stop,
    images,
    variables,
    grants,
    warnings,
  };
}
