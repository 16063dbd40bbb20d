import type { OutputColumn, ResultForm } from "../../planner/physical/stage.ts"
import type { ResultBatch } from "../session.ts"

/** Where a format's bytes go. `write` resolves when more may be written, and rejects with OutputClosed. */
export interface Sink {
  readonly write: (chunk: string | Uint8Array) => Promise<void>
}

/** One way to print results. */
export interface Format {
  /** How the session shall hand out the values. */
  readonly form: ResultForm
  readonly open: (target: FormatTarget) => ResultWriter
}

export interface FormatTarget {
  readonly columns: readonly OutputColumn[]
  readonly sink: Sink
  /** Cells of the terminal's line; undefined when the output is no terminal. */
  readonly terminalWidth: number | undefined
}

/** Prints one result. Without `end` (the query failed) what was printed stays visibly incomplete. */
export interface ResultWriter {
  readonly batch: (batch: ResultBatch) => Promise<void>
  readonly end: () => Promise<void>
}

export const FORMAT_NAMES = ["table", "csv", "json", "ndjson", "arrow"] as const
export type FormatName = (typeof FORMAT_NAMES)[number]

/** Each format is loaded when it is used: a syntax error shall not wait for Arrow. */
export async function loadFormat(name: FormatName): Promise<Format> {
  switch (name) {
    case "table":
      return (await import("./table.ts")).tableFormat
    case "csv":
      return (await import("./csv.ts")).csvFormat
    case "json":
      return (await import("./json.ts")).jsonFormat
    case "ndjson":
      return (await import("./json.ts")).ndjsonFormat
    case "arrow":
      return (await import("./arrow.ts")).arrowFormat
  }
}
