import { allTerms } from "../ast/chain.ts"
import { isColumn } from "../ast/traverse.ts"
import { type BoundExpr, conjuncts, isConstant } from "../logical/column.ts"
import type { Filter, Scan } from "../logical/plan.ts"

/** Share of the rows that a conjunct is taken to keep. Rough on purpose: only the order of magnitude is used. */
const EQUALITY_SELECTIVITY = 0.1
const RANGE_SELECTIVITY = 0.4
export const OTHER_SELECTIVITY = 0.5

/** Share of a range whose bounds are one value, or lie outside of the column's. */
const NARROW_SELECTIVITY = 0.001

const RANGE_OPS: ReadonlySet<string> = new Set(["<", "<=", ">", ">="])

/**
 * The share of its input's rows that a filter is taken to keep. Over a scan a range of a column is as wide as it is between
 * the smallest and the largest value that the files hold, as if these were spread evenly.
 */
export function selectivity({ input, predicate }: Filter): number {
  const shares = input._tag === "Scan" ? rangeShares(input) : new Map<string, number>()
  const ofRanges = [...shares.values()].reduce((product, share) => product * share, 1)
  return conjuncts(predicate)
    .filter((term) => !(input._tag === "Scan" && isRangeOf(term, input, shares)))
    .reduce((product, term) => product * termSelectivity(term), ofRanges)
}

function termSelectivity(term: BoundExpr): number {
  if (term._tag === "InList") return Math.min(1, EQUALITY_SELECTIVITY * term.items.length)
  if (term._tag === "Between") return RANGE_SELECTIVITY * RANGE_SELECTIVITY
  if (term._tag !== "Binary") return OTHER_SELECTIVITY
  if (term.op === "OR") {
    // As if no row were in two branches.
    const branches = allTerms(term, "OR").map((branch) =>
      conjuncts(branch).reduce((product, each) => product * termSelectivity(each), 1),
    )
    return Math.min(
      1,
      branches.reduce((sum, share) => sum + share, 0),
    )
  }
  if (term.op === "=") return EQUALITY_SELECTIVITY
  return RANGE_OPS.has(term.op) ? RANGE_SELECTIVITY : OTHER_SELECTIVITY
}

/** By name in the files, for columns whose bounds are known and that are asked for a range. */
function rangeShares({ table, pruning }: Scan): ReadonlyMap<string, number> {
  const shares = new Map<string, number>()
  for (const { name, type, min, max } of table.columns) {
    const asked = pruning.filter(({ column, op }) => column === name && RANGE_OPS.has(op))
    const [least, most] = [numberOf(type, min), numberOf(type, max)]
    if (asked.length === 0 || least === undefined || most === undefined) continue
    let [low, high] = [least, most]
    for (const { op, values } of asked) {
      const value = numberOf(type, values[0])
      if (value === undefined) continue
      if (op.startsWith("<")) high = Math.min(high, value)
      else low = Math.max(low, value)
    }
    const share = most === least ? 1 : (high - low) / (most - least)
    shares.set(name, Math.max(NARROW_SELECTIVITY, Math.min(1, share)))
  }
  return shares
}

/** Whether the term is part of a range whose share is known. */
function isRangeOf(term: BoundExpr, { columns }: Scan, shares: ReadonlyMap<string, number>): boolean {
  const isKnown = (expr: BoundExpr): boolean =>
    isColumn(expr) && columns.some(({ column, sourceName }) => column.id === expr.id && shares.has(sourceName))
  if (term._tag === "Between") return !term.not && isKnown(term.input) && isConstant(term.low) && isConstant(term.high)
  if (term._tag !== "Binary" || !RANGE_OPS.has(term.op)) return false
  return (isKnown(term.left) && isConstant(term.right)) || (isKnown(term.right) && isConstant(term.left))
}

const NUMBER = /^(U?(TINY|SMALL|BIG)INT|U?INTEGER|DECIMAL\(\d+,\d+\)|FLOAT|DOUBLE)$/

/** A value as DuckDB prints it, as something to measure a distance by. */
function numberOf(type: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const isTime = type === "DATE" || type.startsWith("TIMESTAMP")
  if (!isTime && !NUMBER.test(type)) return undefined
  const value = isTime ? Date.parse(`${text.slice(0, 10)}T00:00:00Z`) : Number(text)
  return Number.isFinite(value) ? value : undefined
}
