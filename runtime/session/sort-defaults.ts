import type { IToken } from "chevrotain"
import type { Query } from "../../planner/ast/query.ts"
import { walkTree } from "../../planner/ast/walk-tree.ts"
import { UnsupportedSql } from "../../planner/errors.ts"
import { tokenize } from "../../planner/parser/lexer.ts"
import { spanOf } from "../../planner/parser/tokens.ts"
import type { Edit } from "../../planner/sql/edited-text.ts"
import type { Settings } from "./settings.ts"

type SortSettings = Pick<Settings, "order" | "nullOrder">

/** Functions of lists that sort as the settings say, with one argument. */
const LIST_SORTS: ReadonlySet<string> = new Set(["list_sort", "array_sort"])

/** Others, which take the settings in ways of their own. */
const OTHER_SORTS: ReadonlySet<string> = new Set([
  "list_reverse_sort",
  "array_reverse_sort",
  "list_grade_up",
  "array_grade_up",
  "grade_up",
])

/** Whether nothing has to be written out: the engines sort by these defaults. */
export function sortsAsDuckDb({ order, nullOrder }: SortSettings): boolean {
  return order === "ASC" && nullOrder === "NULLS_LAST"
}

/** Every ORDER BY, of queries, windows and aggregates, says what it means: `ORDER BY a` → `ORDER BY a DESC NULLS FIRST`. */
export function sortEdits(query: Query, sql: string, settings: SortSettings): readonly Edit[] {
  const tokens = tokenize(sql)
  const edits: Edit[] = []
  for (const node of walkTree(query)) {
    const items = [...("orderBy" in node ? node.orderBy : []), ...("withinGroup" in node ? node.withinGroup : [])]
    for (const { expr } of items) edits.push(...itemEdit(tokens, expr.span.end, settings))
    if (node._tag !== "FunctionCall") continue
    const name = node.name.toLowerCase()
    const [list, ...more] = node.args
    if (LIST_SORTS.has(name) && more.length === 0 && list !== undefined) {
      edits.push({ span: at(list.span.end), text: `, '${settings.order}', 'NULLS ${nulls(settings, settings.order)}'` })
    } else if ((LIST_SORTS.has(name) && more.length === 1) || (OTHER_SORTS.has(name) && more.length < 2)) {
      throw new UnsupportedSql({
        message: `${name}() without its order is not supported while default_order or default_null_order is set`,
        span: node.nameSpan,
        hint: `write the order out, as in list_sort(x, 'DESC', 'NULLS FIRST')`,
      })
    }
  }
  return edits
}

/** What follows the expression says how much is to be added. */
function itemEdit(tokens: readonly IToken[], end: number, settings: SortSettings): readonly Edit[] {
  const next = firstAt(tokens, end)
  const word = (ahead: number): string => tokens[next + ahead]?.image.toUpperCase() ?? ""
  const written = /^(ASC|ASCENDING)$/u.test(word(0)) ? "ASC" : /^(DESC|DESCENDING)$/u.test(word(0)) ? "DESC" : undefined
  const direction = tokens[next]
  const after = written === undefined || direction === undefined ? end : spanOf(direction).end
  const order = written ?? settings.order
  const says = word(written === undefined ? 0 : 1) === "NULLS"
  const text = `${written === undefined ? ` ${order}` : ""}${says ? "" : ` NULLS ${nulls(settings, order)}`}`
  return text === "" ? [] : [{ span: at(after), text }]
}

function nulls({ nullOrder }: SortSettings, order: "ASC" | "DESC"): "FIRST" | "LAST" {
  switch (nullOrder) {
    case "NULLS_LAST":
      return "LAST"
    case "NULLS_FIRST":
      return "FIRST"
    case "NULLS_FIRST_ON_ASC_LAST_ON_DESC":
      return order === "ASC" ? "FIRST" : "LAST"
    case "NULLS_LAST_ON_ASC_FIRST_ON_DESC":
      return order === "ASC" ? "LAST" : "FIRST"
  }
}

function at(offset: number) {
  return { start: offset, end: offset }
}

/** The first token that begins at or after an offset. */
function firstAt(tokens: readonly IToken[], offset: number): number {
  let low = 0
  let high = tokens.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((tokens[middle]?.startOffset ?? 0) < offset) low = middle + 1
    else high = middle
  }
  return low
}
