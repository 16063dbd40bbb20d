import { expect, test } from "vitest"
import { Residents } from "./residents.ts"
import type { Resident } from "./residents.ts"

const column = (key: string, bytes: number, costMs = bytes): Resident => ({
  table: `table of ${key}`,
  columns: new Map([[key, "v"]]),
  rows: 1,
  bytes,
  costMs,
})
const keysOf = (gone: readonly Resident[]): readonly string[] => gone.flatMap(({ columns }) => [...columns.keys()])

/** One task of a query that reads these columns, each of 10 bytes; tells which were there, and which went. */
function task(residents: Residents, query: string, keys: readonly string[]) {
  residents.begin(query)
  const hits = keys.filter((key) => residents.take(key) !== undefined)
  for (const key of keys) if (!hits.includes(key)) residents.add(column(key, 10))
  return { hits, gone: keysOf(residents.release()) }
}

test("what fits stays", () => {
  const residents = new Residents(30)
  expect(task(residents, "q1", ["a", "b", "c"])).toEqual({ hits: [], gone: [] })
  expect(task(residents, "q2", ["c", "a", "b"])).toEqual({ hits: ["c", "a", "b"], gone: [] })
  expect([residents.bytes(), residents.count()]).toEqual([30, 3])
})

test("a task may hold more than the budget; afterwards nobody does", () => {
  const residents = new Residents(20)
  const { gone } = task(residents, "q1", ["a", "b", "c", "d"])
  expect(gone).toHaveLength(2)
  expect(residents.bytes()).toBe(20)
})

test("a budget of nothing keeps nothing", () => {
  const residents = new Residents(0)
  expect(task(residents, "q1", ["a"]).gone).toEqual(["a"])
  expect(task(residents, "q1", ["a"]).hits).toEqual([])
})

test("a table larger than the budget keeps the part that it has, instead of losing each split before its turn", () => {
  const residents = new Residents(20)
  for (const key of ["a", "b", "c", "d"]) task(residents, "q1", [key])
  const hits = ["q2", "q3", "q4"].map((query) =>
    ["a", "b", "c", "d"].flatMap((key) => task(residents, query, [key]).hits),
  )
  expect(hits).toEqual([
    ["a", "b"],
    ["a", "b"],
    ["a", "b"],
  ])
})

test("what is read now takes the place of what was read often, after a few queries", () => {
  const residents = new Residents(10)
  for (let query = 0; query < 20; query++) task(residents, `old ${query}`, ["a"])
  const hits: number[] = []
  for (let query = 0; query < 10; query++) hits.push(task(residents, `new ${query}`, ["b"]).hits.length)
  expect(hits[0]).toBe(0)
  expect(hits.at(-1)).toBe(1)
})

test("of two that are read alike the one stays that saves more time by the byte", () => {
  const residents = new Residents(10)
  residents.begin("q1")
  residents.add(column("cheap", 10, 1))
  residents.add(column("dear", 10, 100))
  expect(keysOf(residents.release())).toEqual(["cheap"])
})

test("however often one query reads a column, that is one use", () => {
  const residents = new Residents(10)
  for (let times = 0; times < 50; times++) task(residents, "q1", ["a"])
  let queries = 0
  while (task(residents, `other ${queries}`, ["b"]).hits.length === 0) queries += 1
  expect(queries).toBeLessThan(5)
})

test("when memory is short all goes but what the task reads", () => {
  const residents = new Residents(100)
  task(residents, "q1", ["a", "b", "c"])
  residents.begin("q2")
  residents.take("b")
  expect(residents.shed().map(({ table }) => table)).toEqual(["table of a", "table of c"])
  expect(residents.bytes()).toBe(10)
  expect(residents.take("b")).toBeDefined()
})

test("tables that are made one are one: found by each of their columns, and gone together", () => {
  const residents = new Residents(30)
  residents.begin("q1")
  residents.add(column("a", 10))
  residents.add(column("b", 10))
  const parts = ["a", "b"].flatMap((key) => residents.take(key) ?? [])
  const both = { table: "both", columns: new Map(parts.flatMap(({ columns }) => [...columns])), rows: 1 }
  residents.merge({ ...both, bytes: 20, costMs: 20 }, parts)
  expect([residents.take("a")?.table, residents.take("b")?.table]).toEqual(["both", "both"])
  expect([residents.bytes(), residents.count(), residents.release()]).toEqual([20, 1, []])
  residents.begin("q2")
  residents.add(column("c", 20, 1000))
  expect(keysOf(residents.release())).toEqual(["a", "b"])
  expect([residents.isKnown("a"), residents.isKnown("b"), residents.isKnown("d")]).toEqual([true, true, false])
})

test("what is passed by is known, and not kept", () => {
  const residents = new Residents(30)
  residents.begin("q1")
  residents.pass("a")
  expect([residents.isKnown("a"), residents.take("a"), residents.count()]).toEqual([true, undefined, 0])
})
