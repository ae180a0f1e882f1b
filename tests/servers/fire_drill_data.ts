/** What four applications have that may not be lost: written through the applications, by way of the proxy, and looked at from inside. */
import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Server } from "./server.ts";

/** The applications, in the order of the inventory: the example, the path at which each is asked and what it says then. Debian's caddy brings a user of that name. */
export const SITES = {
  web: {
    example: "caddy",
    domain: "nobody.example.test",
    path: "/",
    says: /No application of this server has this name/,
  },
  guestbook: {
    example: "guestbook",
    domain: "book.example.test",
    path: "/cgi-bin/sign",
    says: /Line 300 of the book/,
  },
  shopping: { example: "shopping", domain: "list.example.test", path: "/", says: /Oat flakes/ },
  "static-site": { example: "static-site", domain: "site.example.test", path: "/", says: /<title>/ },
} as const;

/** The name of an application of the drill. */
export type Application = keyof typeof SITES;

/** All of them. */
export const APPLICATIONS: readonly Application[] = ["web", "guestbook", "shopping", "static-site"];

/** Where the office keeps the certificate of the authority that the proxy makes for itself, in its data. */
const AUTHORITY = "/root/authority.crt";

/** What a server had of one application. */
export interface Belongings {
  /** Type, mode, owner as seen inside of containers, links, size, time, name and content of everything in `data/`. */
  readonly data: string;
  /** The generated secrets and the key. */
  readonly secrets: string;
}

/** curl's arguments in the office, for an application of a server: by the proxy, whose certificate must be of the authority that is known. */
function ask(server: Server, application: Application, path: string): readonly string[] {
  const { domain } = SITES[application];
  const to = ["--connect-to", `::${server.name}:`, "--max-time", "20", "--no-progress-meter"];
  // A name that nobody has asked for has no certificate.
  return application === "web"
    ? ["curl", ...to, `http://${domain}${path}`]
    : ["curl", "--fail", ...to, "--cacert", AUTHORITY, `https://${domain}${path}`];
}

/** Whether an application answers through the proxy, with what it says. */
export async function answers(office: Server, server: Server, application: Application): Promise<boolean> {
  const { path, says } = SITES[application];
  const { code, stdout } = await office.run(ask(server, application, path), { check: false });
  return code === 0 && says.test(stdout);
}

/** Waits until one path of an application answers, and returns what it says; throws after a minute with what curl said. */
async function get(
  office: Server,
  server: Server,
  application: Application,
  ...args: readonly string[]
): Promise<string> {
  const [path = "/", ...more] = args;
  return (await office.run([
    ...ask(server, application, path),
    "--retry",
    "20",
    "--retry-all-errors",
    "--retry-delay",
    "1",
    ...more,
  ])).stdout;
}

/** Uses the applications, as people do, and saves what they wrote: by `ppm backup` where a timer would, and where the application itself asks for it, as it does. */
export async function use(office: Server, home: Server): Promise<void> {
  // The proxy has made itself an authority, which people trust from here on.
  const authority = "data/caddy/pki/authorities/local/root.crt";
  await home.run(["sh", "-c", `until [ -s ${authority} ]; do sleep 0.2; done`], { user: "web" });
  await office.writeFile(AUTHORITY, await home.readFile(`/home/web/${authority}`));

  await get(office, home, "guestbook", "/cgi-bin/sign?Line%20[1-300]%20of%20the%20book", "-o", "/dev/null");
  const password =
    (await home.readFile("/home/shopping/.ppm/secrets.yml")).match(/^password: *"?([^"\n]+)/m)?.[1] ?? "";
  ok(password.length >= 20, "the shopping list has no password");
  for (const thing of ["Oat flakes", "Salt", "Käse", "Soap"]) {
    await get(
      office,
      home,
      "shopping",
      "/cgi-bin/change",
      "-u",
      `household:${password}`,
      "--data-urlencode",
      `need=${thing}`,
    );
  }
  await get(office, home, "static-site");
  for (const application of APPLICATIONS) await answersNow(office, home, application);

  for (const user of ["web", "guestbook"]) await home.run(["ppm", "backup"], { user, seconds: 300 });
  await home.run(["systemctl", "--user", "start", "shopping-dump.service"], { user: "shopping" });
  // Its path unit asks for the backup; what burns in the middle of one leaves the repository locked until restic takes the lock for stale.
  const saved = `i=0; until ppm snapshots --json | grep -q '"time"' && \
    [ -z "$(systemctl --user list-units --no-legend --plain --state=activating,active,deactivating 'ppm-*.service')" ]; do
    i=$((i+1)); [ $i -lt 120 ] || exit 1; sleep 1; done`;
  await home.run(["sh", "-c", saved], { user: "shopping", seconds: 300 });
}

