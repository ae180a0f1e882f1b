/** Servers from which an administrator works: Ansible is there, and what judges what is written for it. */
import { furnished, type Ran, type Release, type RootFileSystem, type Server } from "./server.ts";

/** The root file system of a release for servers with Ansible on it. */
export function withAnsible(release: Release): RootFileSystem {
  return furnished(release);
}

/** Where the playbook and its inventory are on the administrator's server. */
export const PLAYBOOK = "/root/ansible";

/** Brings `ansible/` to a server, and a password for its vault. */
export async function copyPlaybook(server: Server): Promise<void> {
  const source = new URL("../../ansible", import.meta.url).pathname;
  const walk = async (below: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(source + below)) {
      if (isDirectory) await walk(`${below}/${name}`);
      else await server.copy(`${source}${below}/${name}`, `${PLAYBOOK}${below}/${name}`);
    }
  };
  await walk("");
  await server.writeFile("/root/vault-password", "open sesame\n", { mode: 0o600 });
}

/** Encrypts a file of the inventory, as the administrator does. */
export async function encrypt(server: Server, file: string): Promise<void> {
  const vault = "cd /root/ansible && exec ansible-vault encrypt --vault-password-file /root/vault-password";
  await server.run(["sh", "-c", `${vault} "$1"`, "sh", file]);
}

/** What a playbook did on one server. */
export interface Recap {
  readonly ok: number;
  readonly changed: number;
  readonly unreachable: number;
  readonly failed: number;
  readonly rescued: number;
}

/** How a run of the playbook ended. */
export interface Played extends Ran {
  /** By the server's name in the inventory. */
  readonly recap: Readonly<Record<string, Recap>>;
}

/** Runs `ansible-playbook site.yml ARGS…`; ends with any code. */
export async function play(server: Server, args: readonly string[] = [], seconds = 900): Promise<Played> {
  const command =
    `cd ${PLAYBOOK} && exec ansible-playbook site.yml --vault-password-file /root/vault-password "$@"`;
  // As root after a login: ansible wants a home directory and a locale that has UTF-8.
  const env = { HOME: "/root", LANG: "C.UTF-8", ANSIBLE_NOCOLOR: "1" };
  const ran = await server.run(["sh", "-c", command, "sh", ...args], { env, seconds, check: false });
  return { ...ran, recap: readRecap(ran.stdout) };
}

/** Reads the last lines of a run: `home : ok=44 changed=0 unreachable=0 failed=0 skipped=9 rescued=0 ignored=0`. */
export function readRecap(output: string): Readonly<Record<string, Recap>> {
  const lines = output.slice(output.indexOf("PLAY RECAP")).matchAll(/^(\S+)\s+: (ok=.*)$/gm);
  return Object.fromEntries(
    [...lines].map(([, host = "", counts = ""]) => {
      const count = (name: string) => Number(new RegExp(`\\b${name}=(\\d+)`).exec(counts)?.[1]);
      return [host, {
        ok: count("ok"),
        changed: count("changed"),
        unreachable: count("unreachable"),
        failed: count("failed"),
        rescued: count("rescued"),
      }];
    }),
  );
}
