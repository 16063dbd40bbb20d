import type { Parameter } from "../../planner/ast/expression.ts"
import { UnsupportedSql } from "../../planner/errors.ts"
import { printValue } from "../../planner/sql/print-value.ts"

/** Parameters that one statement may be given. */
const PARAMETERS_MAX = 10_000

/** The values of a statement's parameters as SQL, by position from 1 or by name in lower case. */
export type Parameters =
  | { readonly _tag: "positional"; readonly values: readonly string[] }
  | { readonly _tag: "named"; readonly values: ReadonlyMap<string, string> }

/** Values of a program: a list for `?` and `$1`, an object for `$name`. */
export type GivenValues = readonly unknown[] | Readonly<Record<string, unknown>>

/** Throws UnsupportedSql for a value that has no type in SQL. */
export function parametersOf(given: GivenValues): Parameters {
  const count = Array.isArray(given) ? given.length : Object.keys(given).length
  if (count > PARAMETERS_MAX) {
    const hint = "join a file instead of a list of values"
    throw new UnsupportedSql({
      message: `${count} parameters are more than the ${PARAMETERS_MAX} that there may be`,
      hint,
    })
  }
  if (isList(given)) return { _tag: "positional", values: given.map((value, i) => printValue(value, `$${i + 1}`)) }
  const entries = Object.entries(given).map(
    ([name, value]) => [name.toLowerCase(), printValue(value, `$${name}`)] as const,
  )
  return { _tag: "named", values: new Map(entries) }
}

function isList(given: GivenValues): given is readonly unknown[] {
  return Array.isArray(given)
}

/** The text of each parameter's value. Throws UnsupportedSql when values and parameters do not fit. */
export function matched(found: readonly Parameter[], given: Parameters | undefined): (parameter: Parameter) => string {
  const [first] = found
  if (first === undefined && given === undefined) return () => "NULL"
  const mixed = found.find(({ name }) => typeof name !== typeof first?.name)
  if (mixed !== undefined) {
    const message = "a statement takes its parameters by place (?, $1) or by name ($name), not both"
    throw new UnsupportedSql({ message, span: mixed.span })
  }
  if (given === undefined) {
    const hint = 'PREPARE it and EXECUTE it with values, or give "params" with the request'
    throw new UnsupportedSql({ message: `the parameter ${first?.spelling} has no value`, span: first?.span, hint })
  }
  refuseExcess(found, given)
  return (parameter) => {
    const { name, spelling, span } = parameter
    const value =
      given._tag === "positional" ? given.values[Number(name) - 1] : given.values.get(String(name).toLowerCase())
    if (value !== undefined) return value
    const hint =
      given._tag === "positional" ? counted(given.values.length) : `given were: ${[...given.values.keys()].join(", ")}`
    throw new UnsupportedSql({ message: `the parameter ${spelling} has no value`, span, hint })
  }
}

function counted(count: number): string {
  return count === 0 ? "none was given" : count === 1 ? "one was given" : `${count} were given`
}

function refuseExcess(found: readonly Parameter[], given: Parameters): void {
  const wanted = new Set(found.map(({ name }) => String(name).toLowerCase()))
  const names = given._tag === "positional" ? given.values.map((_, i) => String(i + 1)) : [...given.values.keys()]
  const [first] = found
  if (first !== undefined && (typeof first.name === "number") !== (given._tag === "positional")) {
    const message = `the statement takes its parameters by ${typeof first.name === "number" ? "place" : "name"}`
    throw new UnsupportedSql({
      message,
      span: first.span,
      hint: typeof first.name === "number" ? "give a list" : "give them by name",
    })
  }
  const excess = names.filter((name) => !wanted.has(name))
  if (excess.length === 0) return
  throw new UnsupportedSql({
    message: `there is no parameter ${excess.map((name) => `$${name}`).join(", ")} in the statement`,
    hint: wanted.size === 0 ? "it has none" : `it has ${[...wanted].map((name) => `$${name}`).join(", ")}`,
  })
}