/** Throws unless an application answers. */
export async function answersNow(office: Server, server: Server, application: Application): Promise<void> {
  match(await get(office, server, application, SITES[application].path), SITES[application].says);
}

/** What is left out: the list that the dump stands for, and when Caddy has last tidied up, which it says anew at each start. */
const DIGEST = `cd ~/data 2>/dev/null || exit 0
left_out='-path ./list -prune -o -path ./caddy/last_clean.json -prune -o -path ./caddy/locks -prune -o'
find . $left_out \\( -type f -printf '%y %m %U:%G %n %s %T@ %p\\n' -o -type l -printf '%y %U:%G %l %p\\n' -o -type d -printf '%y %m %U:%G %p\\n' \\) | sort
find . $left_out -type f -print0 | sort -z | xargs -0r sha256sum`;

/** Returns what a server has of an application. */
export async function belongings(server: Server, user: Application): Promise<Belongings> {
  const data = (await server.run(["podman", "unshare", "sh", "-c", DIGEST], { user })).stdout;
  const secrets =
    (await server.run(["sh", "-c", "cat .ppm/secrets.yml .ppm/key 2>/dev/null || true"], { user })).stdout;
  return { data, secrets };
}

/** Throws unless all that was there is there again, for users of other numbers. */
export async function compareAll(
  old: ReadonlyMap<Application, Belongings & Numbers>,
  server: Server,
): Promise<void> {
  for (const [application, { data, secrets, uid, subordinate }] of old) {
    const now = await belongings(server, application);
    strictEqual(now.data, data, `data/ of ${application} is another one`);
    // A definition without a backup has nothing that its secrets could come from.
    if (application !== "static-site") {
      strictEqual(now.secrets, secrets, `the secrets of ${application} are others`);
    }
    const numbers = await numbersOf(server, application);
    notStrictEqual(numbers.uid, uid);
    notStrictEqual(numbers.subordinate, subordinate);
  }
  const data = old.get("guestbook")?.data ?? "";
  match(data, /^f \d+ 33:33 1 \d+ \S+ \.\/book\/book$/m, "the book is not a container's");
  ok((old.get("shopping")?.secrets ?? "").length > 40 && (old.get("web")?.data ?? "").includes("root.key"));
}

/** The numbers of a user, outside. */
export interface Numbers {
  readonly uid: string;
  readonly subordinate: string;
}

/** Returns the numbers of a user on a server. */
export async function numbersOf(server: Server, user: string): Promise<Numbers> {
  const { stdout } = await server.run(["sh", "-c", 'id -u "$1"; grep "^$1:" /etc/subuid', "sh", user]);
  const [uid = "", subordinate = ""] = stdout.trim().split("\n");
  return { uid, subordinate };
}

/** Throws unless root's firewall lets in whom the applications ask for, and nobody else. */
export async function firewallHolds(office: Server, server: Server): Promise<void> {
  const stranger = "10.77.0.254";
  await office.run(["sh", "-c", `ip address add ${stranger}/24 dev ethernet 2>/dev/null || true`]);
  const url = `http://${SITES.web.domain}/`;
  const curl = ["curl", "--max-time", "3", "--no-progress-meter", "--connect-to", `::${server.name}:`, url];
  const loaded =
    `i=0; until nft list table inet ppm | grep -q 443; do i=$((i+1)); [ $i -lt 60 ] || exit 1; sleep 1; done`;
  await server.run(["sh", "-c", loaded]);
  const codes = [];
  for (const from of [await office.address(), stranger]) {
    codes.push((await office.run([...curl, "--interface", from], { check: false })).code);
  }
  deepStrictEqual(codes, [0, 28], "the firewall lets in somebody else than whom the proxy asks for");
}
