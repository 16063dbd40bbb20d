import { clipText, textWidth } from "../../planner/explain/text-width.ts"
import { printable } from "./printable.ts"
import { largeNumber } from "./large-number.ts"
import { chooseColumns, totalWidth, type ShownColumn } from "./table-columns.ts"
import { valueKind } from "./value-kind.ts"

export interface TableRows {
  readonly head: readonly Row[]
  /** Stands below a gap. Empty when all rows, or only the first ones, are to be drawn. */
  readonly tail: readonly Row[]
  readonly total: number
}

type Row = readonly (string | null)[]
type Align = "left" | "middle" | "right"

/** Results with fewer rows have no footer unless something is hidden. */
const FOOTER_ROWS_MIN = 10
const GAP_LINES = 3
const DOT = "·"
const DOTS = "…"

/**
 *   ┌───────┬─────────┐
 *   │   a   │    b    │
 *   │ int32 │ varchar │
 *   ├───────┼─────────┤
 *   │     1 │ x       │
 *   │     · │ ·       │
 *   │    99 │ y       │
 *   ├───────┴─────────┤
 *   │     99 rows     │
 *   │   (40 shown)    │
 *   └─────────────────┘
 *
 * `width` is that of the terminal; without one nothing is cut.
 */
export function drawTable(
  columns: readonly { readonly name: string; readonly type: string }[],
  rows: TableRows,
  width: number | undefined,
): string {
  // On a terminal a single row of figures is centred, with a rounded reading below large ones.
  const single = width !== undefined && rows.total === 1
  const cells: Cell[] = columns.map((column, i) => {
    const number = valueKind(column.type) === "number"
    const texts = (part: readonly Row[]) => part.map((row) => printable(row[i] ?? "NULL"))
    const large = single && number ? largeNumber(rows.head[0]?.[i] ?? "") : undefined
    return {
      name: printable(column.name),
      type: printable(shownType(column.type)),
      head: texts(rows.head),
      tail: texts(rows.tail),
      note: large === undefined ? "" : `(${large})`,
      align: number ? (single ? "middle" : "right") : "left",
    }
  })
  const footer = footerOf(rows, columns.length)
  // Nothing is cut or left out for the sake of the rounded readings.
  const roomForNotes = width === undefined || totalWidth(cells.map(cellWidth)) <= width
  const drawn = roomForNotes ? cells : cells.map((cell) => ({ ...cell, note: "" }))
  const shown = chooseColumns(drawn.map(cellWidth), footer.cellsMin, width)
  return [...tableLines(drawn, shown), ...footer.lines(shown), ""].join("\n")
}

interface Cell {
  readonly name: string
  readonly type: string
  readonly head: readonly string[]
  readonly tail: readonly string[]
  readonly note: string
  readonly align: Align
}

function cellWidth(cell: Cell): number {
  const texts = [cell.name, cell.type, cell.note, ...cell.head, ...cell.tail]
  return texts.reduce((width, text) => Math.max(width, textWidth(text)), 0)
}

function tableLines(cells: readonly Cell[], shown: readonly ShownColumn[]): readonly string[] {
  const line = (pick: (cell: Cell) => string, align: (cell: Cell) => Align, dots: string): string => {
    const parts = shown.map(({ index, width }) => {
      const cell = index === undefined ? undefined : cells[index]
      return cell === undefined ? aligned(dots, width, "middle") : aligned(pick(cell), width, align(cell))
    })
    return `│${parts.join("│")}│`
  }
  const heads = cells[0]?.head.length ?? 0
  const tails = cells[0]?.tail.length ?? 0
  const middle = (): Align => "middle"
  const own = (cell: Cell): Align => cell.align
  return [
    edge("┌", "┬", "┐", shown),
    line((cell) => cell.name, middle, DOTS),
    line((cell) => cell.type, middle, ""),
    ...(heads === 0 ? [] : [edge("├", "┼", "┤", shown)]),
    ...Array.from({ length: heads }, (_, row) => line((cell) => cell.head[row] ?? "", own, DOTS)),
    ...(cells.some((cell) => cell.note !== "") ? [line((cell) => cell.note, middle, "")] : []),
    ...(tails === 0 ? [] : Array.from({ length: GAP_LINES }, () => gapLine(cells, shown))),
    ...Array.from({ length: tails }, (_, row) => line((cell) => cell.tail[row] ?? "", own, DOTS)),
  ]
}

