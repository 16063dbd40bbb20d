import type { ExprGene } from "./genes.ts"
import type { Kind, Value } from "./kinds.ts"
import { choose, kindIn, part, type Scope, second, write } from "./write-expression.ts"

type Form = (p: {
  readonly arg: (kind: Kind) => string
  readonly distinct: string
  readonly gene: ExprGene
  readonly scope: Scope
}) => Value

/** Aggregates that do not depend on the order of their input, or are given one. */
const FORMS: readonly [Form, ...Form[]] = [
  () => ({ sql: "count(*)", kind: "int" }),
  ({ arg, distinct }) => ({ sql: `sum(${distinct}${arg("int")})`, kind: "int" }),
  ({ arg, distinct, gene }) => ({
    sql: `count(${distinct}${arg(second(gene, ["int", "text", "float", "dec", "date", "list", "bool"]))})`,
    kind: "int",
  }),
  ({ arg, distinct }) => ({ sql: `sum(${distinct}${arg("dec")})`, kind: "dec" }),
  ({ arg }) => ({ sql: `sum(${arg("float")})`, kind: "approx" }),
  ({ arg, distinct }) => ({ sql: `avg(${distinct}${arg("int")})`, kind: "approx" }),
  ({ arg, gene }) => ({ sql: `${second(gene, ["avg", "mean"])}(${arg("dec")})`, kind: "approx" }),
  ({ arg }) => ({ sql: `avg(${arg("float")})`, kind: "approx" }),
  extreme,
  extreme,
  extreme,
  ({ arg, gene }) => ({ sql: `${second(gene, ["bool_and", "bool_or"])}(${arg("bool")})`, kind: "bool" }),
  ({ arg, gene }) => ({ sql: `${second(gene, ["bit_xor", "bit_and", "bit_or"])}(${arg("int")})`, kind: "int" }),
  ({ arg }) => {
    const sql = arg("text")
    return { sql: `string_agg(${sql}, ','${orderBy(sql)})`, kind: "text" }
  },
  ({ arg, distinct, gene }) => {
    const sql = arg("int")
    return {
      sql: `list(${distinct}${sql}${orderBy(sql, second(gene, ["", " DESC", " DESC NULLS LAST", " NULLS FIRST"]))})`,
      kind: "list",
    }
  },
  ({ arg }) => ({ sql: `median(${arg("int")})`, kind: "approx" }),
  ({ arg, gene }) => ({ sql: `quantile_disc(${arg("int")}, ${second(gene, ["0.5", "0.25", "0.9"])})`, kind: "int" }),
  ({ arg, gene }) => ({
    sql: `${second(gene, ["stddev", "var_pop", "stddev_pop"])}(${arg("int")} % 1000)`,
    kind: "approx",
  }),
  ({ arg }) => ({ sql: `count_if(${arg("bool")})`, kind: "int" }),
  ({ arg }) => {
    const sql = arg("int")
    return { sql: `arg_max(${sql}, ${sql})`, kind: "int" }
  },
  ({ arg }) => ({ sql: `sum((${arg("bool")})::INTEGER)`, kind: "int" }),
  ({ arg }) => ({ sql: `sum((${arg("int")} % 1000)::DOUBLE)`, kind: "approx" }),
  ({ arg, gene }) => {
    const sql = arg(second(gene, ["text", "date", "int"]))
    return { sql: `(count(DISTINCT ${sql}) + count(${sql}))`, kind: "int" }
  },
  ({ arg, gene }) => {
    const sql = arg("text")
    return { sql: `${second(gene, ["first", "last"])}(${sql}${orderBy(sql)})`, kind: "text" }
  },
  ({ arg }) => {
    const sql = arg("text")
    return { sql: `string_agg(DISTINCT ${sql}, '|'${orderBy(sql, " DESC")})`, kind: "text" }
  },
  ({ arg }) => ({ sql: `approx_count_distinct(${arg("int")})`, kind: "int" }),
  ({ arg }) => {
    const sql = arg("date")
    return { sql: `array_agg(${sql}${orderBy(sql)})[1]`, kind: "date" }
  },
  ({ arg }) => ({ sql: `quantile_cont(${arg("int")} % 1000, 0.25)`, kind: "approx" }),
  ({ arg }) => {
    const sql = arg("int")
    return { sql: `min_by(${sql}, ${sql})`, kind: "int" }
  },
  ({ arg }) => ({ sql: `max(${arg("int")}, 2)`, kind: "list" }),
]

const CONSTANT = /^(?:-?\d|'|NULL|DATE '|TIMESTAMP ')/u

/** DuckDB refuses to sort by a literal. */
function orderBy(sql: string, direction = ""): string {
  return CONSTANT.test(sql) ? "" : ` ORDER BY ${sql}${direction}`
}

function extreme({ arg, gene, scope }: Parameters<Form>[0]): Value {
  const kind = kindIn(scope, gene, ["int", "text", "dec", "date", "ts", "float", "bool", "list"] as const)
  const name = choose(Math.trunc(gene.pick / 37), ["min", "max"])
  return { sql: `${name}(${arg(kind)})`, kind: kind === "float" ? "approx" : kind }
}

/** One aggregate call over the rows of `scope`. Floats are never added up DISTINCT or by another order's leave. */
export function writeAggregate(gene: ExprGene, scope: Scope): Value {
  const distinct = Math.trunc(gene.pick / 11) % 5 === 4 ? "DISTINCT " : ""
  const arg = (kind: Kind) => write(kind, part(gene, 0), scope)
  const { sql, kind } = choose(gene.pick, FORMS)({ arg, distinct, gene, scope })
  // FILTER follows a call, not what is made of one.
  const isCall = /^(?!array_agg)[a-z_]+\(.*\)$/u.test(sql)
  const filter = isCall && gene.parts.length > 1 && Math.trunc(gene.pick / 53) % 3 === 0
  return { sql: filter ? `${sql} FILTER (WHERE ${write("bool", part(gene, 1), scope)})` : sql, kind }
}
