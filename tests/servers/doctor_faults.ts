/** What can be wrong with a server and an application on it, what `ppm doctor` says of each, and what mends it. */
import type { Release } from "./server.ts";

/** Something that can be wrong with an application that was all right. */
export interface Fault {
  /** What is wrong. */
  readonly fault: string;
  /** The script of root's that brings it about. */
  readonly root?: string;
  /** The script of the application's user that does. */
  readonly app?: string;
  /** The one finding: `check: what`. */
  readonly found: RegExp;
  /** What mends it where no command is printed, but advice: as root. */
  readonly otherwise?: string;
  /** What may be left to do for the user: what was written anew is restarted; podman does not always find again the containers of a systemd that is gone. */
  readonly thereafter?: string;
  readonly only?: Release;
}

/** A restic that says it is another one. */
const OLD_RESTIC =
  '#!/bin/sh\n[ "$1" != version ] || { echo "restic 0.13.1 compiled with go1.18 on linux/amd64"; exit; }\nexec /usr/bin/restic "$@"\n';

/** The package manager of a server without a network: it puts back what was taken away. */
const STAND_IN = '#!/bin/sh\n[ "$*" = "install -y uidmap" ] && mv /root/newuidmap /usr/bin/newuidmap\n';

const STARTED =
  "until [ -S $XDG_RUNTIME_DIR/systemd/private ]; do sleep .2; done; ppm start -q || ppm start -q";

/** What the doctor of the application's user finds; its systemd ends last. */
export const FAULTS: readonly Fault[] = [
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
export const FAULTS_OF_ROOT: readonly Fault[] = [
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
