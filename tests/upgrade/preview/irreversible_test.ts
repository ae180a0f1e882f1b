import assert from "node:assert/strict";
import {
  irreversible,
  type IrreversibleInput,
  type Version,
} from "../../../src/upgrade/preview/irreversible.ts";
import { file } from "../../plan/plan_fixture.ts";
import { aPolicy } from "../../support/backup.ts";

const DIGEST = `reg.example.org/web@sha256:${"a".repeat(64)}`;

function version(changes: Partial<Version> = {}) {
  return {
    app: { name: "web", mainunit: "web" },
    directory: ".",
    backup: aPolicy(),
    secrets: ["token"],
    files: [],
    ...changes,
  };
}

/** A version whose one container says this. */
function container(...lines: readonly string[]) {
  const text = `[Container]\n${lines.join("\n")}\n`;
  return version({ files: [file(".config/containers/systemd/web.container", text)] });
}

function service(exec: string) {
  return version({ files: [file(".config/systemd/user/web.service", `[Service]\nExecStart=${exec}\n`)] });
}

function sentences(before: Version, after: Version, options: Partial<IrreversibleInput> = {}) {
  const whole = { ...after, files: after.files ?? [] };
  return irreversible({ before, after: whole, touches: true, home: "/home/app", ...options });
}

const STAYS = "is in no snapshot: a rollback leaves it as the new version has made it";
const PULLED = "after a rollback too, and what it names by then may be another image";

const CASES: readonly {
  readonly what: string;
  readonly before: Version;
  readonly after: Version;
  readonly said: readonly string[];
}[] = [
  {
    what: "says nothing of an application whose data comes back",
    before: version(),
    after: version(),
    said: [],
  },
  {
    what: "says that data without backups stays",
    before: version({ backup: null }),
    after: version({ backup: null }),
    said: [
      "data/ is not backed up: a rollback brings files and units back, and leaves data/ as the new version has made it",
    ],
  },
  {
    what: "counts on the backups of what stands, not of what comes",
    before: version(),
    after: version({ backup: null }),
    said: [],
  },
  {
    what: "names a volume that both versions write to",
    before: container("Volume=db:/var/lib/db"),
    after: container("Volume=db:/srv/db:Z"),
    said: [`The volume db (web.service) ${STAYS}`],
  },
  {
    what: "does not care for a volume that the former version does not have",
    before: container("Volume=%h/data/db:/var/lib/db"),
    after: container("Volume=db:/var/lib/db"),
    said: [],
  },
  {
    what: "names every volume where the former version is not known",
    before: version({ files: undefined }),
    after: container("Volume=db:/var/lib/db", "Volume=db:/again"),
    said: [`The volume db (web.service) ${STAYS}`],
  },
  {
    what: "names paths outside data/, from home where they lie there",
    before: container("Volume=%h/media:/media", "Volume=/srv/x:/x", "Volume=/srv/y:/y:ro"),
    after: container("Volume=%h/media:/media", "Volume=/srv/x:/x", "Volume=/srv/y:/y:ro"),
    said: [`~/media (web.service) ${STAYS}`, `/srv/x (web.service) ${STAYS}`],
  },
  {
    what: "names a tag that the unit pulls again after a rollback",
    before: container("Image=reg.example.org/web:11", "Pull=newer"),
    after: container("Image=reg.example.org/web:12"),
    said: [`reg.example.org/web:11 is pulled whenever web.service starts: ${PULLED}`],
  },
  {
    what: "does not name a tag that only the new version pulls by itself",
    before: container("Image=reg.example.org/web:11", "Pull=missing"),
    after: container("Image=reg.example.org/web:12", "Pull=always"),
    said: [],
  },
  {
    what: "trusts a digest, whoever pulls it",
    before: container(`Image=${DIGEST}`, "Pull=always"),
    after: container(`Image=${DIGEST}`, "Pull=always"),
    said: [],
  },
  {
    what: "reads the policy among the arguments of podman",
    before: service("podman run --rm --pull=always --name web reg.example.org/web:11 serve"),
    after: version(),
    said: [`reg.example.org/web:11 is pulled whenever web.service starts: ${PULLED}`],
  },
  {
    what: "sees a unit that pulls by a command of its own",
    before: service("/usr/bin/podman pull reg.example.org/web:11"),
    after: version(),
    said: [`reg.example.org/web:11 is pulled whenever web.service starts: ${PULLED}`],
  },
  {
    what: "knows that an .image file pulls whenever its unit starts",
    before: version({
      files: [file(".config/containers/systemd/web.image", "[Image]\nImage=reg.example.org/web:11\n")],
    }),
    after: version(),
    said: [`reg.example.org/web:11 is pulled whenever web-image.service starts: ${PULLED}`],
  },
  {
    what: "says where secrets stay that come or go",
    before: version({ secrets: ["old", "kept"] }),
    after: version({ secrets: ["kept", "new"] }),
    said: [
      'The secret "new" is generated, and stays in .ppm/secrets.yml after a rollback',
      'The secret "old" is used no more, and stays in .ppm/secrets.yml for a rollback',
    ],
  },
  {
    what: "says nothing of secrets where the former ones are not known",
    before: version({ secrets: undefined }),
    after: version({ secrets: ["new"] }),
    said: [],
  },
  {
    what: "warns of what snapshots are told apart by, and of another target",
    before: version(),
    after: version({ app: { name: "wiki", mainunit: "wiki" }, directory: "wiki" }),
    said: [
      'The name of the application changes from "web" to "wiki": snapshots are told apart by it, so that neither version restores those of the other',
      'The directory of the definition changes from "." to "wiki": snapshots are told apart by it, so that neither version restores those of the other',
      "web.target becomes wiki.target: whatever outside the definition names it must follow, and go back with a rollback",
    ],
  },
];

for (const { what, before, after, said } of CASES) {
  Deno.test(`irreversible() ${what}`, () => assert.deepEqual(sentences(before, after), said));
}

Deno.test("irreversible() says nothing of data and images where the application goes on as it is", () => {
  const same = { ...container("Image=reg.example.org/web:11", "Pull=always", "Volume=db:/x"), backup: null };
  assert.equal(sentences(same, same).length, 3);
  assert.deepEqual(sentences(same, same, { touches: false }), []);
});
