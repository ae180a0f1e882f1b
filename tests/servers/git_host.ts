/** A git server on a test server: over a real sshd, and over https with git's own backend. */
import type { Pet } from "./pet.ts";
import type { Server } from "./server.ts";

/** The name by which it is reached. */
export const HOST = "git.example.test";

/** A git server on the same machine: `/srv/git/web.git`, and `monorepo.git` with the definition in `pets/web`, both of the user `git`. */
export async function makeGitHost(server: Server, pet: Pet): Promise<void> {
  await server.run(["useradd", "-m", "-s", "/bin/bash", "git"]);
  await shell(
    server,
    `
    echo "127.0.0.1 ${HOST}" >>/etc/hosts
    git config --global safe.directory '*'
    mkdir -p /srv/git /tmp/mono/pets
    git clone -q --bare ${pet.repository} /srv/git/web.git
    git clone -q ${pet.repository} /tmp/mono/pets/web && rm -r /tmp/mono/pets/web/.git
    cd /tmp/mono
    git init -q -b main && git add -A
    git -c user.name=A -c user.email=a@example.org commit -q -m Pets
    git -c user.name=A -c user.email=a@example.org tag -a v1 -m One
    git clone -q --bare . /srv/git/monorepo.git
    chown -R git:git /srv/git`,
  );
}

/** Runs a script as root, or as a user. */
export function shell(server: Server, script: string, user?: string): Promise<unknown> {
  return server.run(["sh", "-ec", script], user === undefined ? {} : { user });
}

/** Starts an https server with git's own backend: `/git/` for everybody, `/private/` for `app` with the password `sesame`. */
export async function startHttps(server: Server): Promise<void> {
  await server.writeFile(
    "/etc/git-https/lighttpd.conf",
    `
server.modules = ("mod_openssl", "mod_auth", "mod_authn_file", "mod_setenv", "mod_alias", "mod_cgi")
server.document-root = "/var/empty"
server.username = "git"
server.groupname = "git"
server.port = 443
ssl.engine = "enable"
ssl.pemfile = "/etc/git-https/server.pem"
ssl.privkey = "/etc/git-https/server.key"
auth.backend = "plain"
auth.backend.plain.userfile = "/etc/git-https/passwords"
auth.require = ("/private/" => ("method" => "basic", "realm" => "git", "require" => "valid-user"))
alias.url = ("/git/" => "/usr/lib/git-core/git-http-backend/", "/private/" => "/usr/lib/git-core/git-http-backend/")
cgi.assign = ("" => "")
setenv.set-environment = ("GIT_PROJECT_ROOT" => "/srv/git", "GIT_HTTP_EXPORT_ALL" => "1")
`,
  );
  await shell(
    server,
    `
    cd /etc/git-https
    mkdir -p /var/empty
    echo app:sesame >passwords
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=Test authority" -keyout ca.key -out ca.crt
    openssl req -newkey rsa:2048 -nodes -subj "/CN=${HOST}" -keyout server.key -out server.csr
    echo "subjectAltName=DNS:${HOST}" >names
    openssl x509 -req -days 30 -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile names -out server.pem
    chmod 644 server.key passwords
    systemd-run --quiet --unit=git-https lighttpd -D -f /etc/git-https/lighttpd.conf
    curl -sk --retry 20 --retry-connrefused --retry-delay 1 -o /dev/null https://${HOST}/`,
  );
}

/** Makes the ssh server reachable for the pet's user: its key is known there, and the host's key here. */
export async function trustSsh(server: Server, pet: Pet): Promise<void> {
  await shell(
    server,
    `mkdir -m 700 -p ~/.ssh; ssh-keyscan ${HOST} >>~/.ssh/known_hosts; ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519`,
    pet.user,
  );
  await shell(
    server,
    `install -d -m 700 -o git -g git /home/git/.ssh
    install -m 600 -o git -g git /home/app/.ssh/id_ed25519.pub /home/git/.ssh/authorized_keys`,
  );
}
