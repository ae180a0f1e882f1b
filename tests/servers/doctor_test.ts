/** `ppm doctor` on real servers: each fault in turn is found, and no other; what it prints mends it. */
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert/strict";
import { type DoctorPlace, makeDoctorPlace, said } from "./doctor_place.ts";
import { eachRelease, type Release } from "./server.ts";

/** Something that can be wrong with an application that was all right. */
interface Fault {
  /** What is done, as root; `as app` where the user does it. */
  readonly fault: string;
  readonly root?: string;
  readonly app?: string;
  /** The one finding: `check: what`. */
  readonly found: RegExp;
  /** What mends it where no command is printed, but advice: as root. */
  readonly otherwise?: string;
  /** What may be left to do for the user: podman does not always find again the containers of a systemd that is gone. */
  readonly thereafter?: string;
  readonly only?: Release;
}

const ROOT = {};

/** A restic that says it is another one. */
const OLD_RESTIC =
  '#!/bin/sh\n[ "$1" != version ] || { echo "restic 0.13.1 compiled with go1.18 on linux/amd64"; exit; }\nexec /usr/bin/restic "$@"\n';

/** The package manager of a server without a network: it puts back what was taken away. */
const STAND_IN = '#!/bin/sh\n[ "$*" = "install -y uidmap" ] && mv /root/newuidmap /usr/bin/newuidmap\n';

const STARTED =
  "until [ -S $XDG_RUNTIME_DIR/systemd/private ]; do sleep .2; done; ppm start -q || ppm start -q";

