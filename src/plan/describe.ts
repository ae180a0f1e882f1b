/** A plan in words: what each action does, why, and the command or diff that it stands for. */
import { commandLine } from "../host/command_line.ts";
import { formatMode } from "../host/file_error.ts";
import { systemctl } from "../host/systemd.ts";
import { CLONE_DIRECTORY } from "../layout.ts";
import type { Action, ActionKind, Plan } from "./actions.ts";
import { unifiedDiff } from "./unified_diff.ts";

/** One action as people read it. */
export interface Description {
  /** `write .config/systemd/user/web.service` */
  readonly what: string;
  readonly why: string;
  /** The command or the diff it stands for; empty where `what` says it all. */
  readonly detail: string;
}

/** Returns what `action` does, in words. */
export function describe(action: Action): Description {
  return { what: what(action), why: action.why, detail: detail(action) };
}

/** Returns the actions of a plan as scripts read them. */
export function listSteps(plan: Plan): readonly (Description & { readonly kind: ActionKind })[] {
  return plan.actions.map((action) => ({ kind: action.kind, ...describe(action) }));
}

function what(action: Action): string {
  switch (action.kind) {
    case "adopt-clone":
      return `clone ${action.repository} at ${action.commit.slice(0, 12)} into ${CLONE_DIRECTORY}`;
    case "write-secrets":
      return `generate ${action.names.join(", ")}`;
    case "stop-units":
      return `stop ${action.units.join(" ")}`;
    case "disable-units":
      return `disable ${action.units.join(" ")}`;
    case "keep-aside":
      return `keep ${action.path} as ${action.to}`;
    case "make-directory":
      return `make ${action.path}/`;
    case "write-file":
      return `write ${action.path}`;
    case "set-mode":
      return `set the mode of ${action.path} to ${formatMode(action.mode)}`;
    case "remove-file":
      return `remove ${action.path}`;
    case "remove-directory":
      return `remove ${action.path}/`;
    case "reload-manager":
      return "reload the systemd user manager";
    case "enable-units":
      return `enable ${action.units.join(" ")}`;
    case "start-units":
      return `start ${action.units.join(" ")}`;
    case "publish-state":
      return `publish ${action.path}`;
    case "record-generation":
      return `record generation ${action.number}`;
  }
}

function detail(action: Action): string {
  switch (action.kind) {
    case "stop-units":
      return commandLine(systemctl("stop", action.units));
    case "disable-units":
      return commandLine(systemctl("disable", action.units));
    case "reload-manager":
      return commandLine(systemctl("daemon-reload", []));
    case "enable-units":
      return commandLine(systemctl("enable", action.units));
    case "start-units":
      return commandLine(systemctl("restart", action.units));
    case "write-file": {
      if (action.hidden) return "";
      const diff = unifiedDiff(action.path, action.previous, action.content);
      return action.private ? hideRemoved(diff) : diff;
    }
    case "remove-file":
      return action.private ? "" : unifiedDiff(action.path, action.previous, undefined);
    case "publish-state":
      return unifiedDiff(action.path, action.previous, action.content);
    default:
      return "";
  }
}

/** Lines that go may show a secret that has changed: nobody knows its former value any more, so nobody could hide it alone. */
function hideRemoved(diff: string): string {
  const [headers, ...hunks] = diff.split(/^(?=@@)/m);
  return [headers, ...hunks.map((hunk) => hunk.replace(/^-.*$/gm, "-<not shown: this file holds secrets>"))]
    .join("");
}
