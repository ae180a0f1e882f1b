import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import type { Action } from "../../src/plan/actions.ts";
import { describe } from "../../src/plan/describe.ts";
import { checkInvariants } from "../../src/plan/invariants.ts";
import { makePlan } from "../../src/plan/plan.ts";
import { file, manifestOf, observedOf, planInput } from "./plan_fixture.ts";

const kinds = (actions: readonly Action[]) => actions.map((action) => action.kind);
const UNIT = ".config/systemd/user/web.service";

Deno.test("makePlan() writes, reloads, enables, publishes and records on an empty server, in that order", () => {
  const plan = makePlan(planInput({ files: [file(UNIT, "[Service]"), file(".config/web/app.ini", "x")] }));
  deepStrictEqual(kinds(plan.actions), [
    "make-directory",
    "make-directory",
    "make-directory",
    "make-directory",
    "write-file",
    "write-file",
    "reload-manager",
    "enable-units",
    "publish-state",
    "record-generation",
  ]);
  checkInvariants(plan);
});

Deno.test("makePlan() has nothing to do where everything stands", () => {
  const files = [file(UNIT, "[Service]")];
  const input = planInput({ files, manifest: manifestOf(files), observed: observedOf(files) });
  deepStrictEqual(makePlan(input), { actions: [], restart: [], running: false });
});

Deno.test("makePlan() records what stands anew where its record is damaged", () => {
  const files = [file(UNIT, "[Service]")];
  const input = planInput({ files, manifest: manifestOf(files), observed: observedOf(files) });
  deepStrictEqual(kinds(makePlan({ ...input, recorded: false }).actions), ["record-generation"]);
});

Deno.test("makePlan() keeps a file that was edited by hand before it replaces it", () => {
  const manifest = manifestOf([file("a.conf", "written by ppm")]);
  const plan = makePlan(
    planInput({ files: [file("a.conf", "new")], manifest, observed: observedOf([file("a.conf", "edited")]) }),
  );
  deepStrictEqual(kinds(plan.actions), ["keep-aside", "write-file", "record-generation"]);
});

Deno.test("makePlan() keeps a file that ppm never wrote, and adopts one that is already as it should be", () => {
  const manifest = manifestOf([]);
  const foreign = makePlan(
    planInput({ files: [file("a.conf", "new")], manifest, observed: observedOf([file("a.conf", "old")]) }),
  );
  deepStrictEqual(kinds(foreign.actions), ["keep-aside", "write-file", "record-generation"]);
  const same = makePlan(
    planInput({ files: [file("a.conf", "new")], manifest, observed: observedOf([file("a.conf", "new")]) }),
  );
  deepStrictEqual(kinds(same.actions), ["record-generation"]);
});

Deno.test("makePlan() takes what an interrupted run wrote for ppm's own", () => {
  const half = file("a.conf", "half way");
  const manifest = { ...manifestOf([file("a.conf", "first")]), pending: { "a.conf": [half.sha256] } };
  const plan = makePlan(
    planInput({ files: [file("a.conf", "new")], manifest, observed: observedOf([half]) }),
  );
  deepStrictEqual(kinds(plan.actions), ["write-file", "reload-manager", "record-generation"]);
});

Deno.test("makePlan() stops and disables the unit of a file that goes, before the file goes", () => {
  const old = file(".config/systemd/user/old.service", "[Service]");
  const observed = observedOf([old], { "old.service": { ActiveState: "active", UnitFileState: "enabled" } });
  const plan = makePlan(planInput({ files: [], manifest: manifestOf([old]), observed }));
  deepStrictEqual(kinds(plan.actions), [
    "stop-units",
    "disable-units",
    "remove-file",
    "reload-manager",
    "record-generation",
  ]);
  checkInvariants(plan);
});

Deno.test("makePlan() stops the running instances of a template that goes", () => {
  const old = file(".config/systemd/user/echo@.service", "[Service]");
  const observed = observedOf([old], { "echo@1.service": { ActiveState: "active" }, "echo@2.service": {} });
  const plan = makePlan(planInput({ files: [], manifest: manifestOf([old]), observed }));
  deepStrictEqual(plan.actions.flatMap((a) => a.kind === "stop-units" ? a.units : []), ["echo@1.service"]);
});

Deno.test("makePlan() removes what only an interrupted run wrote", () => {
  const stray = file("stray.conf", "x");
  const manifest = { ...manifestOf([]), pending: { "stray.conf": [stray.sha256] } };
  const plan = makePlan(planInput({ files: [], manifest, observed: observedOf([stray]) }));
  deepStrictEqual(kinds(plan.actions), ["remove-file", "reload-manager", "record-generation"]);
});

Deno.test("makePlan() keeps an orphan that was edited by hand before removing it", () => {
  const manifest = manifestOf([file("a.conf", "written by ppm")]);
  const plan = makePlan(planInput({ files: [], manifest, observed: observedOf([file("a.conf", "edited")]) }));
  deepStrictEqual(kinds(plan.actions), ["keep-aside", "remove-file", "record-generation"]);
});

