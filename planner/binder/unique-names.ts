import type { Column } from "../logical/column.ts"

interface Field {
  readonly name: string
  readonly column: Column
}

/**
 * How DuckDB tells a subquery's columns of one name apart: each name counts for itself.
 *
 *   a, b, a, b, a   →   a, b, a_1, b_1, a_2
 */
export function uniqueInSubquery(fields: readonly Field[]): readonly Field[] {
  const counts = new Map<string, number>()
  return renamed(fields, (key) => ({
    next: () => counts.get(key) ?? 1,
    used: (count) => counts.set(key, count + 1),
  }))
}

/**
 * In a CTE one counter serves all names.
 *
 *   a, b, a, b, a   →   a, b, a_1, b_2, a_3
 */
export function uniqueInCte(fields: readonly Field[]): readonly Field[] {
  let counter = 1
  return renamed(fields, () => ({
    next: () => counter,
    used: (count) => {
      counter = count + 1
    },
  }))
}

interface Counter {
  readonly next: () => number
  readonly used: (count: number) => void
}

function renamed(fields: readonly Field[], counterOf: (key: string) => Counter): readonly Field[] {
  const taken = new Set<string>()
  return fields.map((field) => {
    const key = field.name.toLowerCase()
    let name = field.name
    if (taken.has(key)) {
      const counter = counterOf(key)
      let count = counter.next()
      while (taken.has(`${key}_${count}`)) count++
      counter.used(count)
      name = `${field.name}_${count}`
    }
    taken.add(name.toLowerCase())
    return { ...field, name }
  })
}
