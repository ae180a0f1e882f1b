/** An upgrade with something of everything. */
import type { Commit } from "../../../src/definition/commits.ts";
import { draftAppInfo } from "../../../src/definition/appinfo_draft.ts";
import { makePlan } from "../../../src/plan/plan.ts";
import { makePreview, type UpgradePreview } from "../../../src/upgrade/preview/upgrade_preview.ts";
import { file, manifestOf, observedOf, planInput } from "../../plan/plan_fixture.ts";

export const OLD = "0".repeat(40);
export const NEW = "1a2b3c4d5e6f".padEnd(40, "0");
const PATH = ".config/containers/systemd/web.container";

/** A commit with this subject. */
export function commit(subject: string, changes: Partial<Commit> = {}): Commit {
  return { id: NEW, time: "2026-11-20T08:00:00+01:00", author: "Ada Lovelace", subject, ...changes };
}

function draft(rest: string) {
  return draftAppInfo(new TextEncoder().encode(`name: web\n${rest}\n`), "appinfo.yml");
}

function container(image: string) {
  return `[Container]\nImage=reg.example.org/${image}\nVolume=db:/db\n`;
}

/** An upgrade with something of everything: another image, a second container, a port, a secret, a variable, and a volume. */
export function everything({ from = "web:1", to = "web:2" } = {}): UpgradePreview {
  const before = [file(PATH, container(from))];
  const files = [
    file(PATH, container(to)),
    file(".config/systemd/user/worker.service", "[Service]\nExecStart=%h/worker\n"),
  ];
  const unit = { from: "quadlet", enabled: true, files: [PATH], containers: true } as const;
  const manifest = {
    ...manifestOf(before),
    source: { repository: "r", directory: ".", commit: OLD },
    units: [{ ...unit, name: "web.service" }],
  };
  const running = { ActiveState: "active", UnitFileState: "enabled", NeedDaemonReload: "no" };
  const observed = observedOf(before, {
    "web.service": { ...running, UnitFileState: "generated" },
    "web.target": running,
  });
  const input = planInput({ files, manifest, observed });
  const { app } = input.desired.definition;
  const desired = {
    ...input.desired,
    definition: {
      ...input.desired.definition,
      app: { ...app, version: "2", enableunits: ["web.service", "worker.service"] },
    },
    source: { ...input.desired.source, commit: NEW },
    units: [
      { ...unit, name: "web.service" },
      {
        ...unit,
        name: "worker.service",
        from: "file" as const,
        files: [".config/systemd/user/worker.service"],
      },
    ],
  };
  return makePreview({
    manifest,
    standing: before,
    prepared: { desired, files, plan: makePlan({ ...input, desired }) },
    name: "the branch main",
    commits: [
      commit("Let a worker do the slow things"),
      commit("Use version 2", { id: "9f8e7d6c5b4a".padEnd(40, "0"), author: "Grace Hopper" }),
    ],
    drafts: {
      before: draft("variables: { theme: { type: string, default: plain } }"),
      after: draft(
        "variables: { workers: { type: integer, default: 2, description: how many } }\nsecrets: { token: {} }",
      ),
    },
    configured: [],
    grants: ["program ~/worker outside a container (worker.service)"],
    home: "/home/app",
  });
}
