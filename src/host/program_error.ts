/** How the failure of another program is reported. */
import { UserError } from "../errors.ts";
import type { Invocation } from "./system.ts";
import { commandLine } from "./command_line.ts";

/** Why a program did not do what was asked. */
export type ProgramFailure =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "signal"; readonly signal: string }
  | { readonly kind: "timeout"; readonly timeoutMs: number }
  | { readonly kind: "aborted" }
  | { readonly kind: "output"; readonly maxBytes: number }
  | { readonly kind: "line"; readonly maxBytes: number }
  | { readonly kind: "missing" };

/** A program failed in a way that its caller had not accepted. Carries what is needed to understand or translate it. */
export class ProgramError extends UserError {
  readonly invocation: Invocation;
  readonly failure: ProgramFailure;
  readonly stdout: string;
  readonly stderr: string;

  constructor(
    invocation: Invocation,
    failure: ProgramFailure,
    output: { stdout?: string; stderr?: string } = {},
  ) {
    super(
      `${invocation.program} ${describe(failure)}: ${
        lastLine(output.stderr ?? "") || commandLine(invocation)
      }`,
      {
        hint: failure.kind === "missing"
          ? `Install ${invocation.program}, or see to it that it stands in the PATH`
          : `The command was: ${commandLine(invocation)}`,
      },
    );
    this.name = "ProgramError";
    this.invocation = invocation;
    this.failure = failure;
    this.stdout = output.stdout ?? "";
    this.stderr = output.stderr ?? "";
  }
}

function describe(failure: ProgramFailure): string {
  switch (failure.kind) {
    case "exit":
      return `failed (exit code ${failure.code})`;
    case "signal":
      return `was ended by ${failure.signal}`;
    case "timeout":
      return `did not end within ${Math.round(failure.timeoutMs / 1000)} s`;
    case "aborted":
      return "was told to end";
    case "line":
      return `printed a line of more than ${failure.maxBytes} bytes`;
    case "output":
      return `printed more than ${failure.maxBytes} bytes`;
    case "missing":
      return "was not found";
  }
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
