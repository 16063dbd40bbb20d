import { isColumn } from "./ast/traverse.ts"
import type { TypeOracle } from "./describe.ts"
import { isRefusal } from "./binder/refusal.ts"
import { type BoundExpr, type Column, conjuncts, printBound } from "./logical/column.ts"
import { mapInputs, type Plan, type QueryPlan, type Scan } from "./logical/plan.ts"
import type { PruningPredicate } from "./physical/stage.ts"

/** Values of one IN list that are compared with statistics; a longer list is not used. */
const IN_VALUES_MAX = 1_000

/** A conjunct `column op constants`, whose constants still have to be cast to the column's type. */
interface Candidate {
  readonly scan: Scan
  readonly column: Column
  readonly sourceName: string
  readonly op: PruningPredicate["op"]
  readonly constants: readonly BoundExpr[]
}

/**
 * Tells scans what the filters above them ask for, so that row groups whose statistics exclude it are not read. The
 * filters stay: pruning is a hint (law 8).
 *
 *   Filter d >= DATE '1994-01-01'          Filter d >= DATE '1994-01-01'
 *     Scan lineitem                  →       Scan lineitem, pruning d >= 1994-01-01
 */
export async function attachPruning(query: QueryPlan, oracle: TypeOracle): Promise<QueryPlan> {
  const candidates: Candidate[] = []
  for (const plan of [...query.ctes.map((cte) => cte.plan), query.root]) collectCandidates(plan, candidates)
  if (candidates.length === 0) return query
  const pruning = await castToColumns(candidates, oracle)
  const attach = (plan: Plan): Plan => {
    if (plan._tag !== "Scan") return mapInputs(plan, attach)
    const found = pruning.get(plan)
    return found === undefined ? plan : { ...plan, pruning: found }
  }
  return { ...query, ctes: query.ctes.map((cte) => ({ ...cte, plan: attach(cte.plan) })), root: attach(query.root) }
}

function collectCandidates(plan: Plan, found: Candidate[]): void {
  if (plan._tag === "Filter" && plan.input._tag === "Scan") {
    const scan = plan.input
    for (const term of conjuncts(plan.predicate)) found.push(...candidatesOf(term, scan))
    return
  }
  mapInputs(plan, (input) => {
    collectCandidates(input, found)
    return input
  })
}

function candidatesOf(term: BoundExpr, scan: Scan): readonly Candidate[] {
  const make = (expr: BoundExpr, op: PruningPredicate["op"], constants: readonly BoundExpr[]): readonly Candidate[] => {
    if (!isColumn(expr) || !constants.every((constant) => comparesAsColumn(constant, expr.type))) return []
    const source = scan.columns.find((each) => each.column.id === expr.id)
    return source === undefined ? [] : [{ scan, column: expr, sourceName: source.sourceName, op, constants }]
  }
  switch (term._tag) {
    case "IsTest":
      return term.test === "NULL" ? make(term.input, term.not ? "is not null" : "is null", []) : []
    case "Between":
      return term.not ? [] : [...make(term.input, ">=", [term.low]), ...make(term.input, "<=", [term.high])]
    case "InList":
      return term.not || term.items.length > IN_VALUES_MAX ? [] : make(term.input, "in", term.items)
    case "Binary": {
      if (term.op === "LIKE") {
        const [op, start] = likePrefix(term.right)
        const isText = isColumn(term.left) && term.left.type === "VARCHAR" && term.escape === undefined
        return start === undefined || !isText ? [] : make(term.left, op, [start])
      }
      const op = COMPARED[term.op]
      if (op === undefined) return []
      return isColumn(term.left) ? make(term.left, op, [term.right]) : make(term.right, MIRRORED[op], [term.left])
    }
    default:
      return []
  }
}

/** `'ab%c'` is true only of texts that start with `ab`, `'ab'` only of that text. */
function likePrefix(pattern: BoundExpr): readonly [PruningPredicate["op"], BoundExpr | undefined] {
  if (pattern._tag !== "Literal" || pattern.kind !== "string" || !pattern.sql.startsWith("'")) return ["=", undefined]
  const text = pattern.sql.slice(1, -1)
  const wildcard = text.search(/[%_]/)
  if (wildcard === -1) return ["=", pattern]
  return ["starts with", wildcard === 0 ? undefined : { ...pattern, sql: `'${text.slice(0, wildcard)}'` }]
}

type Comparison = "=" | "<" | "<=" | ">" | ">="

const COMPARED: Readonly<Record<string, Comparison | undefined>> = {
  "=": "=",
  "==": "=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
}

const MIRRORED: Readonly<Record<Comparison, Comparison>> = { "=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<=" }

const EXACT_NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL\(\d+,\s*\d+\))$/
const FLOAT = /^(FLOAT|DOUBLE)$/
const MOMENT = /^(DATE|TIME|TIMESTAMP(_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE)$/

/** A longer number is a DOUBLE to DuckDB. */
const EXACT_LITERAL = /^[\d.]{1,38}$/

/**
 * Whether DuckDB compares the column with the constant in the column's own order. Not so for a text beside a number
 * (compared as numbers: '05' = 5), nor for an integer beside a float (compared with the float's precision).
 */
function comparesAsColumn(constant: BoundExpr, type: string): boolean {
  if (constant._tag === "Unary") return constant.op === "-" && comparesAsColumn(constant.input, type)
  if (constant._tag === "Literal" && constant.kind === "string") return type === "VARCHAR" || MOMENT.test(type)
  if (constant._tag === "Literal" && constant.kind === "number") {
    return FLOAT.test(type) || (EXACT_NUMBER.test(type) && EXACT_LITERAL.test(constant.sql))
  }
  if (constant._tag !== "TypedLiteral") return false
  const of = constant.type.text
  if (type === "VARCHAR") return of === "VARCHAR"
  if (EXACT_NUMBER.test(type)) return EXACT_NUMBER.test(of)
  if (FLOAT.test(type)) return EXACT_NUMBER.test(of) || FLOAT.test(of)
  return MOMENT.test(type) && MOMENT.test(of)
}

/** Asks DuckDB for every constant in its column's type, and whether the cast lost nothing. */
async function castToColumns(
  candidates: readonly Candidate[],
  oracle: TypeOracle,
): Promise<ReadonlyMap<Scan, readonly PruningPredicate[]>> {
  const questions = candidates.flatMap((candidate) =>
    candidate.constants.map((constant) => {
      const text = printBound(constant)
      const cast = `TRY_CAST(${text} AS ${candidate.column.type})`
      return `CAST(${cast} AS VARCHAR), CAST(${cast} = ${text} AS VARCHAR)`
    }),
  )
  const rows =
    questions.length === 0 ? [[]] : await oracle.evaluate(`SELECT ${questions.join(", ")}`).catch(notComparable)
  const answers = rows[0]
  const found = new Map<Scan, PruningPredicate[]>()
  if (answers === undefined) return found
  let at = 0
  for (const { scan, sourceName, op, constants } of candidates) {
    const mine = answers.slice(at, at + 2 * constants.length)
    at += 2 * constants.length
    const values = constants.map((_, i) => (mine[2 * i + 1] === "true" ? mine[2 * i] : undefined))
    if (!values.every((value) => typeof value === "string")) continue
    found.set(scan, [...(found.get(scan) ?? []), { column: sourceName, op, values: values.map(String) }])
  }
  return found
}

/** One comparison that DuckDB does not know spoils the question; then nothing is pruned. */
function notComparable(error: unknown): readonly (readonly (string | null)[])[] {
  if (isRefusal(error)) return []
  throw error
}