Deno.test("makePlan() removes directories that it made and nothing needs, innermost first", () => {
  const old = file("one/two/a.conf", "x");
  const manifest = { ...manifestOf([old]), directories: ["one", "one/two"] };
  const plan = makePlan(planInput({ files: [], manifest, observed: observedOf([old]) }));
  deepStrictEqual(plan.actions.flatMap((a) => a.kind === "remove-directory" ? [a.path] : []), [
    "one/two",
    "one",
  ]);
});

Deno.test("makePlan() only sets the mode where only the mode differs", () => {
  const manifest = manifestOf([file("run.sh", "x")]);
  const observed = observedOf([{ ...file("run.sh", "x"), mode: 0o600 }]);
  const plan = makePlan(planInput({ files: [file("run.sh", "x")], manifest, observed }));
  deepStrictEqual(kinds(plan.actions), ["set-mode", "record-generation"]);
});

Deno.test("makePlan() names running units whose files change, and every running service where another file does", () => {
  const files = [file(UNIT, "new"), file(".config/web/app.ini", "same")];
  const manifest = manifestOf([file(UNIT, "old"), file(".config/web/app.ini", "same")]);
  const running = { "web.service": { ActiveState: "active", UnitFileState: "enabled" } };
  const before = [file(UNIT, "old"), file(".config/web/app.ini", "same")];
  deepStrictEqual(makePlan(planInput({ files, manifest, observed: observedOf(before, running) })).restart, [
    "web.service",
  ]);
  const ini = [file(UNIT, "new"), file(".config/web/app.ini", "other")];
  deepStrictEqual(makePlan(planInput({ files, manifest, observed: observedOf(ini, running) })).restart, [
    "web.service",
  ]);
  const container = [file(".config/containers/systemd/web.container", "[Container]")];
  const moved = planInput({
    files: container,
    manifest: manifestOf([file(UNIT, "old")]),
    observed: observedOf([file(UNIT, "old")], running),
  });
  deepStrictEqual(
    makePlan(moved).restart,
    [],
    "the unit comes from a file at another path now, and is stopped",
  );
  const stopped = { "web.service": { ActiveState: "inactive", UnitFileState: "enabled" } };
  deepStrictEqual(
    makePlan(planInput({ files, manifest, observed: observedOf(before, stopped) })).restart,
    [],
  );
});

Deno.test("makePlan() does not enable units that Quadlet generates", () => {
  const files = [file(".config/containers/systemd/web.container", "[Container]")];
  const plan = makePlan(planInput({ files, from: "quadlet" }));
  const enabled = plan.actions.flatMap((action) => action.kind === "enable-units" ? action.units : []);
  deepStrictEqual(enabled, ["web.target"]);
});

Deno.test("makePlan() leaves alone what somebody masked", () => {
  const files = [file(UNIT, "[Service]")];
  const observed = observedOf(files, { "web.service": { UnitFileState: "masked-runtime" } });
  deepStrictEqual(makePlan(planInput({ files, manifest: manifestOf(files), observed })).actions, []);
});

Deno.test("makePlan() links an enabled unit anew when what its section [Install] says changes, and only then", () => {
  const old = [file(UNIT, "[Service]\nNice=1\n[Install]\nWantedBy=old.target")];
  const observed = observedOf(old);
  const linked = (text: string) =>
    makePlan(planInput({ files: [file(UNIT, text)], manifest: manifestOf(old), observed })).actions
      .flatMap((action) =>
        action.kind === "disable-units" || action.kind === "enable-units"
          ? [[action.kind, ...action.units]]
          : []
      );
  deepStrictEqual(linked("[Service]\nNice=1\n[Install]\nWantedBy=web.target"), [
    ["disable-units", "web.service"],
    ["enable-units", "web.service"],
  ]);
  deepStrictEqual(linked("[Service]\nNice=2\n[Install]\n# same\nWantedBy=old.target"), []);
});

Deno.test("makePlan() stops a service that Quadlet makes from now on, and takes away its links", () => {
  const old = file(UNIT, "[Service]");
  const observed = observedOf([old], {
    "web.service": { ActiveState: "active", UnitFileState: "enabled" },
  });
  const files = [file(".config/containers/systemd/web.container", "[Container]")];
  const plan = makePlan(planInput({ files, manifest: manifestOf([old]), observed, from: "quadlet" }));
  const touched = plan.actions.filter(({ kind }) => kind.endsWith("-units"));
  deepStrictEqual(touched.flatMap((action) => "units" in action ? [[action.kind, ...action.units]] : []), [
    ["stop-units", "web.service"],
    ["disable-units", "web.service"],
  ]);
  deepStrictEqual(plan.restart, []);
});

