/** The rules of `ppm firewall`, loaded by the programs that they are for, with packets from allowed addresses and from others. */
import { deepEqual, match, notEqual, ok, strictEqual } from "node:assert/strict";
import { asked, bootLab, type Expected, type Lab, open, STATE } from "./firewall_lab.ts";
import { eachRelease, eitherRelease } from "./server.ts";
import { readSteps, replay } from "./session.ts";

const WEB = [
  open("80"),
  open("445", "10.7.0.0/24"),
  open("443", "10.7.0.0/24", "10.8.0.0/16", "2001:db8::/32"),
];
const ARCADE = [
  open("8000-8010"),
  open("8000-8010/udp", "192.0.2.7"),
  open("8005/udp", "10.7.0.0/24", "10.7.1.0/24"),
  open("9000", "0.0.0.0/0"),
  open("9001/udp", "::/0"),
];

/** nft filters the ports that are named, and only these. */
const narrowed: Expected = (...packet) => {
  const { named, allowed } = asked([...WEB, ...ARCADE], packet);
  return allowed || !named;
};

/** Other firewalls turn away what nobody asks for. */
const opened: Expected = (...packet) => asked([...WEB, ...ARCADE], packet).allowed;

eachRelease("ppm firewall makes rules that let in who was asked for and nobody else", async (release, t) => {
  await using lab = await bootLab(release, ["web", "arcade"]);
  await t.step("without rules every packet is answered", async () => {
    deepEqual(await lab.surprises(() => true), []);
  });
  await t.step("an empty state directory, or one that others can write to, makes no script", async () => {
    await refused(lab, /there is no application in/);
    match((await lab.sh("ppm firewall --allow-empty")).stdout, /^table inet ppm \{/m);
    await lab.sh(`chmod 777 ${STATE}`);
    await refused(lab, /Cannot read the state directory/, "--allow-empty");
    await lab.sh(`chmod 755 ${STATE} && mv ${STATE} /root/away`);
    await refused(lab, /Cannot read the state directory/, "--allow-empty");
    await lab.sh(`mv /root/away ${STATE}`);
  });
  await lab.publish("web", WEB);
  await lab.publish("arcade", ARCADE);

  await t.step("nft lets in who was asked for; loading it again changes nothing", async () => {
    await lab.sh(
      "nft 'table inet own { chain input { type filter hook input priority 0; tcp dport 21 drop; }; }'",
    );
    await lab.load("nft", "nft -f");
    const table = await lab.table();
    deepEqual(
      await lab.surprises((...packet) => narrowed(...packet) && !(packet[1] === 21 && packet[2] === "tcp")),
      [],
    );
    await lab.sh("nft delete table inet own");
    await lab.load("nft", "nft -f");
    strictEqual(await lab.table(), table);
    match(table, /tcp dport 80 accept comment "web \(notes\)"/);
  });
  await t.step(
    "what the server asks is answered at ports that are closed, and it reaches itself",
    async () => {
      const ask =
        "import socket,sys; s=socket.create_connection((sys.argv[1], int(sys.argv[2])), 2, ('', int(sys.argv[3])))";
      await lab.server.run(["python3", "-c", ask, "10.9.0.2", "7000", "445"]);
      await lab.server.run(["python3", "-c", ask, "10.9.0.1", "443", "0"]);
    },
  );
  await t.step("nft takes all of a script or nothing of it, also while packets come", async () => {
    const table = await lab.table();
    await lab.sh("(sed '/drop$/d' /root/script; echo nonsense) >/root/broken && ! nft -f /root/broken");
    strictEqual(await lab.table(), table);
    await lab.sh("systemd-run -q --unit=reload sh -c 'while nft -f /root/script; do :; done'");
    for (let round = 0; round < 3; round++) deepEqual(await lab.surprises(narrowed), []);
    await lab.sh("systemctl is-active reload && systemctl stop reload");
  });
  await t.step(
    "a new script replaces the one before; a port that nobody asks for any more is let be",
    async () => {
      await lab.publish("arcade", [open("8000", "10.7.0.2")]);
      await lab.load("nft", "nft -f");
      const now = [...WEB, open("8000", "10.7.0.2")];
      deepEqual(
        await lab.surprises((...packet) => asked(now, packet).allowed || !asked(now, packet).named),
        [],
      );
    },
  );
  await t.step("ports at which no user may listen are nobody's, unless claims give them", async () => {
    await lab.publish("arcade", [open("22", "10.7.0.2"), open("8000", "10.7.0.2")]);
    await lab.load("nft", "nft -f");
    const now = [...WEB, open("8000", "10.7.0.2")];
    const asWanted: Expected = (...packet) => asked(now, packet).allowed || !asked(now, packet).named;
    deepEqual(await lab.surprises(asWanted), []);
    await lab.server.writeFile("/etc/ppm/claims.yml", "arcade: { ports: [22] }\n");
    await lab.load("nft", "nft -f");
    const given = [open("22", "10.7.0.2")];
    deepEqual(
      await lab.surprises((...packet) => asked(given, packet).allowed || !asked(given, packet).named),
      [],
    );
    await lab.sh("rm /etc/ppm/claims.yml");
  });
  await t.step("a conflict makes no script", async () => {
    await lab.publish("arcade", [open("440-450/udp"), open("443")]);
    await refused(lab, /443\/tcp.*: arcade and web both want it/);
  });
  await t.step(
    "claims close what they give for other networks, and keep ports from who may not have them",
    async () => {
      await lab.server.writeFile(
        "/etc/ppm/claims.yml",
        "web: { ports: [80, 443], networks: [10.7.0.0/16] }\n",
      );
      await lab.load("nft", "nft -f");
      const now = [open("443", "10.7.0.0/24"), open("80", "10.255.0.0/32")];
      deepEqual(
        await lab.surprises((...packet) => asked(now, packet).allowed || !asked(now, packet).named),
        [],
      );
      await lab.sh("rm /etc/ppm/claims.yml && nft delete table inet ppm");
    },
  );

  await t.step("firewalld lets in who was asked for, and nobody whom root turns away", async () => {
    await lab.publish("arcade", ARCADE);
    await lab.sh(
      "rm /etc/systemd/system/firewalld.service && systemctl daemon-reload && systemctl start firewalld",
    );
    await lab.load("firewalld", "sh");
    deepEqual(
      await lab.surprises((...packet) => opened(...packet) || packet[1] === 22 && packet[2] === "tcp"),
      [],
    );
    await lab.sh(
      "firewall-cmd -q --permanent --add-rich-rule='rule family=ipv4 source address=10.8.0.2 drop'",
    );
    await lab.sh("firewall-cmd -q --permanent --remove-service=ssh");
    await lab.publish("arcade", []);
    await lab.load("firewalld", "sh");
    deepEqual(await lab.surprises((...packet) => packet[0] !== "10.8.0.2" && asked(WEB, packet).allowed), []);
    strictEqual((await lab.sh("ls -A /etc/firewalld/policies")).stdout, "ppm.xml\n");
    await lab.sh("systemctl stop firewalld");
  });

  await t.step("ufw lets in who was asked for, and keeps root's own rules", async () => {
    await lab.publish("arcade", ARCADE);
    await lab.sh(
      "ufw deny from 10.8.0.2 && ufw allow 22/tcp comment mine && ufw allow 80/tcp && ufw --force enable",
    );
    await lab.load("ufw", "sh");
    const mine: Expected = (...packet) => packet[1] === 22 && packet[2] === "tcp";
    const kept: Expected = (...packet) => packet[0] !== "10.8.0.2" && (opened(...packet) || mine(...packet));
    deepEqual(await lab.surprises(kept), []);
    const rules = (await lab.sh("ufw show added")).stdout;
    strictEqual((await lab.sh("sh /root/script && ufw show added")).stdout, rules);
    await lab.publish("arcade", [open("9000", "0.0.0.0/0")]);
    await lab.publish("web", []);
    await lab.load("ufw", "sh");
    const now = [open("9000", "0.0.0.0/0"), open("80")];
    deepEqual(
      await lab.surprises((...packet) =>
        packet[0] !== "10.8.0.2" && (asked(now, packet).allowed || mine(...packet))
      ),
      [],
    );
    const left = (await lab.sh("ppm firewall --format ufw --allow-empty >/dev/null; ufw show added")).stdout;
    match(left, /^ufw allow 80\/tcp$/m);
    match(left, /^ufw allow 22\/tcp comment 'mine'$/m);
    notEqual(left, rules);
    await lab.sh("ufw --force disable");
  });
});

eitherRelease(
  "docs/root-steps.md has the firewall loaded at boot and on every change, without losing any",
  async (release, t) => {
    await using lab = await bootLab(release, ["web", "arcade"]);
    const { server } = lab;
    const page = await Deno.readTextFile(new URL("../../docs/root-steps.md", import.meta.url));
    const begin = page.indexOf("### The firewall");
    const from = page.slice(0, begin).split("\n").length;
    const to = page.slice(0, page.indexOf("\n## ", begin)).split("\n").length;
    const steps = readSteps(page).filter(({ line }) => from < line && line <= to);
    strictEqual(steps.filter(({ kind }) => kind === "file").length, 5);
    await replay(server, "docs/root-steps.md", steps);

    await t.step(
      "what an application publishes is loaded, by a program that may do nothing else",
      async () => {
        await lab.publish("web", WEB);
        await lab.until(/tcp dport 443 drop/);
        strictEqual(
          (await server.run(["stat", "-c", "%U", "/var/lib/ppm-firewall/rules.nft"])).stdout,
          "ppm-firewall\n",
        );
        const { stdout } = await server.run([
          "systemd-analyze",
          "security",
          "--no-pager",
          "ppm-firewall.service",
        ]);
        ok(Number(/exposure level for .*: ([\d.]+)/.exec(stdout)?.[1]) < 5, stdout.split("\n").at(-2));
      },
    );
    await t.step(
      "of changes that come while it is at work, in bursts and after pauses of any length, the last one counts",
      async () => {
        const publish = `cd ${STATE}/web && cp state.yml .first && n=$1 && shift
          for pause; do n=$((n + 1)); sed "s/: 4242$/: $n/" .first >.new && mv .new state.yml && touch . && sleep $pause; done
          rm .first`;
        for (const [round, pauses] of [[1, []], [2, ["2", "0.3"]]] as const) {
          await lab.publish("web", [open("4242")]);
          const all = [...pauses, ...Array<string>(100).fill("0"), "0.1", "2.05", "0.02", "0"];
          await server.run(["sh", "-euc", publish, "sh", `${round}000`, ...all], { user: "web" });
          await lab.until(new RegExp(`tcp dport ${round * 1000 + all.length} drop`));
        }
        await lab.publish("web", WEB);
        await lab.until(/tcp dport 80 drop/);
      },
    );
    await t.step("a conflict changes nothing, and claims.yml that ends it is heard", async () => {
      await lab.publish("arcade", [open("443"), open("9000")]);
      await unit(lab, "failed");
      const { stdout } = await server.run(["journalctl", "-u", "ppm-firewall", "--no-pager"]);
      match(stdout, /443\/tcp.*: arcade and web both want it/);
      ok(!/9000/.test(await lab.table()));
      await server.writeFile("/etc/ppm/claims.yml", "web: { ports: [80, 443] }\narcade: { ports: [9000] }\n");
      await lab.until(/tcp dport 9000 drop/);
    });
    await t.step("at boot what was loaded last holds, though there is a conflict", async () => {
      await lab.sh("rm /etc/ppm/claims.yml");
      await unit(lab, "failed");
      await server.powerCut();
      await server.boot();
      strictEqual((await server.run(["systemctl", "is-failed", "ppm-firewall"])).stdout, "failed\n");
      match(await lab.table(), /tcp dport 9000 drop/);
      await lab.sh(`rm -r ${STATE}/arcade`);
      await lab.until(/tcp dport 9000 drop/, false);
      match(await lab.table(), /tcp dport 443 drop/);
      await server.powerCut();
      await server.boot();
      match(await lab.table(), /tcp dport 443 drop/);
    });
    await t.step("what the page says to undo it leaves nothing", async () => {
      const undo = /^Undo: (`systemctl disable[^]*?)$/m.exec(page)?.[1] ?? "";
      await lab.sh([...undo.matchAll(/`([^`]+)`/g)].map(([, command]) => command).join("\n"));
      const left =
        "find /etc/systemd /var/lib /run -name 'ppm-firewall*'; systemctl list-unit-files 'ppm-*' --no-legend || true; nft list tables";
      strictEqual((await lab.sh(left)).stdout, "");
    });
  },
);

/** Sees that ppm makes no script, and why. */
async function refused(lab: Lab, why: RegExp, ...args: readonly string[]): Promise<void> {
  const ran = await lab.server.run(["ppm", "firewall", ...args], { check: false });
  deepEqual([ran.code, ran.stdout], [1, ""]);
  match(ran.stderr, why);
}

/** Waits until the service has come to an end of some kind. */
async function unit(lab: Lab, state: string): Promise<void> {
  await lab.sh(
    `for _ in $(seq 75); do [ "$(systemctl is-active ppm-firewall)" != "$1" ] || exit 0; sleep 0.2; done; exit 1`,
    state,
  );
}
