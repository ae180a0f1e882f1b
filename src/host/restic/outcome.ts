/** What restic's exit codes and messages mean, 0.14 to 0.19. */
import { UserError } from "../../errors.ts";

/** A release of restic. */
export interface ResticVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** What went wrong, as far as it can be told. */
export type ResticTrouble =
  | "absent"
  | "unreachable"
  | "locked"
  | "password"
  | "denied"
  | "full"
  | "damaged"
  | "interrupted"
  | "panic"
  | "unknown";

/** restic did not do what was asked, or what it printed is not what it prints. Exit code 6. */
export class ResticError extends UserError {
  readonly trouble: ResticTrouble;
  /** restic's exit code; null where it did not end by itself, or ended well and printed nonsense. */
  readonly code: number | null;

  constructor(
    message: string,
    options: {
      readonly trouble: ResticTrouble;
      readonly code: number | null;
      readonly hint?: string;
      readonly cause?: unknown;
    },
  ) {
    super(message, { ...options, exit: "backup" });
    this.name = "ResticError";
    this.trouble = options.trouble;
    this.code = options.code;
  }
}
