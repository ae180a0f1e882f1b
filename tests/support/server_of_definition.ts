/** A server that root has prepared, with a definition in git, and a real sandbox to render it. */
import { RealSystem } from "../../src/host/real_system.ts";
import type { FileStat } from "../../src/host/system.ts";
import { FakeSystem } from "./fake_system.ts";

/** Where the user's entry of the state directory is. */
export const ENTRY = "/var/lib/ppm/state/app";

/** `definition`: by path in the repository. */
export class Server extends FakeSystem {
  constructor(config: string, definition: Readonly<Record<string, string>>) {
    super();
    this.addFile("/home/app/config.yml", config, 0o600);
    this.addFile(`${ENTRY}/x`, "");
    const blobs = Object.entries(definition).map(([path, text], at) => ({
      entry: `100644 blob ${String(at).repeat(40)} ${text.length}\t${path}\0`,
      content: `${String(at).repeat(40)} blob ${text.length}\n${text}\n`,
    }));
    this.program("git", (args) => ({
      stdout: blobs.map(({ entry, content }) => args.includes("ls-tree") ? entry : content).join(""),
    }));
    this.program("systemctl", () => ({})).program("systemd-analyze", () => ({})).program("ppm", () => ({}));
    this.addFile("/usr/bin/ppm", "", 0o755);
    this.program(
      "/proc/self/exe",
      (_, invocation) => new RealSystem().run({ ...invocation, directory: "/" }),
    );
  }

  override lstat(path: string): FileStat | undefined {
    const stat = super.lstat(path);
    return stat && path === "/var/lib/ppm/state" ? { ...stat, uid: 0 } : stat;
  }
}
