import type { ColumnRef } from "../../planner/ast/expression.ts"
import type { NamedExpr, Query } from "../../planner/ast/query.ts"
import { keyOf } from "./state.ts"

/** The names in a macro's text that may be its parameters: those that a lambda or a comprehension binds are its own. */
export function freeColumns(root: NamedExpr | Query): readonly ColumnRef[] {
  const found: ColumnRef[] = []
  const pending: { readonly value: object; readonly bound: ReadonlySet<string> }[] = [{ value: root, bound: new Set() }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value } = next
    if (isColumn(value)) {
      const [first] = value.parts
      if (first !== undefined && !next.bound.has(keyOf(first.text))) found.push(value)
      continue
    }
    const names = boundBy(value)
    const bound = names.length === 0 ? next.bound : new Set([...next.bound, ...names])
    for (const [key, part] of Object.entries(value)) {
      // `[x FOR x IN list]`: the list is read outside.
      if (isObject(part)) pending.push({ value: part, bound: key === "list" ? next.bound : bound })
    }
  }
  return found
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null
}

function isColumn(value: object): value is ColumnRef {
  return "_tag" in value && value._tag === "ColumnRef"
}

function boundBy(value: object): readonly string[] {
  if (!("_tag" in value)) return []
  if (value._tag === "Lambda" && "parameters" in value) return namesOf(value.parameters)
  if (value._tag === "Comprehension" && "variables" in value) return namesOf(value.variables)
  return []
}

function namesOf(list: unknown): readonly string[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((each: unknown) => {
    const named = typeof each === "object" && each !== null && "text" in each && typeof each.text === "string"
    return named ? [keyOf(String(each.text))] : []
  })
}
