/** Tells how a backup goes: to the journal in lines, and to whoever follows it through a file. */
import type { Progress } from "../host/restic/messages.ts";
import { UserError } from "../errors.ts";
import type { Hands } from "../apply/hands.ts";
import { writeRunProgress } from "./progress_file.ts";

/** How often the file is written while a pass goes on. */
const EVERY_MS = 500;

export class Narrator {
  readonly #hands: Hands;
  readonly #invocation: string;
  #text = "";
  #passBeganMs = 0;
  #writtenMs = -Infinity;

  /** `invocation`: systemd's name for this run of the unit. */
  constructor(hands: Hands, invocation: string) {
    this.#hands = hands;
    this.#invocation = invocation;
  }

  /** Says what is done next. */
  say(text: string): void {
    this.#hands.output.info(text);
    this.#text = text;
    this.#passBeganMs = this.#hands.clock.elapsed();
    this.#write(null);
  }

  /** Says how far the pass is that was told of last. */
  pass(progress: Progress): void {
    if (this.#hands.clock.elapsed() - this.#writtenMs >= EVERY_MS) this.#write(progress);
  }

  /** Nobody has to follow: that nothing can be said is no reason to save nothing. */
  #write(pass: Progress | null): void {
    this.#writtenMs = this.#hands.clock.elapsed();
    const passMs = Math.round(this.#writtenMs - this.#passBeganMs);
    try {
      writeRunProgress(this.#hands.system, { invocation: this.#invocation, text: this.#text, pass, passMs });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#hands.output.debug(error.message);
    }
  }
}
