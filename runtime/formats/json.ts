import type { Format, FormatTarget, ResultWriter } from "./format.ts"
import { lineBuffer } from "./line-buffer.ts"
import { readTextBatches } from "./text-batch.ts"
import { valueKind, type ValueKind } from "./value-kind.ts"

/** One array, a row a line, as DuckDB's shell prints it: `[{"a":1},⏎{"a":2}]`. No rows: `[]`. */
export const jsonFormat: Format = {
  form: "text",
  open: (target) => objectRows(target, { before: "[", between: ",\n", after: "]\n", none: "[]\n" }),
}

/** One object a line, nothing around them. */
export const ndjsonFormat: Format = {
  form: "text",
  open: (target) => objectRows(target, { before: "", between: "\n", after: "\n", none: "" }),
}

/** What stands around and between the rows, and what stands for no rows. */
export interface Punctuation {
  readonly before: string
  readonly between: string
  readonly after: string
  readonly none: string
}

export function objectRows({ columns, sink }: FormatTarget, marks: Punctuation): ResultWriter {
  const lines = lineBuffer(sink)
  const keys = columns.map((column, i) => `${i === 0 ? "" : ","}${JSON.stringify(column.name)}:`)
  const kinds = columns.map((column) => valueKind(column.type))
  let rows = 0
  return {
    batch: async ({ ipc }) => {
      for (const batch of readTextBatches(ipc)) {
        const texts = batch.columns.map((column) => column.all())
        for (let row = 0; row < batch.rows; row++) {
          const values = texts.map((column, i) => (keys[i] ?? "") + jsonValue(column[row] ?? null, kinds[i] ?? "text"))
          const full = lines.add(`${rows === 0 ? marks.before : marks.between}{${values.join("")}}`)
          rows++
          if (full !== undefined) await full
        }
      }
      await lines.flush()
    },
    end: async () => {
      await lines.add(rows === 0 ? marks.none : marks.after)
      await lines.flush()
    },
  }
}

/**
 * A number is printed as its digits, also where JavaScript could not hold it. JSON has no infinity and no NaN: 1e999 is
 * what reads back as the first, null stands for the second.
 */
export function jsonValue(text: string | null, kind: ValueKind): string {
  if (text === null) return "null"
  switch (kind) {
    case "number":
      return NOT_IN_JSON.get(text) ?? withZero(text)
    case "boolean":
    case "json":
      return text
    case "text":
      return JSON.stringify(text)
  }
}

/** A DECIMAL without whole digits is printed `.5`, which JSON does not read. */
function withZero(text: string): string {
  if (text.startsWith(".")) return `0${text}`
  return text.startsWith("-.") ? `-0${text.slice(1)}` : text
}

const NOT_IN_JSON: ReadonlyMap<string, string> = new Map([
  ["inf", "1e999"],
  ["-inf", "-1e999"],
  ["nan", "null"],
  ["-nan", "null"],
])
