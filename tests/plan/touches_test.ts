import { strictEqual } from "node:assert/strict";
import type { Action, ActionKind } from "../../src/plan/actions.ts";
import { touchesApplication } from "../../src/plan/touches.ts";

const OWN = ".config/systemd/user/ppm-backup.service";
const UNIT = ".config/systemd/user/web.service";
const content = new Uint8Array();
const why = "";

/** Actions that leave the application alone, by kind, and those that it notices. */
const CASES: {
  readonly [K in ActionKind]: {
    readonly quiet: readonly Extract<Action, { kind: K }>[];
    readonly noticed: readonly Extract<Action, { kind: K }>[];
  };
} = {
  "adopt-clone": { quiet: [{ kind: "adopt-clone", repository: "r", commit: "c", why }], noticed: [] },
  "write-secrets": { quiet: [], noticed: [{ kind: "write-secrets", files: [], names: ["a"], why }] },
  "stop-units": {
    quiet: [{ kind: "stop-units", units: ["ppm-backup.timer"], why }],
    noticed: [
      { kind: "stop-units", units: ["web.service"], why },
      { kind: "stop-units", units: ["ppm-backup.timer", "web.service"], why },
    ],
  },
  "disable-units": {
    quiet: [{ kind: "disable-units", units: ["ppm-backup.timer"], why }],
    noticed: [{ kind: "disable-units", units: ["ppm-backup.timer", "web.service"], why }],
  },
  "keep-aside": { quiet: [{ kind: "keep-aside", path: UNIT, to: "x", content, why }], noticed: [] },
  "make-directory": { quiet: [{ kind: "make-directory", path: "etc", why }], noticed: [] },
  "write-file": {
    quiet: [writing(OWN), writing(".config/systemd/user/ppm-backup.timer")],
    noticed: [
      writing(UNIT),
      writing("etc/web.conf"),
      writing(".config/systemd/user/web.target"),
      writing(".config/systemd/user/web.service.d/ppm.conf"),
      writing(".config/containers/systemd/web.container"),
      writing("ppm-web.conf"),
      writing(".config/systemd/user/ppm-notes.txt"),
    ],
  },
  "set-mode": {
    quiet: [{ kind: "set-mode", path: OWN, mode: 0o644, why }],
    noticed: [{ kind: "set-mode", path: "run.sh", mode: 0o755, why }],
  },
  "remove-file": {
    quiet: [{ kind: "remove-file", path: OWN, previous: content, private: false, why }],
    noticed: [{ kind: "remove-file", path: UNIT, previous: content, private: false, why }],
  },
  "remove-directory": { quiet: [{ kind: "remove-directory", path: "etc", why }], noticed: [] },
  "reload-manager": { quiet: [{ kind: "reload-manager", why }], noticed: [] },
  "enable-units": {
    quiet: [{ kind: "enable-units", units: ["ppm-backup.timer"], why }],
    noticed: [{ kind: "enable-units", units: ["ppm-backup.timer", "web.service"], why }],
  },
  "start-units": { quiet: [{ kind: "start-units", units: ["ppm-backup.timer"], why }], noticed: [] },
  "publish-state": {
    quiet: [{ kind: "publish-state", path: "/state.yml", content, previous: undefined, tells: true, why }],
    noticed: [],
  },
  "record-generation": {
    quiet: [{ kind: "record-generation", number: 2, isNew: true, why }],
    noticed: [],
  },
};

function writing(path: string): Extract<Action, { kind: "write-file" }> {
  return {
    kind: "write-file",
    path,
    content,
    mode: 0o644,
    sha256: "",
    previous: undefined,
    private: false,
    why,
  };
}

function touches(...actions: readonly Action[]): boolean {
  return touchesApplication({ actions, restart: [], running: true });
}

const QUIET = Object.values(CASES).flatMap((each): readonly Action[] => each.quiet);

for (const [kind, { quiet, noticed }] of Object.entries(CASES)) {
  Deno.test(`touchesApplication() knows whether ${kind} is noticed`, () => {
    for (const action of quiet) strictEqual(touches(action), false, JSON.stringify(action));
    for (const action of noticed) {
      strictEqual(touches(action), true, JSON.stringify(action));
      strictEqual(touches(...QUIET, action, ...QUIET), true, "wherever it stands in the plan");
    }
  });
}

Deno.test("touchesApplication() says no where nothing is to be done", () => {
  strictEqual(touches(), false);
  strictEqual(touches(...QUIET), false);
});
