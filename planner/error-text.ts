import type { Span } from "./ast/span.ts"

/** Longer lines of SQL are cut around what is marked. */
const LINE_COLUMNS_MAX = 100

/** How wide a tab is drawn. */
const TAB_COLUMNS = 4

/** Of a longer line only so many code units on either side of the mark are looked at. */
const LINE_UNITS_MAX = 1_000

/** Columns shown before the mark when a line is cut. */
const LEAD_COLUMNS = 40

export interface LocatedError {
  readonly message: string
  readonly span?: Span | undefined
  readonly hint?: string | undefined
}

/**
 * An error as people read it.
 *
 *   error: column "sale" does not exist in data_part_*
 *     1 | SELECT product, SUM(sale) FROM "data_part_*" GROUP BY product
 *       |                     ^^^^
 *     did you mean "sales"?  data_part_* has: id, product, sales
 */
export function errorText(error: LocatedError, sql: string | undefined): string {
  const lines = [`error: ${indented(error.message)}`]
  if (sql !== undefined && error.span !== undefined && !isNowhere(error.span, sql))
    lines.push(...excerpt(sql, error.span))
  if (error.hint !== undefined && error.hint !== "") lines.push(`  ${indented(error.hint)}`)
  return lines.join("\n")
}

/** Line and column of an offset, both counted from 1; a column is a code point. */
export function lineAndColumn(sql: string, offset: number): { readonly line: number; readonly column: number } {
  const { line, start } = lineAt(sql, offset)
  return { line, column: Array.from(sql.slice(start, offset)).length + 1 }
}

/** The line that an offset lies in, without its end. `\n`, `\r\n` and `\r` end lines. */
function lineAt(sql: string, offset: number): { readonly line: number; readonly start: number; readonly text: string } {
  const ends = /\r\n|\n|\r/g
  let line = 1
  let start = 0
  for (let end = ends.exec(sql); end !== null; end = ends.exec(sql)) {
    if (offset < ends.lastIndex) return { line, start, text: sql.slice(start, end.index) }
    line++
    start = ends.lastIndex
  }
  return { line, start, text: sql.slice(start) }
}

/** What the planner made itself has an empty span at the very beginning: it marks nothing. */
function isNowhere(span: Span, sql: string): boolean {
  return span.start === 0 && span.end === 0 && sql !== ""
}

function excerpt(sql: string, span: Span): readonly string[] {
  const from = Math.max(0, Math.min(span.start, sql.length))
  const { line, start, text } = lineAt(sql, from)
  const at = from - start
  const end = Math.max(from, span.end) - start
  const before = drawn(text.slice(Math.max(0, at - LINE_UNITS_MAX), at))
  const marked = drawn(text.slice(at, Math.min(end, at + LINE_UNITS_MAX)))
  const after = drawn(text.slice(end, end + LINE_UNITS_MAX))
  const long = columns(before) + columns(marked) > LINE_COLUMNS_MAX
  const lead = lastColumns(before, long ? LEAD_COLUMNS : LINE_COLUMNS_MAX)
  const cut = lead === before && at <= LINE_UNITS_MAX ? "" : "…"
  const middle = firstColumns(marked, LINE_COLUMNS_MAX - columns(cut + lead))
  const rest = firstColumns(after, LINE_COLUMNS_MAX - columns(cut + lead + middle))
  const more = middle === marked && rest === after ? "" : "…"
  const number = String(line).padStart(3)
  const carets = "^".repeat(Math.max(1, columns(middle)))
  return [
    `${number} | ${cut}${lead}${middle}${middle === marked ? rest : ""}${more}`,
    `${" ".repeat(number.length)} | ${" ".repeat(columns(cut + lead))}${carets}`,
  ]
}

function indented(text: string): string {
  return text
    .split(/\r\n|\n|\r/)
    .map(drawn)
    .join("\n  ")
}

/**
 * Text as it is drawn: tabs as blanks, and control characters and the marks that reorder text as escapes: SQL and names
 * are hostile to a console.
 */
function drawn(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (character) => {
    if (character === "\t") return " ".repeat(TAB_COLUMNS)
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
  })
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" })

/** East Asian wide characters and emoji take two columns of a terminal. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1faff}\u{20000}-\u{3fffd}]/u

function widthOf(grapheme: string): number {
  return WIDE.test(grapheme) ? 2 : 1
}

function columns(text: string): number {
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length
  let total = 0
  for (const { segment } of graphemes.segment(text)) total += widthOf(segment)
  return total
}

/** As much of the beginning of a text as fits. */
function firstColumns(text: string, limit: number): string {
  let total = 0
  // A grapheme has at least one code unit, but may have many; far more than the limit is never looked at.
  for (const { segment, index } of graphemes.segment(text)) {
    total += widthOf(segment)
    if (total > limit) return text.slice(0, index)
  }
  return text
}

/** As much of the end of a text as fits. */
function lastColumns(text: string, limit: number): string {
  const all = [...graphemes.segment(text)]
  let total = 0
  for (let i = all.length - 1; i >= 0; i--) {
    const grapheme = all[i]
    if (grapheme === undefined) break
    total += widthOf(grapheme.segment)
    if (total > limit) return text.slice(grapheme.index + grapheme.segment.length)
  }
  return text
}
