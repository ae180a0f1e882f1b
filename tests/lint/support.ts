/** What the tests of lint share: definitions on the disk, and a machine without systemd and podman, so that they say the same everywhere. */
import { formatProblem } from "../../src/errors.ts";
import type { FileStat } from "../../src/host/system.ts";
import { ReadOnlySystem } from "../../src/host/read_only_system.ts";
import { RealSystem } from "../../src/host/real_system.ts";
import { lint, type LintOptions } from "../../src/lint/lint.ts";
import type { LintReport } from "../../src/lint/report.ts";
import { PLUGINS } from "../../src/plugins/registry.ts";

/** This machine, as if systemd and podman were not installed. */
export class BareSystem extends ReadOnlySystem {
  constructor() {
    super(new RealSystem());
  }

  override which(program: string): string | undefined {
    return program === "systemd-analyze" ? undefined : super.which(program);
  }

  override lstat(path: string): FileStat | undefined {
    return /^\/usr\/.*(?:podman|quadlet)/.test(path) ? undefined : super.lstat(path);
  }
}

/** A definition in a directory of its own, which goes with it. */
export class Definition implements Disposable {
  readonly directory = Deno.makeTempDirSync({ prefix: "lint-" });

  constructor(files: Readonly<Record<string, string | null>>) {
    for (const [path, text] of Object.entries(files)) if (text !== null) this.write(path, text);
  }

  write(path: string, text: string | Uint8Array): void {
    const file = `${this.directory}/${path}`;
    Deno.mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    Deno.writeFileSync(file, typeof text === "string" ? new TextEncoder().encode(text) : text);
  }

  lint(options: Partial<LintOptions> = {}): Promise<LintReport> {
    return lint(new BareSystem(), this.directory, { registry: PLUGINS, ...options });
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.directory, { recursive: true });
  }
}

/** Returns errors, then notes, as they are printed. */
export function said({ errors, notes }: LintReport): readonly string[] {
  return [
    ...errors.map(formatProblem),
    ...notes.map((note) => formatProblem({ ...note, message: `note: ${note.message}` })),
  ];
}