const FAULTS: readonly Fault[] = [
  {
    fault: "an old restic stands before the distribution's",
    root: `printf '%s' '${OLD_RESTIC}' >/usr/local/bin/restic; chmod 755 /usr/local/bin/restic`,
    found: /^programs: restic 0\.13\.1 \(\/usr\/local\/bin\/restic\) is older than 0\.14$/,
  },
  {
    fault: "a program is not there",
    root:
      `mv /usr/bin/newuidmap /root/; printf '%s' '${STAND_IN}' >/usr/local/bin/apt-get; chmod 755 /usr/local/bin/apt-get`,
    found: /^programs: newuidmap is not there$/,
  },
  {
    fault: "the user has no subordinate uids",
    root: "sed -i /^app:/d /etc/subuid",
    found: /^subordinate-ids: app has too few subordinate ids in \/etc\/subuid$/,
  },
  {
    fault: "the user has too few subordinate gids",
    root: "sed -i 's/^app:\\(.*\\):.*/app:\\1:10/' /etc/subgid",
    found: /^subordinate-ids: app has too few subordinate ids in \/etc\/subgid$/,
  },
  {
    fault: "another user has the same subordinate uids",
    root: "sed -n 's/^app:/other:/p' /etc/subuid >>/etc/subuid",
    found: /^subordinate-ids: app and other have subordinate ids in common in \/etc\/subuid$/,
    otherwise: "sed -i /^other:/d /etc/subuid",
  },
  {
    fault: "low ports are root's",
    root:
      "sysctl -q net.ipv4.ip_unprivileged_port_start=1024; rm -f /etc/sysctl.d/50-unprivileged-ports.conf",
    found: /^ports: only root may listen at port 80$/,
  },
  {
    fault: "nothing has reached the network",
    root:
      "systemctl stop network-online.target; rm -f /etc/systemd/system/multi-user.target.wants/network-online.target",
    found: /^network-online: network-online\.target was not reached$/,
    only: "trixie",
  },
  {
    fault: "others can change config.yml",
    app: "chmod 666 config.yml",
    found: /^config: .*mode 0?666: others can change it$/,
  },
  {
    fault: "config.yml is somebody else's",
    root: "useradd other && chown other /home/app/config.yml",
    found: /^config: .*it belongs to uid \d+$/,
  },
  {
    fault: "config.yml has an unknown key",
    app: "cp config.yml saved && echo 'intsance: x' >>config.yml",
    found: /^config: .*intsance/,
    otherwise: "mv /home/app/saved /home/app/config.yml",
  },
  {
    fault: "config.yml is gone",
    app: "mv config.yml saved",
    found: /^config: .*does not exist$/,
    otherwise: "mv /home/app/saved /home/app/config.yml",
  },
  {
    fault: "config.yml says something new",
    app: "echo '# a word' >>config.yml",
    found: /^drift: .*config\.yml changed since the last setup$/,
  },
  {
    fault: "everybody may write into the state directory",
    root: "chmod 777 /var/lib/ppm/state",
    found: /^state-directory: \/var\/lib\/ppm\/state can be written by others$/,
  },
  {
    fault: "the user's place in the state directory is root's",
    root: "chown root /var/lib/ppm/state/app",
    found: /^state-directory: \/var\/lib\/ppm\/state\/app does not belong to app$/,
  },
  {
    fault: "the state file is gone",
    app: "rm /var/lib/ppm/state/app/state.yml",
    found: /^drift: \/var\/lib\/ppm\/state\/app\/state\.yml is missing$/,
  },
  {
    fault: "others can read the password",
    app: "chmod 644 .restic-password",
    found: /^password-file: .*has mode 0?644/,
  },
  {
    fault: "the password is root's",
    root: "chown root /home/app/.restic-password",
    found: /^password-file: .*belongs to uid 0$/,
  },
  {
    fault: "the password is gone",
    app: "mv .restic-password saved",
    found: /^password-file: .*does not exist$/,
    otherwise: "mv /home/app/saved /home/app/.restic-password",
  },
  {
    fault: "the password is another one",
    app: "cp -p .restic-password saved && echo wrong >.restic-password",
    found: /^repository: Cannot /,
    otherwise: "mv /home/app/saved /home/app/.restic-password",
  },
  {
    fault: "the repository is not mounted",
    root: "mv /srv/backup/app /srv/backup/elsewhere",
    found: /^repository: Cannot /,
    otherwise: "mv /srv/backup/elsewhere /srv/backup/app",
  },
  {
    fault: "the server does not know any more that it claimed its backups",
    app: "rm .ppm/lineage.json",
    found: /^claim: Cannot write to the backups of "app"/,
    otherwise: "su - app -c 'ppm backup --take-over'",
  },
  {
    fault: "the disk of the repository is full",
    root: "head -c 100M /dev/zero >/srv/backup/full",
    found: /^space: only .* of 160 MiB are free at \/srv\/backup\/app$/,
    otherwise: "rm /srv/backup/full",
  },
  {
    fault: "a file was edited by hand",
    app: "echo '# a word' >>.config/systemd/user/page.service",
    found: /^drift: ~\/\.config\/systemd\/user\/page\.service was edited by hand$/,
    thereafter: "ppm restart -q",
  },
  {
    fault: "a file is gone",
    app: "rm .config/systemd/user/low.socket",
    found: /^drift: ~\/\.config\/systemd\/user\/low\.socket is missing$/,
    thereafter: "ppm restart -q",
  },
  {
    fault: "the target is not enabled",
    app: "systemctl --user -q disable page.target",
    found: /^enabled: not enabled: page\.target$/,
  },
  {
    fault: "the application was stopped",
    app: "ppm stop -q",
    found: /^units: page\.target is stopped$/,
  },
  {
    fault: "a unit has failed",
    app: "systemctl --user kill --signal=KILL page.service; sleep 1",
    found: /^units: page\.service: failed/,
  },
  {
    fault: "a container was killed",
    app: "podman kill jar >/dev/null; sleep 1",
    found: /^units: jar\.service: failed/,
  },
  {
    fault: "the healthcheck fails",
    app: "echo ill >data/page/index.html",
    found: /^units: the healthcheck fails: http:\/\/127\.0\.0\.1:8100\//,
  },
  {
    fault: "the timer of the backups does not wait",
    app: "systemctl --user stop ppm-backup.timer",
    found: /^backups: ppm-backup\.timer is not active$/,
  },
  {
    fault: "the timer of the upgrades does not wait",
    app: "systemctl --user stop ppm-upgrade.timer",
    found: /^upgrades: ppm-upgrade\.timer is not active$/,
  },
  {
    fault: "the newest backup is too old",
    app: `sed -i -E '/"good"/,/}/s/"time": *[0-9]+/"time": 1000000000000/' .ppm/backup.json`,
    found: /^backups: overdue: the last good backup is .* old/,
  },
  {
    fault: "the newest backup is suspect",
    app: "rm -r data/many; ppm backup -q || true",
    found: /^backups: the last backup is suspect/,
  },
  {
    fault: "the user has no D-Bus",
    app: "systemctl --user stop dbus.socket dbus.service; rm -f $XDG_RUNTIME_DIR/bus",
    found: /^bus: nothing listens at \/run\/user\/\d+\/bus$/,
  },
  {
    fault: "the user does not linger",
    root: "loginctl disable-linger app; while [ -e /run/user/$(id -u app) ]; do sleep .2; done",
    found: /^lingering: app does not linger$/,
    thereafter: STARTED,
  },
  {
    fault: "the user's systemd has ended",
    root: "systemctl stop user@$(id -u app).service",
    found: /^manager: Cannot reach the systemd user manager of app/,
    thereafter: STARTED,
  },
];

const CLAIMS = "install -d /etc/ppm && echo 'app: { ports: [80] }' >/etc/ppm/claims.yml";