/** The dot stands where the middle of the shorter of its two neighbours is. */
function gapLine(cells: readonly Cell[], shown: readonly ShownColumn[]): string {
  const parts = shown.map(({ index, width }) => {
    const cell = index === undefined ? undefined : cells[index]
    if (cell === undefined) return aligned(DOT, width, "middle")
    const above = Math.min(width, textWidth(cell.head.at(-1) ?? ""))
    const below = Math.min(width, textWidth(cell.tail[0] ?? ""))
    const length = above === 0 || below === 0 ? Math.max(above, below) : Math.min(above, below)
    if (length === 0) return aligned(DOT, width, "middle")
    const half = Math.floor((length - 1) / 2)
    const [left, right] = cell.align === "right" ? [length - 1 - half, half] : [half, length - 1 - half]
    return aligned(" ".repeat(left) + DOT + " ".repeat(right), width, cell.align)
  })
  return `│${parts.join("│")}│`
}

interface Footer {
  /** Cells of the whole table that the footer needs. */
  readonly cellsMin: number
  readonly lines: (shown: readonly ShownColumn[]) => readonly string[]
}

/** Counts of rows and columns: on one line where there is room, else the rows alone; left out where all is in sight. */
function footerOf(rows: TableRows, columnCount: number): Footer {
  const count = `${rows.total} rows`
  const drawn = rows.head.length + rows.tail.length
  const part = drawn < rows.total ? `(${drawn} shown)` : ""
  const cellsMin = rows.total === 0 || part !== "" ? Math.max(count.length, part.length) + 4 : 0
  const counted = rows.total >= FOOTER_ROWS_MIN || part !== ""
  const lines = (shown: readonly ShownColumn[]): readonly string[] => {
    const total = totalWidth(shown.map((column) => column.width))
    const inner = total - 4
    const merged = part !== "" && total >= count.length + part.length + 5
    const rowText = merged ? `${count} ${part}` : count
    const visible = shown.filter((column) => column.index !== undefined).length
    const hiddenColumns = visible < columnCount
    const columnText = `${columnCount} columns${hiddenColumns ? ` (${visible} shown)` : ""}`
    const both =
      total >= rowText.length + columnText.length + 6 &&
      ((hiddenColumns && rows.total > 0) || (counted && columnCount > 1))
    const alone = total >= rowText.length + 4 && (rows.total === 0 || counted)
    if (!both && !alone) return [edge("└", "┴", "┘", shown)]
    const text = both
      ? [`│ ${rowText}${" ".repeat(inner - rowText.length - columnText.length)}${columnText} │`]
      : [rowText, ...(merged || part === "" ? [] : [part])].map((line) => `│${aligned(line, inner, "middle")}│`)
    return [edge("├", "┴", "┤", shown), ...text, `└${"─".repeat(total - 2)}┘`]
  }
  return { cellsMin, lines }
}

function edge(left: string, between: string, right: string, shown: readonly ShownColumn[]): string {
  return left + shown.map(({ width }) => "─".repeat(width + 2)).join(between) + right
}

/** The text, cut where it must be, with a cell of space on either side. */
function aligned(text: string, width: number, align: Align): string {
  const clipped = clipText(text, width)
  const free = Math.max(0, width - textWidth(clipped)) + 2
  const left = align === "left" ? 1 : align === "right" ? free - 1 : Math.floor(free / 2)
  return " ".repeat(left) + clipped + " ".repeat(free - left)
}

const WHOLE_NUMBERS: ReadonlyMap<string, string> = new Map([
  ["TINYINT", "int8"],
  ["SMALLINT", "int16"],
  ["INTEGER", "int32"],
  ["BIGINT", "int64"],
  ["HUGEINT", "int128"],
  ["UTINYINT", "uint8"],
  ["USMALLINT", "uint16"],
  ["UINTEGER", "uint32"],
  ["UBIGINT", "uint64"],
  ["UHUGEINT", "uint128"],
])

/** `INTEGER[]` is `int32[]`, as DuckDB's shell has it; inside of structs types keep their SQL names. */
function shownType(type: string): string {
  const list = /^(.*)(\[\d*\])$/su.exec(type)
  if (list !== null) return shownType(list[1] ?? "") + (list[2] ?? "")
  return WHOLE_NUMBERS.get(type) ?? type.toLowerCase()
}
