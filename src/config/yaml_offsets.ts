/** Where things stand in the source: the parser's offsets, corrected. */
import { EVENT_ID, type MappingEvent, SCALAR_STYLE, type ScalarEvent, type SequenceEvent } from "js-yaml";

/** What the parser gives as an offset where there is none. */
export const NONE = -1;

/** An event that begins a node. */
export type NodeEvent = ScalarEvent | SequenceEvent | MappingEvent;

/** Returns the offset where a node begins, with its tag and anchor; `fallback` for a value that is not written. */
export function startOf(event: NodeEvent, source: string, fallback: number): number {
  const { tagStart, anchorStart } = event;
  if (tagStart !== NONE && anchorStart !== NONE) return Math.min(tagStart, anchorStart - 1);
  if (tagStart !== NONE) return tagStart;
  if (anchorStart !== NONE) return anchorStart - 1;
  return event.type === EVENT_ID.SCALAR ? valueStart(event, source, fallback) : event.start;
}

/** Returns what the lines of a block scalar are indented by; 0 for other scalars. */
export function indentOf(event: ScalarEvent): number {
  return isBlock(event) ? Math.max(event.indent, 0) : 0;
}

/** The parser points behind an opening quote, and at the line after the `|` or `>` of a block. */
function valueStart(event: ScalarEvent, source: string, fallback: number): number {
  if (event.valueStart === NONE) return fallback;
  if (event.style === SCALAR_STYLE.PLAIN) return event.valueStart;
  if (!isBlock(event)) return event.valueStart - 1;
  let lineStart = event.valueStart;
  while (/[\r\n]/.test(source[lineStart - 1] ?? "")) lineStart--;
  while (/[^\r\n]/.test(source[lineStart - 1] ?? "")) lineStart--;
  const header = source.slice(lineStart, event.valueStart).trimEnd();
  return lineStart + Math.max(0, header.search(/[|>][-+1-9]{0,2}(?:[ \t]+#.*)?$/));
}

function isBlock(event: ScalarEvent): boolean {
  return event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
}
