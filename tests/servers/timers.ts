/** The timers of many users: whether they start their services all at once. */
import type { Pet } from "./pet.ts";
import type { Server } from "./server.ts";

/** When timers elapse next, in seconds since 1970, in the order of the users. */
export type Elapses = Readonly<Record<string, readonly number[]>>;

/** Makes users linger who have the timers, and what these start, that ppm wrote for one. Returns when the systemd of each of them answers. */
export async function shareTimers({ server, user }: Pet, users: readonly string[]): Promise<void> {
  const script = `set -e; from=/home/$1/.config/systemd/user; shift
    for user; do
      home=/home/$user; units=$home/.config/systemd/user
      mkdir -p "$units/timers.target.wants"; cp "$from"/ppm-*.* "$units/"
      for timer in "$from"/timers.target.wants/*; do ln -s "../\${timer##*/}" "$units/timers.target.wants/"; done
      chown -R "$user:" "$home"
    done
    loginctl enable-linger "$@"
    for user; do until [ -S "/run/user/$(id -u "$user")/systemd/private" ]; do sleep .1; done; done`;
  await server.run(["sh", "-c", script, "sh", user, ...users], { seconds: 900 });
}

/** Returns when the timers elapse, as the systemd of each user says it: before it puts together what is due within `AccuracySec=`. */
export async function nextElapses(
  server: Server,
  users: readonly string[],
  timers: readonly string[],
): Promise<Elapses> {
  const script = `timers=$1; shift
    for user; do
      uid=$(id -u "$user")
      setpriv --reuid "$uid" --regid "$uid" --clear-groups env TZ=UTC XDG_RUNTIME_DIR=/run/user/$uid \\
        systemctl --user show --property Id,NextElapseUSecRealtime $timers; echo
    done`;
  const { stdout } = await server.run(["sh", "-ec", script, "sh", timers.join(" "), ...users], {
    seconds: 300,
  });
  return Object.fromEntries(timers.map((timer) => {
    const blocks = stdout.trim().split("\n\n").filter((block) => block.split("\n").includes(`Id=${timer}`));
    const seconds = blocks.map(secondsOf);
    if (seconds.length !== users.length || seconds.some(Number.isNaN)) {
      throw new Error(`${timer}:\n${stdout}`);
    }
    return [timer, seconds];
  }));
}

/** Reads `NextElapseUSecRealtime=Mon 2026-11-23 03:12:34 UTC`. */
function secondsOf(block: string): number {
  const [, date, time] = /^NextElapseUSecRealtime=\w+ (\S+) (\S+) UTC$/m.exec(block) ?? [];
  return Date.parse(`${date}T${time}Z`) / 1000;
}