Deno.test("makePlan() stops every unit by name when the target gets another name, and asks for no restart", () => {
  const before = [
    file(".config/systemd/user/old.target", ""),
    file(UNIT, "[Install]\nWantedBy=old.target"),
  ];
  const made = manifestOf(before);
  const manifest = { ...made, app: { ...made.app, mainunit: "old" } };
  const running = { ActiveState: "active", UnitFileState: "enabled" };
  const observed = observedOf(before, {
    "web.target": {},
    "web.service": running,
    "old.target": running,
  });
  const files = [file(UNIT, "[Install]\nWantedBy=web.target")];
  const plan = makePlan(planInput({ files, manifest, observed }));
  deepStrictEqual(plan.actions.find(({ kind }) => kind === "stop-units"), {
    kind: "stop-units",
    units: ["old.target", "web.service"],
    why: "old.target becomes web.target",
  });
  deepStrictEqual(plan.actions.flatMap((action) => action.kind === "enable-units" ? action.units : []), [
    "web.target",
    "web.service",
  ]);
  deepStrictEqual([plan.restart, plan.running], [[], false]);
  checkInvariants(plan);
});

Deno.test("makePlan() records a commit that changes no file as a generation of its own", () => {
  const files = [file("a.conf", "x")];
  const input = planInput({
    files,
    manifest: { ...manifestOf(files), source: { repository: "r", directory: ".", commit: "old" } },
    observed: observedOf(files),
  });
  const [record] = makePlan(input).actions;
  deepStrictEqual(record, { kind: "record-generation", number: 2, isNew: true, why: "this is a change" });
});

Deno.test("checkInvariants() refuses a plan that writes units without a reload, leaves home, or does things in a wrong order", () => {
  const write = (path: string): Action => ({
    kind: "write-file",
    path,
    content: new Uint8Array(),
    mode: 0o644,
    sha256: "",
    previous: undefined,
    private: false,
    why: "",
  });
  const record: Action = { kind: "record-generation", number: 1, isNew: true, why: "" };
  const reload: Action = { kind: "reload-manager", why: "" };
  throws(
    () => checkInvariants({ actions: [write(UNIT), record], restart: [], running: true }),
    /without a reload/,
  );
  throws(
    () => checkInvariants({ actions: [write("../x"), record], restart: [], running: true }),
    /not below the home directory/,
  );
  throws(
    () => checkInvariants({ actions: [reload, write(UNIT), record], restart: [], running: true }),
    /write-file comes after reload-manager/,
  );
  throws(() => checkInvariants({ actions: [write("a")], restart: [], running: true }), /not recorded/);
  throws(
    () => checkInvariants({ actions: [write("a"), write("a"), record], restart: [], running: true }),
    /written twice/,
  );
  strictEqual(checkInvariants({ actions: [], restart: [], running: true }), undefined);
});

Deno.test("makePlan() stops a running unit that comes from another file now, and says that it has to be started", () => {
  const running = {
    "web.service": { ActiveState: "active", UnitFileState: "enabled" },
    "web.target": { ActiveState: "active", UnitFileState: "enabled" },
  };
  const container = [file(".config/containers/systemd/web.container", "[Container]")];
  const before = [file(UNIT, "old")];
  const plan = makePlan(
    planInput({ files: container, manifest: manifestOf(before), observed: observedOf(before, running) }),
  );
  deepStrictEqual(plan.actions.flatMap((action) => action.kind === "stop-units" ? action.units : []), [
    "web.service",
  ]);
  deepStrictEqual([plan.restart, plan.running], [[], false]);
});

Deno.test("makePlan() says that something has to be started where a wanted unit has failed", () => {
  const files = [file(UNIT, "new")];
  const units = {
    "web.target": { ActiveState: "active", UnitFileState: "enabled" },
    "web.service": { ActiveState: "failed", UnitFileState: "enabled" },
  };
  const before = [file(UNIT, "old")];
  strictEqual(
    makePlan(planInput({ files, manifest: manifestOf(before), observed: observedOf(before, units) })).running,
    false,
  );
});

Deno.test("makePlan() never writes over a generation, also where the manifest is gone", () => {
  const plan = makePlan({ ...planInput({ files: [file("a.conf", "x")] }), lastGeneration: 7 });
  deepStrictEqual(plan.actions.at(-1), {
    kind: "record-generation",
    number: 8,
    isNew: true,
    why: "this is a change",
  });
});

Deno.test("describe() shows no line that goes from a file that holds secrets", () => {
  const before = { ...file("env", "USER=app\nPASSWORD=former\n"), mode: 0o600 };
  const after = { ...file("env", "USER=app\nPASSWORD=present\n"), mode: 0o600 };
  const change = makePlan(
    planInput({ files: [after], manifest: manifestOf([before]), observed: observedOf([before]) }),
  );
  const details = change.actions.map((action) => describe(action).detail).join("");
  match(details, /\n-<not shown: this file holds secrets>\n\+PASSWORD=present\n/);
  const removal = makePlan(
    planInput({ files: [], manifest: manifestOf([before]), observed: observedOf([before]) }),
  );
  const all = details + removal.actions.map((action) => describe(action).detail).join("");
  ok(!all.includes("former"), all);
});
