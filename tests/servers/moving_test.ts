/** An application moves by another host in the inventory, from one release to the other and back, whatever is interrupted on the way. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { play, PLAYBOOK } from "./ansible_support.ts";
import { bootBare, house, type Housed, imageAt, openOffice, writeInventory } from "./office.ts";
import { inTurn, sample, SOAK } from "./sampling.ts";
import type { Server } from "./server.ts";

/** Where the book is, on its own server alone. */
const PAGE = "/cgi-bin/sign";
/** Prints the book, as root of a bare server can, which has no curl; what follows is signed into it. It is asked many times a second. */
const ASK =
  `timeout 5 bash -c 'exec 3<>/dev/tcp/127.0.0.1/8001; printf "GET ${PAGE}?%s HTTP/1.0\\r\\n\\r\\n" "$1" >&3
{ read -r _ status _; [ "$status" = 200 ] && sed "1,/^\\r\$/d"; } <&3' ask`;
const MANIFEST = "/home/guestbook/.ppm/manifest.json";
const FENCE = "/home/guestbook/.ppm/fence.json";

/** The two servers, by their names in the inventory. */
type Place = "here" | "there";

/** When something is interrupted: a condition on one of the servers, and what then happens. */
interface Interruption {
  readonly name: string;
  readonly where: "old" | "new";
  /** A shell condition, as root. */
  readonly when: string;
  /** What is killed. @default "ansible" */
  readonly kills?: "ansible" | "old" | "new";
}

const INTERRUPTIONS: readonly Interruption[] = [
  { name: "the backup of the stopped application", where: "old", when: `! ${ASK}` },
  { name: "the fence, the old server", where: "old", when: `test -e ${FENCE}`, kills: "old" },
  { name: "the restore", where: "new", when: "ls -d /home/guestbook/data* /home/guestbook/.ppm/[a-z]*" },
  { name: "the restore, the new server", where: "new", when: "test -e /home/guestbook/data", kills: "new" },
  { name: "the first answer", where: "new", when: ASK },
  { name: "the removal", where: "old", when: `test ! -e ${MANIFEST}` },
  { name: "the user's removal", where: "old", when: "test ! -e /home/guestbook/data", kills: "old" },
];

/** Which of them are tried: all in a soak, else one where Ansible is killed, or, in the other turn, one where a server is. */
function chosen(): readonly Interruption[] {
  const cut = (each: Interruption) => (each.kills ?? "ansible") !== "ansible";
  return inTurn([
    sample(INTERRUPTIONS.filter((each) => !cut(each)), 1, "moves, killed"),
    sample(INTERRUPTIONS.filter(cut), 1, "moves, power cut"),
  ], "moves").flat();
}

/** Two servers, an office, and an application that is now here, now there. */
class Movers {
  readonly office: Server;
  readonly servers: Readonly<Record<Place, Server>>;
  #plays = 0;
  /** What was wrong at any moment of a move. */
  readonly wrong: string[] = [];

  constructor(office: Server, servers: Readonly<Record<Place, Server>>) {
    this.office = office;
    this.servers = servers;
  }

  /** Says in the inventory where the application is to be. */
  async inventory(host: Place): Promise<void> {
    const variables = { port: 8001, image: imageAt(this.office) };
    const guestbook: Housed = { example: "guestbook", host, backup: true, variables };
    await writeInventory(this.office, { hosts: this.servers, applications: { guestbook } });
  }

  /** Runs the playbook; throws unless it ends well. */
  async play(...args: readonly string[]): Promise<void> {
    const { code, stdout } = await play(this.office, args, 900);
    strictEqual(code, 0, stdout);
  }

  /** Runs the playbook until something is true on a server, and interrupts it there; it may have ended by then. */
  async interrupted({ where, when, kills = "ansible" }: Interruption, from: Place, to: Place): Promise<void> {
    const unit = `play-${++this.#plays}`;
    const ansible =
      `cd ${PLAYBOOK} && exec ansible-playbook site.yml --vault-password-file /root/vault-password`;
    const env = ["--setenv=HOME=/root", "--setenv=LANG=C.UTF-8", "--setenv=ANSIBLE_NOCOLOR=1"];
    await this.office.run(["systemd-run", "-q", `--unit=${unit}`, ...env, "sh", "-c", ansible]);
    const observed = this.servers[where === "old" ? from : to];
    const running = () => this.office.run(["systemctl", "-q", "is-active", unit], { check: false });
    const deadline = performance.now() + 600_000;
    while ((await observed.run(["sh", "-c", `(${when}) >/dev/null 2>&1`], { check: false })).code !== 0) {
      if ((await running()).code !== 0) break;
      ok(performance.now() < deadline, `not within ten minutes: ${when}`);
    }
    await this.office.run(["systemctl", "kill", "--signal=KILL", unit], { check: false });
    if (kills === "ansible") return;
    const server = this.servers[kills === "old" ? from : to];
    await server.powerCut();
    await server.boot();
    await this.office.connect(server);
  }