/** What root's own `ppm doctor` finds, and root's own script mends. */
const FAULTS_OF_ROOT: readonly Fault[] = [
  {
    fault: "others can change claims.yml",
    root: `${CLAIMS} && chmod 666 /etc/ppm/claims.yml`,
    found: /^claims: .*its mode is 0?666, so others can change it$/,
  },
  {
    fault: "claims.yml is an application's",
    root: "chown app /etc/ppm/claims.yml",
    found: /^claims: .*it belongs to uid \d+, not to root$/,
  },
  {
    fault: "claims.yml has an unknown key",
    root: "echo 'other: { prots: [90] }' >>/etc/ppm/claims.yml",
    found: /^claims: .*prots/,
    otherwise: "rm -r /etc/ppm",
  },
  {
    fault: "an application's place in the state directory is root's",
    root: "chown root /var/lib/ppm/state/app",
    found: /^state-directory: \/var\/lib\/ppm\/state\/app does not belong to app$/,
  },
  {
    fault: "something in the state directory is nobody's",
    root: "mkdir /var/lib/ppm/state/stranger",
    found: /^published: .*stranger/,
    otherwise: "rmdir /var/lib/ppm/state/stranger",
  },
  {
    fault: "a user with an application does not linger",
    root: "loginctl disable-linger app; while [ -e /run/user/$(id -u app) ]; do sleep .2; done",
    found: /^lingering: app does not linger$/,
    thereafter: STARTED,
  },
];

eachRelease(
  "ppm doctor finds each fault and no other, and what it prints mends it",
  async (release, t) => {
    await using place = await makeDoctorPlace(release);

    await t.step("before the first setup it says what is missing for one, and nothing else", async () => {
      strictEqual((await place.amiss()).map(said).join("\n"), "");
      await place.app("mv config.yml saved");
      const [finding, ...others] = await place.amiss();
      match(said(finding!), /^config: .*does not exist$/);
      deepStrictEqual(others, []);
      await place.app("mv saved config.yml");
    });

    await place.root("sysctl -q net.ipv4.ip_unprivileged_port_start=80");
    await place.app(
      "ppm setup -q --fresh; mkdir -p data/many; for i in $(seq 50); do echo $i >data/many/$i; done; ppm start -q; ppm backup -q",
    );

    await t.step("an application that is all right is content, and root has nothing to do", async () => {
      await place.content();
      const script = await place.runRootScript();
      doesNotMatch(script, /^[^#\n]/m);
    });

    await t.step("a fenced application is down as it should be, and may be another server's", async () => {
      const noted = async (check: string) =>
        (await place.ask()).findings.filter((finding) => finding.check === check && finding.state === "note")
          .map(said).join("\n");
      await place.app("cp .ppm/lineage.json saved; ppm backup -q --take-over; ppm backup -q --fence");
      await place.content();
      match(await noted("fence"), /^fence: the application is fenced since \S+, to move to another server$/);
      strictEqual(await noted("claim"), "");
      await place.app("mv .ppm/lineage.json newer; mv saved .ppm/lineage.json");
      await place.content();
      strictEqual(await noted("claim"), 'claim: another server has the backups of "app" now');
      await place.app("mv newer .ppm/lineage.json; ppm start -q --unfence");
      await place.content();
      strictEqual(await noted("fence"), "");
    });

    await place.content(ROOT);
    for (const fault of FAULTS_OF_ROOT) {
      if (!await t.step(`for root: ${fault.fault}`, () => findAndMend(place, fault, ROOT))) return;
    }
    await place.content();

    const faults = FAULTS.filter(({ only }) => only === undefined || only === release);
    for (const fault of faults) {
      // What comes after a fault that is not mended would find it too.
      if (!await t.step(fault.fault, () => findAndMend(place, fault))) return;
    }

    await t.step(
      "one script mends all that root can, can run twice, and says how to undo each line",
      async () => {
        for (const name of ["low ports are root's", "everybody may write into the state directory"]) {
          await place.root(FAULTS.find(({ fault }) => fault === name)!.root!);
        }
        await place.root("sed -i /^app:/d /etc/subuid /etc/subgid; chown root /home/app/.restic-password");
        const { stdout } = await place.pet.ppm(["doctor", "--root-script"]);
        match(stdout, /^set -eu$/m);
        const lines = stdout.split("\n");
        const commands = lines.filter((line) => /^(?!#|set -eu|echo \d+ steps? done)./.test(line));
        ok(commands.length >= 5, stdout);
        for (const command of commands) {
          match(lines[lines.indexOf(command) - 1]!, /^# Undo: ./);
          match(lines[lines.indexOf(command) - 2]!, /^# ./);
        }
        await place.server.run(["sh"], { stdin: stdout });
        await place.server.run(["sh"], { stdin: stdout });
        await place.app("ppm restart -q");
        await place.content();
      },
    );
  },
);

async function findAndMend(
  place: DoctorPlace,
  { root, app, found, otherwise, thereafter }: Fault,
  who?: typeof ROOT,
): Promise<void> {
  if (root !== undefined) await place.root(root);
  if (app !== undefined) await place.app(app);
  const [finding, ...others] = await place.amiss(who);
  ok(finding !== undefined, "nothing was found");
  match(said(finding), found);
  deepStrictEqual(others.map(said), []);
  ok(finding.why.length > 0, "it does not say why it matters");
  if (otherwise === undefined) {
    ok(finding.rootSteps.length + finding.mend.length > 0, "no command is printed");
    await place.mend(finding, who);
  } else {
    ok(finding.advice.length > 0, "it does not say what to do");
    await place.root(otherwise);
  }
  if (thereafter !== undefined) await place.app(thereafter);
  await place.content(who);
}
