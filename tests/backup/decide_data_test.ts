import assert from "node:assert/strict";
import {
  type Answer,
  decideByRepository,
  decideLocally,
  describeDataStep,
  type LocalFacts,
  requireOwn,
} from "../../src/backup/decide_data.ts";
import type { Identity, Snapshot, SnapshotKind } from "../../src/backup/snapshot.ts";

const IDENTITY: Identity = { instance: "web", app: "site", definition: "0123456789ab" };

function facts(changes: Partial<LocalFacts> = {}): LocalFacts {
  return {
    path: "/home/app/data",
    standing: { kind: "absent" },
    mayBeEmpty: false,
    fresh: false,
    from: undefined,
    ...changes,
  };
}

function snapshot(kind: SnapshotKind, identity: Partial<Identity> = {}): Snapshot {
  return {
    id: `${kind === "good" ? "a" : "b"}`.repeat(64),
    timeMs: Date.UTC(2026, 0, 1),
    kind,
    identity: { ...IDENTITY, ...identity },
    lineage: "",
    unshare: false,
    size: { entries: 3, bytes: 2048 },
    claim: null,
  };
}

function answer(changes: Partial<Answer> = {}): Answer {
  return {
    identity: IDENTITY,
    snapshots: [],
    newestGood: undefined,
    named: undefined,
    others: [],
    ...changes,
  };
}

function refused(message: RegExp, hint: RegExp) {
  return { exit: "refused", message, hint };
}

Deno.test("decideLocally() keeps data that stands, whatever was asked, and asks nobody", () => {
  for (const fresh of [false, true]) {
    for (const mayBeEmpty of [false, true]) {
      assert.equal(decideLocally(facts({ standing: { kind: "present" }, fresh, mayBeEmpty })), "keep");
    }
  }
});

Deno.test("decideLocally() puts no snapshot over data that stands", () => {
  assert.throws(
    () => decideLocally(facts({ standing: { kind: "present" }, from: "4f2c" })),
    refused(/from the snapshot 4f2c: \/home\/app\/data is not missing/, /ppm restore 4f2c/),
  );
});

Deno.test("decideLocally() refuses an empty data/, unless it is on record that it may be", () => {
  const standing = { kind: "empty" } as const;
  assert.throws(
    () => decideLocally(facts({ standing })),
    refused(/it is empty/, /rmdir .* && ppm setup\n.*--fresh/),
  );
  assert.equal(decideLocally(facts({ standing, mayBeEmpty: true })), "keep");
  assert.equal(decideLocally(facts({ standing, fresh: true })), "ask");
  assert.throws(
    () => decideLocally(facts({ standing, from: "4f2c" })),
    refused(/it is empty/, /--from 4f2c/),
  );
});

Deno.test("decideLocally() refuses what stands there by mistake, with what helps", () => {
  const standing = { kind: "wrong", fault: "it is a symbolic link", remedy: "Move it" } as const;
  assert.throws(
    () => decideLocally(facts({ standing, fresh: true, mayBeEmpty: true })),
    refused(/Cannot use \/home\/app\/data: it is a symbolic link/, /Move it/),
  );
});

Deno.test("decideLocally() asks the repository where data/ is missing, though it may be empty", () => {
  assert.equal(decideLocally(facts()), "ask");
  assert.equal(decideLocally(facts({ mayBeEmpty: true })), "ask");
});

Deno.test("decideByRepository() restores the newest good snapshot", () => {
  const good = snapshot("good");
  const step = decideByRepository(
    facts(),
    answer({ snapshots: [snapshot("suspect"), good], newestGood: good }),
  );
  assert.equal(step.kind === "restore" && step.snapshot, good);
  assert.match(
    describeDataStep(step).what,
    /restore data\/ from the snapshot aaaaaaaa of 2026-01-01.*3 entries, 2.0 KiB/,
  );
});

Deno.test("decideByRepository() begins fresh over no good snapshot", () => {
  const good = snapshot("good");
  assert.throws(
    () => decideByRepository(facts({ fresh: true }), answer({ snapshots: [good], newestGood: good })),
    refused(/holds good snapshots of "web", the newest aaaaaaaa/, /ppm setup/),
  );
});

Deno.test("decideByRepository() refuses an empty list, and says what else the repository holds", () => {
  assert.throws(
    () => decideByRepository(facts(), answer()),
    refused(/no snapshot of "web"; it is empty/, /--fresh/),
  );
  assert.throws(
    () => decideByRepository(facts(), answer({ others: ["blog", "wiki"] })),
    refused(/it holds "blog", "wiki"/, /instance in config.yml/),
  );
});

Deno.test("decideByRepository() begins fresh by an explicit word, where there is nothing of the instance but claims", () => {
  for (const snapshots of [[], [snapshot("claim")]]) {
    for (const others of [[], ["blog"]]) {
      assert.equal(decideByRepository(facts({ fresh: true }), answer({ snapshots, others })).kind, "fresh");
      assert.throws(() => decideByRepository(facts(), answer({ snapshots, others })), { exit: "refused" });
    }
  }
});

Deno.test("decideByRepository() restores nothing by itself that does not count as good, and begins nothing over it", () => {
  for (const kind of ["suspect", "incomplete", "hot", "unknown", "good"] as const) { // good, but dated in the future
    for (const fresh of [false, true]) {
      const one = snapshot(kind);
      assert.throws(
        () => decideByRepository(facts({ fresh }), answer({ snapshots: [one] })),
        refused(/none that counts as good/, new RegExp(`--from ${one.id.slice(0, 8)}`)),
      );
    }
  }
});

Deno.test("decideByRepository() restores what --from names, though it is suspect, and though there is a good one", () => {
  const [good, suspect] = [snapshot("good"), snapshot("suspect")];
  const step = decideByRepository(
    facts({ from: "bbbb" }),
    answer({ snapshots: [good, suspect], newestGood: good, named: suspect }),
  );
  assert.equal(step.kind === "restore" && step.snapshot, suspect);
});

Deno.test("decideByRepository() refuses snapshots of another application or definition, named or not, fresh or not", () => {
  for (const other of [{ app: "shop" }, { definition: "ba9876543210" }]) {
    const foreign = snapshot("good", other);
    for (const changes of [{}, { fresh: true }, { from: "aaaa" }]) {
      const named = "from" in changes ? foreign : undefined;
      assert.throws(
        () => decideByRepository(facts(changes), answer({ snapshots: [foreign], named })),
        refused(
          /as "site": it is (of the application "shop"|made from another definition)/,
          /another instance/,
        ),
      );
    }
  }
});

Deno.test("requireOwn() refuses claims, which hold no data, and what other instances made", () => {
  assert.throws(() => requireOwn(snapshot("claim"), IDENTITY), refused(/it is a claim/, /ppm snapshots/));
  assert.throws(
    () => requireOwn(snapshot("good", { instance: "wiki" }), IDENTITY),
    refused(/of the instance "wiki"/, /./),
  );
  requireOwn(snapshot("incomplete"), IDENTITY);
});

Deno.test("decideLocally() puts no snapshot over an empty data/ by itself, whatever else is said of it", () => {
  const standing = { kind: "empty" } as const;
  for (const said of [{ mayBeEmpty: true }, { fresh: true }]) {
    assert.throws(
      () => decideLocally(facts({ standing, from: "4f2c", ...said })),
      refused(/it is empty/, /rmdir .* && ppm setup --from 4f2c/),
    );
  }
});
