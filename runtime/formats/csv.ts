import type { Format } from "./format.ts"
import { lineBuffer } from "./line-buffer.ts"
import { readTextBatches } from "./text-batch.ts"

/**
 * RFC 4180 with a header. NULL is an empty field and the empty text is `""`, so that the two can be told apart when the
 * file is read again. What DuckDB's shell quotes is quoted: quotes, commas, control characters and what is not ASCII.
 */
export const csvFormat: Format = {
  form: "text",
  open: ({ columns, sink }) => {
    const lines = lineBuffer(sink)
    const header = `${columns.map((column) => field(column.name)).join(",")}\n`
    let started = false
    const start = (): Promise<void> | undefined => {
      if (started) return undefined
      started = true
      return lines.add(header)
    }
    return {
      batch: async ({ ipc }) => {
        await start()
        for (const batch of readTextBatches(ipc)) {
          const texts = batch.columns.map((column) => column.all())
          for (let row = 0; row < batch.rows; row++) {
            const full = lines.add(`${texts.map((column) => field(column[row] ?? null)).join(",")}\n`)
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

const QUOTED = /["',]|[^\x20-\x7e]/u

function field(text: string | null): string {
  if (text === null) return ""
  return text === "" || QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
