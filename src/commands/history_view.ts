/** `ppm history`, for programs and for people. Pure. */
import type { GenerationRecord } from "../apply/generation_record.ts";
import type { GenerationDescription } from "../apply/generations.ts";
import type { Style } from "../ui/style.ts";
import { type Cell, table } from "../ui/table.ts";
import { printable } from "../ui/text.ts";

/** One generation, as `ppm history --json` prints it. */
export interface GenerationReport extends Omit<GenerationRecord, "version"> {
  readonly generation: number;
  /** Whether it is the one that stands. */
  readonly stands: boolean;
  /** What it is; null where that cannot be read any more, and there is no way back to it. */
  readonly description: Omit<GenerationDescription, "version" | "generation" | "newest"> | null;
}

/** Makes the report of one generation. */
export function toGenerationReport(
  generation: number,
  { description, record, stands }: {
    readonly description: GenerationDescription | undefined;
    readonly record: GenerationRecord;
    readonly stands: boolean;
  },
): GenerationReport {
  const { version: _, ...history } = record;
  return {
    generation,
    stands,
    ...history,
    description: description === undefined ? null : strip(description),
  };
}

function strip(description: GenerationDescription): GenerationReport["description"] {
  const { version: _, generation: __, newest: ___, ...rest } = description;
  return rest;
}

/** Returns the lines of the table; `reports` in the order that it is to have. */
export function historyView(
  reports: readonly GenerationReport[],
  { style, columns }: { readonly style: Style; readonly columns: number },
): readonly string[] {
  const rows = reports.map((report) => [
    { text: report.stands ? "*" : "", paint: style.green },
    String(report.generation),
    time(report.description?.time ?? ""),
    printable(report.description?.app.version ?? ""),
    report.description?.source.commit.slice(0, 12) ?? "",
    outcomeCell(report, style),
    report.snapshot?.slice(0, 8) ?? "",
  ]);
  const heading = ["", "GENERATION", "TIME", "VERSION", "COMMIT", "OUTCOME", "SNAPSHOT"];
  return table(heading, rows, { columns, heading: style.dim });
}

/** What became of it: of one that stands again, what is past does not count. */
function outcomeCell(
  { description, outcome, by, message, left, stands }: GenerationReport,
  style: Style,
): Cell {
  if (description === null) return { text: "damaged: there is no way back to it", paint: style.red };
  if (left !== null && !stands) {
    return { text: `left for ${left.for} on ${left.time.slice(0, 10)}`, paint: style.yellow };
  }
  if (outcome === "done") return { text: `done, by ${by}` };
  if (outcome === "trial") return { text: `on trial, by ${by}`, paint: style.yellow };
  const reason = printable(message?.split("\n")[0] ?? "");
  return { text: reason === "" ? "failed" : `failed: ${reason}`, paint: style.red };
}

/** `2026-01-02T03:04:05.678Z` → `2026-01-02 03:04:05 UTC` */
function time(text: string): string {
  return printable(text).replace("T", " ").replace(/(?:\.\d+)?Z$/, " UTC");
}
