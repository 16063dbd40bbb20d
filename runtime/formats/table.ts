import type { OutputColumn } from "../../planner/physical/stage.ts"
import type { Format } from "./format.ts"
import { drawTable } from "./table-picture.ts"
import { readTextBatches, type TextBatch } from "./text-batch.ts"

/** Rows that a table shows; more are shown as a head, a gap and a tail. */
const ROWS_SHOWN_MAX = 40
/** So many more are shown, too: a gap of three dots would take as many lines. */
const ROWS_OVER_MAX = 3
const TAIL_ROWS = ROWS_SHOWN_MAX / 2

/** DuckDB's box. Holds the head and the tail only, however many rows there are. */
export const tableFormat: Format = {
  form: "text",
  open: ({ columns, sink, terminalWidth }) => {
    const head: Row[] = []
    let tail: Row[] = []
    let total = 0
    const keep = (batch: TextBatch): void => {
      const toHead = Math.min(batch.rows, ROWS_SHOWN_MAX + ROWS_OVER_MAX - head.length)
      for (let row = 0; row < toHead; row++) head.push(rowAt(batch, row))
      const fresh: Row[] = []
      for (let row = Math.max(0, batch.rows - TAIL_ROWS); row < batch.rows; row++) fresh.push(rowAt(batch, row))
      tail = [...tail, ...fresh].slice(-TAIL_ROWS)
      total += batch.rows
    }
    return {
      batch: ({ ipc }) => {
        for (const batch of readTextBatches(ipc)) keep(batch)
        return Promise.resolve()
      },
      end: () => {
        const hidden = total > ROWS_SHOWN_MAX + ROWS_OVER_MAX
        const shown = hidden ? { head: head.slice(0, ROWS_SHOWN_MAX - TAIL_ROWS), tail } : { head, tail: [] }
        return sink.write(drawTable(columns.map(described), { ...shown, total }, terminalWidth))
      },
    }
  },
}

type Row = readonly (string | null)[]

function rowAt(batch: TextBatch, row: number): Row {
  return batch.columns.map((column) => column.at(row))
}

function described(column: OutputColumn): OutputColumn {
  return { name: column.name, type: column.type }
}
