import assert from "node:assert/strict";
import { type DataScan, judgeData, requireRealData } from "../../src/backup/guards.ts";
import { UserError } from "../../src/errors.ts";
import { FakeSystem } from "../support/fake_system.ts";

const LAST = { entries: 100, bytes: 1_000_000 };

function judged(changes: Partial<DataScan>, last: typeof LAST | null = LAST, accepted = false) {
  const scan = { entries: 100, bytes: 1_000_000, unreadable: [], unshare: false, ...changes };
  const verdict = judgeData(scan, last, { accepted });
  return verdict.kind === "good" ? "good" : `${verdict.kind}: ${verdict.why}`;
}

Deno.test("judgeData() calls good what is as large as before, and exactly half", () => {
  assert.equal(judged({}), "good");
  assert.equal(judged({ entries: 50, bytes: 500_000 }), "good");
  assert.equal(judged({ entries: 1, bytes: 1 }, null), "good");
});

Deno.test("judgeData() suspects fewer than half of the entries, or of the bytes", () => {
  assert.match(judged({ entries: 49 }), /^suspect: .*49 entries, and had 100/);
  assert.match(judged({ bytes: 499_999 }), /^suspect: .*499999 bytes, and had 1000000/);
});

Deno.test("judgeData() suspects nothing at all, also where nothing is known of before", () => {
  assert.equal(judged({ entries: 0, bytes: 0 }, null), "suspect: data/ is empty");
  assert.equal(judged({ entries: 0, bytes: 0 }), "suspect: data/ is empty");
});

Deno.test("judgeData() believes an empty directory that was accepted as empty before", () => {
  assert.equal(judged({ entries: 0, bytes: 0 }, { entries: 0, bytes: 0 }), "good");
});

Deno.test("judgeData() accepts what somebody says is meant so", () => {
  assert.equal(judged({ entries: 0, bytes: 0 }, LAST, true), "good");
  assert.equal(judged({ entries: 1, bytes: 1 }, LAST, true), "good");
});

Deno.test("judgeData() names at most ten entries that cannot be read, and no word makes them good", () => {
  const unreadable = Array.from({ length: 12 }, (_, at) => `data/${at}`);
  const words = judged({ unreadable }, LAST, true);
  assert.match(words, /^incomplete: .*data\/0, data\/1, .*data\/9 and 2 more$/);
  assert.match(judged({ unreadable: ["data/a"], entries: 1 }), /^incomplete: .*: data\/a$/);
});

/** What `requireRealData` says on this machine. */
async function refusal(system: FakeSystem): Promise<string> {
  try {
    await requireRealData(system);
    return "";
  } catch (error) {
    assert.ok(error instanceof UserError);
    assert.equal(error.exit, "refused");
    assert.ok(error.hint);
    return error.message;
  }
}

Deno.test("requireRealData() refuses data/ that is missing, a link or a file", async () => {
  assert.match(await refusal(new FakeSystem()), /^Cannot back up \/home\/app\/data: it does not exist$/);
  const linked = new FakeSystem({ files: { "/srv/data/page": "x" } });
  linked.addLink("/home/app/data", "/srv/data");
  assert.match(await refusal(linked), /symbolic link/);
  assert.match(await refusal(new FakeSystem({ files: { "/home/app/data": "x" } })), /not a directory/);
});

Deno.test("requireRealData() refuses data/ of somebody else, and data/ that cannot be listed", async () => {
  class Foreign extends FakeSystem {
    override lstat(path: string) {
      const stat = super.lstat(path);
      return path === "/home/app/data" && stat ? { ...stat, uid: 0 } : stat;
    }
  }
  assert.match(await refusal(new Foreign({ files: { "/home/app/data/page": "x" } })), /belongs to uid 0/);
  class Closed extends FakeSystem {
    override readDirectory(path: string) {
      if (path === "/home/app/data") throw new UserError("Cannot read /home/app/data: Permission denied");
      return super.readDirectory(path);
    }
  }
  const closed = new Closed({ files: { "/home/app/data/page": "x" } });
  closed.program("findmnt", () => ({ code: 1 })).program("cat", () => ({ stdout: "" }));
  assert.match(
    await refusal(closed),
    /^Cannot back up .*: Cannot read \/home\/app\/data: Permission denied$/,
  );
});

Deno.test("requireRealData() refuses data/ that is a mount point: nothing can be renamed into its place", async () => {
  const system = new FakeSystem({ files: { "/home/app/data/page": "x" } });
  system.program("cat", () => ({ stdout: "36 35 98:0 / /home/app/data rw - ext4 /dev/sdb rw\n" }));
  assert.match(await refusal(system), /it is a mount point/);
});
