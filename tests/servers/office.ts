/**
 * The place from which an administrator works, and which outlives the servers: Ansible with inventory and vault, git over ssh, repositories of
 * backups over sftp, and a registry of images. It is the switch of the ethernet as well.
 */
import { copyPlaybook, encrypt, PLAYBOOK, withAnsible } from "./ansible_support.ts";
import {
  bootServer,
  makeImage,
  PPM,
  type Release,
  type RootFileSystem,
  type Server,
  sharedDirectory,
} from "./server.ts";

/** An application as the inventory has it, and where its definition comes from. */
export interface Housed {
  /** The directory below `examples/`. */
  readonly example: string;
  /** The server on which it is to run, by its name in the inventory. */
  readonly host: string;
  /** Whether it has backups. */
  readonly backup: boolean;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What the inventory says. */
export interface Inventory {
  /** The servers: name in the inventory → the one that has this name now. */
  readonly hosts: Readonly<Record<string, Server>>;
  readonly applications: Readonly<Record<string, Housed>>;
}

const REPOSITORY = new URL("../..", import.meta.url).pathname;

/** Users through whom definitions are fetched and backups are saved, and one who makes the image. */
const PREPARE = `
ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
useradd --create-home --home-dir /srv/git --shell /usr/bin/git-shell git
useradd --create-home --home-dir /srv/restic --shell /usr/sbin/nologin restic
install -d -m 700 -o git -g git /srv/git/.ssh
install -d -m 700 -o restic -g restic /srv/restic/.ssh
git config --system user.name Admin
git config --system user.email admin@example.test
git config --system safe.directory '*'
mkdir -p /root/keys
install -d -o builder /srv/registry`;

/** Given an application's name and the copy of its example: a key that may fetch and save, a password, and the definition as a git repository. */
const HOUSE = `
ssh-keygen -q -t ed25519 -N '' -C "$1" -f "/root/keys/$1"
echo "restrict $(cat "/root/keys/$1.pub")" >>/srv/git/.ssh/authorized_keys
echo "restrict,command=\\"internal-sftp\\" $(cat "/root/keys/$1.pub")" >>/srv/restic/.ssh/authorized_keys
chown git: /srv/git/.ssh/authorized_keys
chown restic: /srv/restic/.ssh/authorized_keys
head -c 24 /dev/urandom | base64 >"/root/keys/$1.password"
cd "$2"
git init -q -b main && git add . && git commit -q -m Begin
git clone -q --bare . "/srv/git/$1.git"
chown -R git: "/srv/git/$1.git"`;

/** What a registry is asked for is files, as long as nothing is pushed. */
const PUBLISH = `
cd "$(mktemp -d)"
podman save -q --format oci-dir -o image localhost/busybox
cd image/blobs/sha256
mkdir -p /srv/registry/v2/busybox/manifests /srv/registry/v2/busybox/blobs
manifest=$(sed 's/.*"digest":"sha256:\\([^"]*\\)".*/\\1/' ../../index.json)
for blob in *; do cp "$blob" "/srv/registry/v2/busybox/blobs/sha256:$blob"; done
cp "$manifest" "/srv/registry/v2/busybox/manifests/sha256:$manifest"
cp "$manifest" /srv/registry/v2/busybox/manifests/1
echo '{}' >/srv/registry/v2/index.json`;

/** Where it listens: Debian's docker-registry, which the office has for other tests, takes 5000 by itself. */
const REGISTRY_PORT = 5080;

const REGISTRY = `
server.document-root = "/srv/registry"
server.port = ${REGISTRY_PORT}
index-file.names = ( "index.json" )
mimetype.assign = ( "" => "application/octet-stream" )
$HTTP["url"] =~ "/manifests/" { mimetype.assign = ( "" => "application/vnd.oci.image.manifest.v1+json" ) }
`;

/** Opens an office. */
export async function openOffice(release: Release): Promise<Server> {
  const office = await bootServer({ release: withAnsible(release), name: "office" });
  try {
    await office.user("builder");
    await sh(office, PREPARE);
    await copyPlaybook(office);
    await office.copy(PPM, "/root/ppm");
    await makeImage(office, "builder");
    await office.run(["sh", "-ec", PUBLISH], { user: "builder" });
    await office.writeFile("/etc/registry.conf", REGISTRY);
    await office.run(["systemd-run", "-q", "--unit=registry", "lighttpd", "-D", "-f", "/etc/registry.conf"]);
    return office;
  } catch (error) {
    await office.destroy();
    throw error;
  }
}

/** The image that every server may run, which has busybox in it. */
export function imageAt(office: Server): string {
  return `${office.name}:${REGISTRY_PORT}/busybox:1`;
}

/** Makes what an application needs in the office. */
export async function house(office: Server, name: string, example: string): Promise<void> {
  const copy = `${sharedDirectory()}/${name}`;
  const { success } = await new Deno.Command("cp", { args: ["-r", `${REPOSITORY}examples/${example}`, copy] })
    .output();
  if (!success) throw new Error(`Cannot copy examples/${example}`);
  await sh(office, HOUSE, name, `/srv/shared/${name}`);
}

/**
 * Boots a bare server as whoever installs one does: the administrator's key is there, and where images come from; others have come first, so
 * that no user and no subordinate id has the number that it has elsewhere.
 */
export async function bootBare(
  office: Server,
  { release, name, before = [] }: {
    readonly release: Release;
    readonly name: string;
    readonly before?: readonly string[];
  },
): Promise<Server> {
  const bare: RootFileSystem = `bare-${release}`;
  const server = await bootServer({ release: bare, name });
  try {
    await office.connect(server);
    const key = await office.readFile("/root/.ssh/id_ed25519.pub");
    await server.writeFile("/root/.ssh/authorized_keys", key, { mode: 0o600 });
    const registry = `[[registry]]\nlocation = "${office.name}:${REGISTRY_PORT}"\ninsecure = true\n`;
    await server.writeFile("/etc/containers/registries.conf.d/office.conf", registry);
    for (const user of before) await server.run(["useradd", "--create-home", user]);
    // It has just been switched on.
    const know = 'until ssh-keyscan "$1" 2>/dev/null >>/root/.ssh/known_hosts; do sleep 1; done';
    await sh(office, know, server.name);
    return server;
  } catch (error) {
    await server.destroy();
    throw error;
  }
}

/** Writes the inventory; secrets go through ansible-vault. */
export async function writeInventory(office: Server, { hosts, applications }: Inventory): Promise<void> {
  const scanned = (await office.run(["ssh-keyscan", "-t", "ed25519", office.name])).stdout;
  // Since OpenSSH 9.8 the remark on the server's version is in the output as well.
  const known = scanned.split("\n").filter((line) => /^[^#]/.test(line));
  const secrets: Record<string, string> = {};
  const entries: Record<string, unknown> = {};
  for (const [name, { host, backup, variables }] of Object.entries(applications)) {
    const vault = `vault_${name.replaceAll("-", "_")}`;
    secrets[`${vault}_ssh_key`] = await office.readFile(`/root/keys/${name}`);
    secrets[`${vault}_restic_password`] = (await office.readFile(`/root/keys/${name}.password`)).trim();
    const definition = { repository: `ssh://git@${office.name}/srv/git/${name}.git` };
    const repository = { repository: `sftp:restic@${office.name}:${name}` };
    entries[name] = {
      host,
      config: { definition, ...(backup ? { backup: repository } : {}), variables },
      ...(backup ? { restic_password: `{{ ${vault}_restic_password }}` } : {}),
      ssh_key: `{{ ${vault}_ssh_key }}`,
      ssh_known_hosts: known,
    };
  }
  const servers = Object.entries(hosts).map(([name, server]) => [name, { ansible_host: server.name }]);
  const vars = { ansible_user: "root", ansible_become_method: "su" };
  await write(office, "hosts.yml", { servers: { hosts: Object.fromEntries(servers), vars } });
  await write(office, "group_vars/servers/main.yml", {
    ppm_binary: "/root/ppm",
    ppm_packages_besides: ["caddy", "busybox-static"],
    ppm_masked_units: ["caddy.service"], // Debian's own, which would take the ports
    ppm_low_ports_from: 80,
    ppm_journal_on_disk: true,
    ppm_firewall: true,
  });
  await write(office, "group_vars/servers/applications.yml", { ppm_applications: entries });
  await write(office, "group_vars/servers/vault.yml", secrets);
  await encrypt(office, "inventory/group_vars/servers/vault.yml");
}

/** A file of the inventory: JSON is YAML. */
async function write(office: Server, file: string, content: unknown): Promise<void> {
  await office.writeFile(`${PLAYBOOK}/inventory/${file}`, `${JSON.stringify(content, null, 2)}\n`, {
    mode: 0o600,
  });
}

async function sh(server: Server, script: string, ...args: readonly string[]): Promise<void> {
  await server.run(["sh", "-ec", script, "sh", ...args]);
}
