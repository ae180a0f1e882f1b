/** How far something is that moves data, in one line. Pure. */
import { cut, displayWidth } from "./text.ts";
import { size, span } from "./units_of_measure.ts";

/** How far something is. */
export interface Bar {
  readonly text: string;
  /** Bytes. */
  readonly done: number;
  /** Bytes; 0 where that is not known yet. */
  readonly total: number;
  readonly bytesPerSecond?: number | undefined;
  readonly remainingMs?: number | undefined;
}

/** A bar narrower than this says nothing, one wider than that no more. */
const NARROWEST = 10;
const WIDEST = 30;

/** Returns the whole percents that are done. */
export function percent({ done, total }: Bar): number {
  return total <= 0 ? 0 : Math.min(100, Math.floor(done / total * 100));
}

/** Returns `Saving [=====>    ]  45%  1.2 GiB of 2.6 GiB  120 MiB/s  12 seconds left` in at most `columns`; what does not fit is left out. */
export function progressBar(bar: Bar, columns: number): string {
  const words = wordsOf(bar);
  while (words.length > 1 && displayWidth(line(bar.text, "", words)) > columns) words.pop();
  const room = columns - displayWidth(line(bar.text, "", words)) - 3;
  const drawn = room < NARROWEST || bar.total <= 0 ? "" : ` [${draw(bar, Math.min(room, WIDEST))}]`;
  return cut(line(bar.text, drawn, words), columns);
}

/** What is said beside the bar, the most important first. */
function wordsOf(bar: Bar): string[] {
  const { done, total, bytesPerSecond, remainingMs } = bar;
  if (total <= 0) return done > 0 ? [size(done)] : [];
  return [
    `${String(percent(bar)).padStart(3)}%`,
    `${size(done)} of ${size(total)}`,
    ...(remainingMs === undefined ? [] : [`${span(remainingMs)} left`]),
    ...(bytesPerSecond === undefined ? [] : [`${size(bytesPerSecond)}/s`]),
  ];
}

function line(text: string, drawn: string, words: readonly string[]): string {
  return [`${text}${drawn}`, ...words].join("  ");
}

function draw({ done, total }: Bar, width: number): string {
  const filled = Math.min(width, Math.floor(done / total * width));
  return `${"=".repeat(filled)}${filled < width ? ">" : ""}`.padEnd(width);
}
