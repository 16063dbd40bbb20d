import type { Format } from "../formats/format.ts"
import { lineBuffer } from "../formats/line-buffer.ts"
import { readTextBatches } from "../formats/text-batch.ts"

export interface CsvOptions {
  readonly header: boolean
  readonly delimiter: string
  readonly quote: string
  readonly escape: string
  readonly nullText: string
  /** Names in lower case whose values are always quoted. */
  readonly forceQuote: ReadonlySet<string> | "all"
}

export const CSV_DEFAULTS: CsvOptions = {
  header: true,
  delimiter: ",",
  quote: '"',
  escape: '"',
  nullText: "",
  forceQuote: new Set(),
}

/** As DuckDB's COPY writes it: a field is quoted only where it would be read otherwise. */
export function csvFileFormat(options: CsvOptions): Format {
  return {
    form: "text",
    open: ({ columns, sink }) => {
      const lines = lineBuffer(sink)
      const forced = columns.map(
        ({ name }) => options.forceQuote === "all" || options.forceQuote.has(name.toLowerCase()),
      )
      const fieldOf = fieldPrinter(options)
      const lineOf = (values: readonly (string | null)[]): string =>
        `${values.map((value, i) => fieldOf(value, forced[i] ?? false)).join(options.delimiter)}\n`
      let started = false
      const start = async (): Promise<void> => {
        if (started) return
        started = true
        if (options.header) await lines.add(lineOf(columns.map(({ name }) => name)))
      }
      return {
        batch: async ({ ipc }) => {
          await start()
          for (const batch of readTextBatches(ipc)) {
            const texts = batch.columns.map((column) => column.all())
            for (let row = 0; row < batch.rows; row++) {
              const full = lines.add(lineOf(texts.map((column) => column[row] ?? null)))
              if (full !== undefined) await full
            }
          }
          await lines.flush()
        },
        end: async () => {
          await start()
          await lines.flush()
        },
      }
    },
  }
}

function fieldPrinter({ delimiter, quote, escape, nullText }: CsvOptions) {
  const special = ["\n", "\r", "#", delimiter, quote].filter((each) => each !== "")
  const escaped = (text: string): string => {
    if (quote === "") return text
    const once = escape === "" || escape === quote ? text : text.replaceAll(escape, escape + escape)
    return once.replaceAll(quote, (escape === "" ? quote : escape) + quote)
  }
  return (value: string | null, force: boolean): string => {
    if (value === null) return nullText
    const needs = force || value === nullText || special.some((each) => value.includes(each))
    return needs && quote !== "" ? quote + escaped(value) + quote : value
  }
}