  /** Whether the book answers on a server, with what is in it. */
  async book(place: Place): Promise<string | undefined> {
    const { code, stdout } = await this.servers[place].run(["sh", "-c", ASK], { check: false });
    return code === 0 ? stdout : undefined;
  }

  /** Writes a line into the book. */
  async sign(place: Place, line: string): Promise<void> {
    await this.servers[place].run(["sh", "-c", `${ASK} "$1"`, "sh", encodeURIComponent(line)]);
  }

  /** Looks at both servers until told to stop: never run both, and the old one has everything until the new one answers. */
  watch(from: Place, to: Place): () => Promise<void> {
    let over = false;
    const looking = (async () => {
      while (!over) {
        // The order matters: what answers here now did so before anything there was looked at.
        const old = await this.book(from);
        const now = await this.book(to);
        if (old !== undefined && now !== undefined && await this.book(from) !== undefined) {
          this.wrong.push("both run");
        }
        const left = await this.servers[from].run(["test", "-e", MANIFEST], { check: false });
        // Whoever is just booted answers nothing: then the old one has what it had.
        if (left.code === 1 && now === undefined && await this.book(to) === undefined && !over) {
          const started = await this.servers[to].run(["test", "-e", MANIFEST], { check: false });
          if (started.code === 1) {
            this.wrong.push("it was removed from the old server before it was on the new one");
          }
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    })();
    return async () => {
      over = true;
      await looking;
    };
  }

  /** Throws unless the application is on one server alone, with this in its book, and a backup can be made there. */
  async settled(place: Place, book: string): Promise<void> {
    strictEqual(await this.book(place), book);
    const other = this.servers[place === "here" ? "there" : "here"];
    strictEqual((await other.run(["getent", "passwd", "guestbook"], { check: false })).code, 2);
    strictEqual((await other.run(["ls", "/var/lib/ppm/state"], { check: false })).stdout, "");
    deepStrictEqual(this.wrong, []);
  }
}

Deno.test("an application moves to another host of the inventory and back, wherever that is interrupted", async (t) => {
  await using office = await openOffice("bookworm");
  await house(office, "guestbook", "guestbook");
  await using here = await bootBare(office, { release: "bookworm", name: "here" });
  await using there = await bootBare(office, { release: "trixie", name: "there", before: ["somebody"] });
  const movers = new Movers(office, { here, there });
  await movers.inventory("here");
  await movers.play("-e", "ppm_begin=guestbook");
  await movers.sign("here", "It began here");
  let book = "It began here\n";
  let at: Place = "here";

  /** Moves it, interrupted or not, and then for good. */
  async function move(interruption?: Interruption): Promise<void> {
    const from = at;
    const to = from === "here" ? "there" : "here";
    await movers.inventory(to);
    // A server that is killed answers nothing that could be looked at.
    const stop = (interruption?.kills ?? "ansible") === "ansible"
      ? movers.watch(from, to)
      : () => Promise.resolve();
    if (interruption !== undefined) await movers.interrupted(interruption, from, to);
    await movers.play();
    await stop();
    await movers.settled(to, book);
    at = to;
    const line = `It moved ${to}, after ${(interruption?.name ?? "nothing").replaceAll(/[^a-z ]/g, "")}`;
    await movers.sign(to, line);
    book += `${line}\n`;
  }

  /** A step; what follows begins where it has ended. */
  async function step(name: string, run: () => Promise<void>): Promise<void> {
    if (!await t.step(name, run)) throw new Error(`not well: ${name}`);
  }

  await step("nothing is interrupted", () => move());
  for (const interruption of chosen()) {
    await step(`interrupted: ${interruption.name}`, () => move(interruption));
  }
  if (!SOAK) return;
  await step("the administrator thinks better of it, and it stays", async () => {
    const to = at === "here" ? "there" : "here";
    await movers.inventory(to);
    await movers.interrupted({ name: "the fence", where: "old", when: `test -e ${FENCE}` }, at, to);
    await movers.inventory(at);
    await movers.play();
    strictEqual(await movers.book(at), book);
    strictEqual(await movers.book(to), undefined);
    match((await movers.servers[at].run(["ppm", "status"], { user: "guestbook" })).stdout, /up|active/);
    await movers.servers[at].run(["ppm", "backup"], { user: "guestbook" });
  });
});
