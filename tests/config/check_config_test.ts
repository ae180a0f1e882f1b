import assert from "node:assert/strict";
import { checkConfig, secretIn } from "../../src/config/check_config.ts";
import { exitCode, InvalidError } from "../../src/errors.ts";
import { INVALID_CONFIGS } from "../fixtures/config/invalid.ts";

const OPTIONS = { file: "config.yml", user: { name: "app", home: "/home/app" } };

function check(text: string) {
  const { document: _, ...config } = checkConfig(text, OPTIONS);
  return config;
}

Deno.test("checkConfig() needs nothing but the repository, and has a default for the rest", () => {
  assert.deepEqual(check("definition: { repository: https://git.example.org/x.git }\n"), {
    definition: {
      repository: "https://git.example.org/x.git",
      revision: undefined,
      directory: ".",
      allowedsigners: undefined,
    },
    instance: "app",
    statedirectory: "/var/lib/ppm/state",
    backup: undefined,
    notify: undefined,
    variables: {},
  });
});

Deno.test("checkConfig() reads everything that can be there", () => {
  const text = `definition:
  repository: https://git.example.org/pets/forgejo.git
  revision: v11/stable
  directory: ./apps//forgejo/
  allowedsigners: ~/.allowed_signers
instance: forgejo
statedirectory: /srv/state/
backup:
  repository: sftp:backup@nas:/srv/restic
  passwordfile: .restic-password
  environment: { AWS_ACCESS_KEY_ID: abc }
  prune: true
notify:
  command: [/usr/bin/mail, -s, "{subject}", root]
  heartbeat: [/usr/bin/curl, -fsS, "https://example.org/x"]
variables:
  domain: git.example.org
  port: 3000
`;
  assert.deepEqual(check(text), {
    definition: {
      repository: "https://git.example.org/pets/forgejo.git",
      revision: "v11/stable",
      directory: "apps/forgejo",
      allowedsigners: "/home/app/.allowed_signers",
    },
    instance: "forgejo",
    statedirectory: "/srv/state",
    backup: {
      repository: "sftp:backup@nas:/srv/restic",
      passwordfile: "/home/app/.restic-password",
      environment: { AWS_ACCESS_KEY_ID: "abc" },
      prune: true,
    },
    notify: {
      command: ["/usr/bin/mail", "-s", "{subject}", "root"],
      heartbeat: ["/usr/bin/curl", "-fsS", "https://example.org/x"],
    },
    variables: { domain: "git.example.org", port: 3000 },
  });
});

const REPOSITORIES: Readonly<Record<string, string>> = {
  "https://git.example.org:8443/x.git": "https://git.example.org:8443/x.git",
  "https://[2001:db8::1]/x.git": "https://[2001:db8::1]/x.git",
  "ssh://git@git.example.org:2222/x.git": "ssh://git@git.example.org:2222/x.git",
  "git@git.example.org:pets/x.git": "git@git.example.org:pets/x.git",
  "git.example.org:x.git": "git.example.org:x.git",
  "file:///srv/x.git": "file:///srv/x.git",
  "/srv/git/x.git": "/srv/git/x.git",
  "/srv/a:b/x.git": "/srv/a:b/x.git",
  "~/x.git": "/home/app/x.git",
  "x.git": "/home/app/x.git",
  "./git/x.git": "/home/app/git/x.git",
  "git/a:b.git": "/home/app/git/a:b.git",
  "../shared/x.git": "/home/app/../shared/x.git",
};

for (const [written, given] of Object.entries(REPOSITORIES)) {
  Deno.test(`checkConfig() gives git the repository "${written}" as ${given}`, () => {
    assert.equal(check(`definition: { repository: "${written}" }\n`).definition.repository, given);
  });
}

for (const revision of ["main", "feature/x-1", "v1.0.0", "0a1b2c3d", "release_2", "heads/ü"]) {
  Deno.test(`checkConfig() takes "${revision}" for a revision`, () => {
    assert.equal(
      check(`definition: { repository: /x, revision: "${revision}" }\n`).definition.revision,
      revision,
    );
  });
}

Deno.test("checkConfig() takes slashes off the end of a directory, but not its only one", () => {
  const directory = (written: string) =>
    check(`definition: { repository: /x }\nstatedirectory: ${written}\n`).statedirectory;
  assert.equal(directory("/srv/state//"), "/srv/state");
  assert.equal(directory("/"), "/");
});

Deno.test("checkConfig() asks for an instance where the user's name cannot be one", () => {
  const user = { name: "App$", home: "/home/App$" };
  const text = "definition: { repository: /x }\n";
  assert.throws(() => checkConfig(text, { file: "config.yml", user }), {
    message:
      'config.yml: Missing key "instance": it cannot be the user\'s name, because it must be 1 to 63 of a-z, 0-9, dot, dash and ' +
      "underscore, and begin with a letter or digit",
  });
  assert.equal(checkConfig(`${text}instance: app\n`, { file: "config.yml", user }).instance, "app");
});

Deno.test("secretIn() knows where config.yml itself holds credentials", () => {
  const secret = (backup: string) =>
    secretIn(
      checkConfig(`definition: { repository: /x }\nbackup: { passwordfile: p, ${backup} }\n`, OPTIONS),
    );
  assert.equal(secret("repository: /srv/restic"), undefined);
  assert.equal(secret("repository: sftp:backup@nas:/srv"), undefined);
  assert.equal(secret("repository: sftp://backup@nas/srv"), undefined);
  assert.equal(secret("repository: rest:https://nas/srv"), undefined);
  assert.equal(secret("repository: rest:https://me:pw@nas/srv"), "the credentials of backup.repository");
  assert.equal(secret("repository: rest:https://token@nas/srv"), "the credentials of backup.repository");
  assert.equal(
    secret("repository: /srv/restic, environment: { A: b }"),
    "the credentials of backup.environment",
  );
  assert.equal(secret("repository: /srv/restic, environment: {}"), undefined);
});

for (const { name, config, problems } of INVALID_CONFIGS) {
  Deno.test(`checkConfig() refuses ${name}`, () => {
    assert.throws(() => checkConfig(config, OPTIONS), (error) => {
      assert.ok(error instanceof InvalidError);
      assert.deepEqual(error.message.split("\n"), problems);
      assert.equal(exitCode(error.exit), 4);
      return true;
    });
  });
}

Deno.test("checkConfig() never repeats what may be a password", () => {
  const told = INVALID_CONFIGS.flatMap(({ problems }) => problems).filter((line) => /s3cret/.test(line));
  assert.deepEqual(told, []);
  assert.ok(INVALID_CONFIGS.filter(({ config }) => config.includes("s3cret")).length >= 5);
});
