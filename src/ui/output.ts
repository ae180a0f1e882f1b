/**
 * Everything that people see goes through here: results to standard output, all else to standard error.
 *
 * Under systemd each line of standard error begins with its priority (sd-daemon(3)), so that `journalctl -p` can tell them apart.
 */
import { commandLine } from "../host/command_line.ts";
import type { Invocation } from "../host/system.ts";
import { type Bar, percent, progressBar } from "./progress_bar.ts";
import { Redaction, type Secret } from "./redaction.ts";
import type { Sink } from "./sink.ts";
import { makeStyle, type Style } from "./style.ts";
import { cut, printableJson } from "./text.ts";

/** Priorities of syslog(3), as far as ppm uses them. */
const PRIORITY = { error: 3, warning: 4, info: 6, debug: 7 } as const;

type Level = keyof typeof PRIORITY;

export interface OutputOptions {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Leaves out progress and hints that all is well. Warnings and errors stay. @default {false} */
  readonly quiet?: boolean;
  /** Shows each command before it runs. @default {false} */
  readonly verbose?: boolean;
  /** Whether colour may be used where there is a terminal. @default {true} */
  readonly color?: boolean;
  /** Whether standard error goes to systemd's journal. @default {false} */
  readonly journal?: boolean;
}

export class Output {
  /** How to mark parts of what goes to standard output. */
  readonly style: Style;
  readonly #options: OutputOptions;
  readonly #errorStyle: Style;
  readonly #redaction = new Redaction();
  #progress = "";
  /** What progress has been told of, where there is no terminal. */
  readonly #told = new Set<string>();
  #lastCommand = "";

  constructor(options: OutputOptions) {
    this.#options = options;
    this.style = makeStyle(this.colored);
    this.#errorStyle = makeStyle((options.color ?? true) && options.stderr.terminal);
  }

  /** The width that tables on standard output fit into; unlimited where nobody watches. */
  get columns(): number {
    return this.#options.stdout.terminal ? this.#options.stdout.columns : Infinity;
  }

  /** Whether standard output is a terminal that may be coloured. */
  get colored(): boolean {
    return (this.#options.color ?? true) && this.#options.stdout.terminal;
  }

  /** From now on replaces these values in everything that is printed. */
  redact(secrets: readonly Secret[]): void {
    this.#redaction.add(secrets);
  }

  /** Prints a result, one line or several. */
  print(text = ""): void {
    this.#clearProgress();
    this.#options.stdout.write(`${this.#redaction.apply(text)}\n`);
  }

  /** Prints a result for programs. */
  json(value: unknown): void {
    // Redacted before it is encoded: afterwards a secret with a quote in it would not be recognised.
    const redacted = (_: string, member: unknown) =>
      typeof member === "string" ? this.#redaction.apply(member) : member;
    this.print(printableJson(JSON.stringify(value, redacted, 2)));
  }

  /** Says what is going on or was done; silent with `--quiet`. */
  info(text: string): void {
    if (!this.#options.quiet) this.#report("info", text);
  }

  warn(text: string): void {
    this.#report("warning", text, `${this.#errorStyle.yellow("warning:")} `);
  }

  error(text: string): void {
    this.#report("error", text, `${this.#errorStyle.red("error:")} `);
  }

  /** Names a fault in a file, `file:line:column: …` at the start of the line, where editors and people look for it. */
  problem(text: string): void {
    this.#report("error", text);
  }

  /** Adds to the error before it: the next command, or what else helps. */
  hint(text: string): void {
    this.#report("error", text, `${this.#errorStyle.cyan("hint:")} `);
  }

  /** Says more to those who asked for it with `--verbose`. */
  debug(text: string): void {
    if (this.#options.verbose) this.#report("debug", this.#errorStyle.dim(text));
  }

  /** Shows a program that is about to run, as it could be typed; once, where the same is asked again and again. */
  command(invocation: Invocation): void {
    if (!this.#options.verbose) return;
    const args = invocation.args.map((arg) => this.#redaction.apply(arg));
    const line = commandLine({ program: invocation.program, args });
    if (line !== this.#lastCommand) this.debug(`+ ${line}`);
    this.#lastCommand = line;
  }

  /**
   * Says what is being waited for. On a terminal one line is written over again and again, with `detail` at its end (how long
   * so far, how much); elsewhere `text` is a line of its own, once until {@linkcode Output.endProgress}: a journal must not fill with what comes and goes.
   */
  progress(text: string, detail = ""): void {
    if (this.#options.quiet) return;
    if (!this.#options.stderr.terminal) {
      if (!this.#told.has(text)) this.#report("info", text);
      this.#told.add(text);
      return;
    }
    const line = cut(this.#redaction.apply(`${text} ${detail}`.trimEnd()), this.#options.stderr.columns - 1);
    this.#options.stderr.write(`\r\x1b[K${this.#errorStyle.dim(line)}`);
    this.#progress = text;
  }

  /** Says how far something is that moves data: a bar on a terminal; elsewhere a line each time another quarter is done. */
  bar(bar: Bar): void {
    if (this.#options.stderr.terminal) {
      this.progress(progressBar(bar, this.#options.stderr.columns - 1));
      return;
    }
    const quarter = Math.floor(percent(bar) / 25) * 25;
    this.progress(quarter === 0 ? bar.text : `${bar.text}: ${quarter}%`);
  }

  /** Ends the line of {@linkcode Output.progress}, so that it leaves no trace on a terminal. */
  endProgress(): void {
    this.#clearProgress();
    this.#told.clear();
    this.#progress = "";
  }

  #clearProgress(): void {
    if (this.#progress === "" || !this.#options.stderr.terminal) return;
    this.#options.stderr.write("\r\x1b[K");
    this.#progress = "";
  }

  #report(level: Level, text: string, label = ""): void {
    this.#clearProgress();
    const priority = this.#options.journal ? `<${PRIORITY[level]}>` : "";
    const lines = `${label}${this.#redaction.apply(text)}`.split("\n");
    this.#options.stderr.write(lines.map((line) => `${priority}${line}\n`).join(""));
  }
}
