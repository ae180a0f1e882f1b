/**
 * examples/miniflux as it stands, with stand-ins under the names of its images, since no registry can be reached: shell scripts that keep
 * to what the real images do. What is tested is the definition: the order of its units, the dump, the request, and that a database begins with the dump.
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { makeRepository, PASSWORD } from "./backup_support.ts";
import { definitionFrom, makePet, type Pet } from "./pet.ts";
import { bootServer, type Server } from "./server.ts";

/** A database is a file of rows, which belongs to user 999; the socket is there before the port, as while a real one is made. */
const POSTGRES: Readonly<Record<string, string>> = {
  "etc/passwd": "root:x:0:0::/:/bin/sh\npostgres:x:999:999::/:/bin/sh\n",
  "bin/docker-entrypoint.sh": `#!/bin/sh
[ "$1 $POSTGRES_USER $POSTGRES_DB" = "postgres miniflux miniflux" ] && [ \${#POSTGRES_PASSWORD} = 32 ] || exit 2
chown 999:999 "$PGDATA" /run/postgresql; chmod 700 "$PGDATA"
if [ ! -e "$PGDATA/PG_VERSION" ]; then
  su postgres -c 'echo 17 >"$PGDATA/PG_VERSION"; : >"$PGDATA/rows"; : >/run/postgresql/.s.PGSQL.5432'
  for script in /docker-entrypoint-initdb.d/*; do su postgres -c "$script" || exit; done
fi
su postgres -c ': >/run/postgresql/.s.PGSQL.5432'
trap 'exit 0' INT
httpd -f -p 127.0.0.1:5432 -h /www &
wait
`,
  "www/ready": "",
  "bin/pg_isready":
    '#!/bin/sh\n[ "$1" = --host=127.0.0.1 ] && wget -qO /dev/null http://127.0.0.1:5432/ready\n',
  "bin/psql":
    '#!/bin/sh\nfor last; do :; done\n[ "$(id -un)" = postgres ] && cat "${last#--file=}" >>"$PGDATA/rows"\n',
  "bin/pg_dump": '#!/bin/sh\nfor last; do :; done\ncat "$PGDATA/rows" >"${last#--file=}"\n',
};

/** A page that is well if the database was when it started. */
const MINIFLUX: Readonly<Record<string, string>> = {
  "www/healthcheck": "OK",
  "bin/miniflux": `#!/bin/sh
[ -e /run/postgresql/.s.PGSQL.5432 ] || exit 1
[ "$DATABASE_URL" = "user=miniflux host=/run/postgresql dbname=miniflux sslmode=disable" ] || exit 2
exec httpd -f -p 8080 -h /www
`,
};

Deno.test("examples/miniflux dumps its database, has the dump saved, and begins with it [trixie]", async () => {
  await using server = await bootServer({ release: "trixie", name: "miniflux" });
  await server.copyPpm();
  const pet = await makePet(server, { definition: definitionFrom("examples/miniflux") });
  await standIn(server, pet, "docker.io/library/postgres:17", POSTGRES, [
    "ENV PGDATA=/var/lib/postgresql/data",
    "STOPSIGNAL SIGINT",
  ]);
  await standIn(server, pet, "docker.io/miniflux/miniflux:2.3.3", MINIFLUX, [
    "USER 65534",
    "CMD miniflux",
    "STOPSIGNAL SIGKILL",
  ]);
  await makeRepository(server, "/srv/repository");
  await server.run(["chown", "-R", "app:", "/srv/repository"]);
  await server.writeFile(".restic-password", PASSWORD, { user: "app", mode: 0o600 });
  await pet.configure("backup: { repository: /srv/repository, passwordfile: .restic-password }\n");
  await pet.ppm(["setup", "--fresh"]);
  await pet.ppm(["start"]);
  await pet.run(["podman", "exec", "miniflux-db", "sh", "-c", 'echo a feed >>"$PGDATA/rows"']);

  await pet.run(["systemctl", "--user", "start", "miniflux-dump.service"]);
  await until(pet, "ppm snapshots | grep -q ' good '");
  await pet.run(["podman", "exec", "miniflux-db", "sh", "-c", 'echo lost >>"$PGDATA/rows"']);
  await pet.ppm(["stop"]);
  await pet.run(["systemctl", "--user", "stop", "ppm-*.timer", "ppm-*.path", "ppm-*.service"]);
  await pet.run(["podman", "unshare", "rm", "-rf", "data", ".ppm", ".config/miniflux"]);
  await pet.ppm(["setup"]);
  strictEqual((await pet.run(["find", "data", "-type", "f"])).stdout, "data/dumps/miniflux.sql\n");
  await pet.ppm(["start"]);
  deepStrictEqual(await rows(pet), ["a feed"]);

  // A beginning that was cut short is neither used nor dumped, and what it says helps.
  await pet.ppm(["stop"]);
  await pet.run(["podman", "unshare", "sh", "-c", "rm data/database/begun; : >data/database/rows"]);
  await pet.run(["systemctl", "--user", "start", "--no-block", "miniflux-db.service"]);
  const said = "journalctl --user -u miniflux-db.service";
  await until(pet, `${said} | grep -q 'cut short while it began'`);
  await pet.run(["systemctl", "--user", "stop", "miniflux-db.service"]);
  const [, way = ""] =
    /To begin again, with the last dump: (.*)/.exec((await pet.run(["sh", "-c", said])).stdout) ?? [];
  match(way, /^podman unshare rm -r ~\/data\/database$/);
  await pet.run(["sh", "-c", `${way}; systemctl --user reset-failed`]);
  await pet.ppm(["start"]);
  deepStrictEqual(await rows(pet), ["a feed"]);
});

/** Makes an image of busybox with `files`, all executable, and what a Containerfile says besides. */
async function standIn(
  server: Server,
  pet: Pet,
  name: string,
  files: Readonly<Record<string, string>>,
  changes: readonly string[],
): Promise<void> {
  const root = `image-${name.replaceAll(/\W/g, "-")}`;
  for (const [path, text] of Object.entries(files)) {
    await server.writeFile(`${root}/${path}`, text, { user: pet.user, mode: 0o755 });
  }
  const make = `set -e; cp /bin/busybox "$1/bin/"; mkdir -p "$1/tmp" "$1/run"
    for applet in $(busybox --list); do [ -e "$1/bin/$applet" ] || ln -s busybox "$1/bin/$applet"; done
    root=$1 name=$2; shift 2; tar -C "$root" -c . | podman import -q "$@" - "$name"`;
  const options = changes.flatMap((change) => ["--change", change]);
  await pet.run(["sh", "-c", make, "sh", root, name, ...options]);
}

async function rows(pet: Pet): Promise<readonly string[]> {
  const { stdout } = await pet.run(["podman", "unshare", "cat", "data/database/rows"]);
  return stdout.split("\n").filter(Boolean);
}

async function until(pet: Pet, command: string): Promise<void> {
  await pet.run(["timeout", "90", "sh", "-c", `until ${command}; do sleep .5; done`]);
}
